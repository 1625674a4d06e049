//! Directories that are wrong, in every way that one can be: nothing is listed wrongly, the administrator sees why, and the rest
//! goes on.

use archipel::{
    storage::{actor, listing, peer as known},
    usecases::peer as peers,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Engine, instance::Instance, on_both_engines, peer::Peer};

/// An organisation with a directory that says what a test has it say, and a host that it has nothing to do with.
struct Scene {
    ours: Instance,
    bravo: Peer,
    elsewhere: Peer,
    organisation: Value,
}

impl Scene {
    async fn set(engine: Engine) -> Self {
        let (ours, bravo, elsewhere) = (Instance::open(engine), Peer::start().await, Peer::start().await);
        let mut organisation = bravo.actor("Organization", "bravo");
        organisation["labs"] = bravo.at("/labs").into();
        bravo.serve(&organisation);
        Self { ours, bravo, elsewhere, organisation }
    }

    /// A lab as it should be.
    fn good(&self, name: &str) -> Value {
        lab(&self.bravo, name, &self.organisation["id"])
    }

    /// The directory, or a page of it, holds these and goes on there.
    fn say(&self, target: &str, items: &[Value], next: Option<&str>) {
        let id = self.bravo.at(target);
        let mut page = json!({"id": id, "type": "OrderedCollection", "totalItems": items.len(), "orderedItems": items});
        if let Some(next) = next {
            page["next"] = self.bravo.at(next).into();
        }
        self.bravo.serve(&page);
    }

    async fn connect(&self) {
        let address = self.organisation["id"].as_str().expect("an id");
        let seen = self.ours.federation.look_at(address).await.expect("an organisation");
        let wanted = peers::Wanted { actor: seen.actor, node: seen.node, directory: seen.directory };
        assert!(wanted.directory.is_some());
        let (now, links) = (self.ours.store.now(), &self.ours.federation.links);
        self.ours.commit(|tx| peers::connect(tx, now, links, None, &wanted));
        self.ours.work_off().await;
    }

    /// The names of what is listed, and what is wrong with the directory.
    fn found(&self) -> (Vec<String>, Option<String>) {
        let uri = self.organisation["id"].as_str().expect("an id");
        self.ours.look(|tx| {
            let id = actor::find_by_uri(tx, uri)?.expect("the organisation").id;
            let peer = known::find_of(tx, id)?.expect("a peer");
            let mut names = Vec::new();
            for host in [&self.bravo, &self.elsewhere].map(|peer| peer.origin().replace("http://", "")) {
                names.extend(listing::list_at(tx, &host, 100)?.into_iter().map(|one| one.lab.name));
            }
            Ok((names, peer.round.problem))
        })
    }

    fn listed(&self) -> Vec<String> {
        self.found().0
    }

    /// A day passes, and what is read daily is read.
    async fn pass_a_day(&self) {
        self.ours.store.clock.advance(TimeDelta::hours(27));
        self.ours.work_off().await;
    }

    async fn hear(&self, kind: &str, by: &Value, lab: &Value, number: u32) {
        let id = format!("{}/said/{number}", by["id"].as_str().expect("an id"));
        let activity = json!({"id": id, "type": kind, "actor": by["id"], "object": lab["id"], "target": self.bravo.at("/labs")});
        self.ours.receive(&activity, by).await.expect("an activity that is taken");
        self.ours.work_off().await;
    }
}

/// A Group at this host that names this organisation.
fn lab(at: &Peer, name: &str, organisation: &Value) -> Value {
    let mut lab = at.actor("Group", name);
    lab["parentOrganization"] = organisation.clone();
    at.serve(&lab);
    lab
}

on_both_engines! {
    async fn only_what_organisation_and_lab_both_say_is_listed_and_the_rest_is_told(engine) {
        let scene = Scene::set(engine).await;
        let (whole, named) = (scene.good("heel"), scene.good("genoemd"));
        let foreign = lab(&scene.elsewhere, "vreemd", &json!("https://charlie.example/organisation"));
        // A copy that says what the lab itself does not.
        let mut lie = foreign.clone();
        lie["parentOrganization"] = scene.organisation["id"].clone();
        let disowning = lab(&scene.bravo, "afvallig", &json!("https://charlie.example/organisation"));
        let person = scene.bravo.person("persoon");
        let items = [lie, disowning, person, json!(7), json!({}), scene.bravo.at("/labs/nobody").into(), whole, named["id"].clone()];
        scene.say("/labs", &items, None);
        scene.connect().await;
        let (listed, problem) = scene.found();
        assert_eq!(listed, ["genoemd", "heel"]);
        assert!(problem.is_some(), "the administrator can see that something is wrong");
    }

    async fn a_directory_in_a_circle_or_at_another_host_is_read_once_around(engine) {
        let scene = Scene::set(engine).await;
        scene.say("/labs", &[scene.good("een")], Some("/labs?page=2"));
        scene.say("/labs?page=2", &[scene.good("twee")], Some("/labs"));
        scene.connect().await;
        assert_eq!(scene.found(), (vec!["een".into(), "twee".into()], Some("Its directory leads in a circle.".into())));
        assert_eq!(scene.bravo.reads_of(&scene.bravo.at("/labs?page=2")), 1);
        let mut away = json!({"id": scene.bravo.at("/labs"), "type": "OrderedCollection", "totalItems": 3, "orderedItems": []});
        away["next"] = scene.elsewhere.at("/labs?page=2").into();
        scene.bravo.serve(&away);
        scene.pass_a_day().await;
        assert_eq!(scene.found(), (vec!["een".into(), "twee".into()], Some("Its directory goes on at an address that is not its own.".into())));
        assert_eq!(scene.elsewhere.requests().len(), 0);
    }

    async fn what_is_not_named_any_more_or_names_another_leaves_after_a_day(engine) {
        let scene = Scene::set(engine).await;
        let labs = ["blijft", "vertrekt", "verandert"].map(|name| scene.good(name));
        scene.say("/labs", &labs, None);
        scene.connect().await;
        assert_eq!(scene.found(), (vec!["blijft".into(), "verandert".into(), "vertrekt".into()], None));
        lab(&scene.bravo, "verandert", &json!("https://charlie.example/organisation"));
        scene.say("/labs", &[labs[0].clone(), labs[2]["id"].clone()], None);
        scene.pass_a_day().await;
        assert_eq!(scene.listed(), ["blijft"]);
    }

    async fn an_add_is_a_reason_to_look_and_only_of_the_organisation_itself(engine) {
        let scene = Scene::set(engine).await;
        scene.say("/labs", &[], None);
        scene.connect().await;
        let (new, foreign) = (scene.good("nieuw"), lab(&scene.elsewhere, "vreemd", &json!("https://charlie.example/o")));
        let mallory = scene.bravo.actor("Organization", "mallory");
        scene.hear("Add", &mallory, &new, 1).await;
        assert_eq!(scene.listed(), [""; 0]);
        scene.hear("Add", &scene.organisation, &foreign, 2).await;
        scene.hear("Add", &scene.organisation, &new, 3).await;
        assert_eq!(scene.listed(), ["nieuw"]);
        scene.hear("Remove", &mallory, &new, 4).await;
        assert_eq!(scene.listed(), ["nieuw"]);
        scene.hear("Remove", &scene.organisation, &new, 5).await;
        assert_eq!(scene.listed(), [""; 0]);
    }
}
