//! Featured collections: our organisation shows labs on its profile, each with its consent; labs of ours consent to be shown by
//! others, until they withdraw.

use archipel::{
    domain::{
        feature::{OWN_LABS, word_of_theme},
        theme::Slug,
    },
    federation::inbox::Rejection,
    storage::{actor, feature, listing},
    usecases::{feature as features, lab, theme as themes},
};
use serde_json::{Value, json};

use crate::support::{
    Engine,
    instance::Instance,
    on_both_engines,
    peer::{Peer, Request},
};

/// Our organisation, with a reader at another host who follows it.
struct Scene {
    ours: Instance,
    bravo: Peer,
    reader: Value,
}

impl Scene {
    async fn set(engine: Engine) -> Self {
        let (ours, bravo) = (Instance::open(engine), Peer::start().await);
        let reader = bravo.person("reader");
        let links = ours.federation.links.clone();
        ours.commit(|tx| themes::begin(tx, &links));
        let follow = json!({
            "id": bravo.at("/follows/1"), "type": "Follow", "actor": reader["id"], "object": links.at("/organisation").as_str(),
        });
        ours.receive(&follow, &reader).await.expect("a follow that is taken");
        ours.work_off().await;
        bravo.clear();
        Self { ours, bravo, reader }
    }

    /// A lab elsewhere that works on AI, and stands in our directory.
    async fn listed(&self, name: &str) -> Value {
        let mut lab = self.bravo.actor("Group", name);
        lab["theme"] = json!([{"id": "https://alpha.example/themes/ai", "type": "Theme", "nameMap": {"en": "AI"}}]);
        self.bravo.serve(&lab);
        let known = self.ours.meet(&lab).await;
        let now = self.ours.store.now();
        self.ours.commit(|tx| Ok(listing::confirm(tx, &known, None, now)?));
        lab
    }

    async fn show(&self, shown: bool) {
        let (now, links, slug) = (self.ours.store.now(), &self.ours.federation.links, Slug::parse("ai").expect("a slug"));
        self.ours.commit(|tx| features::show_theme(tx, now, links, None, &slug, shown));
        self.ours.work_off().await;
    }

    async fn arrange(&self) {
        let (now, links) = (self.ours.store.now(), &self.ours.federation.links);
        self.ours.commit(|tx| Ok(features::arrange(tx, now, links)?));
        self.ours.work_off().await;
    }

    /// The names of the labs that a collection shows.
    fn shown(&self, word: &str) -> Vec<String> {
        self.ours.look(|tx| {
            let Some(collection) = feature::find_collection(tx, word)? else { return Ok(Vec::new()) };
            let items = feature::list_items(tx, collection.id)?;
            Ok(items.into_iter().filter(|item| item.granted().is_some()).map(|item| item.lab.name).collect())
        })
    }

    fn shown_of_theme(&self) -> Vec<String> {
        self.shown(&word_of_theme(&Slug::parse("ai").expect("a slug")))
    }

    /// What arrived of these kinds since this was asked last.
    fn heard(&self, kinds: &[&str]) -> Vec<Value> {
        let all = self.bravo.posts().iter().map(Request::json).collect::<Vec<_>>();
        self.bravo.clear();
        all.into_iter().filter(|said| kinds.iter().any(|kind| said["type"] == *kind)).collect()
    }

    async fn say(&self, by: &Value, mut activity: Value) -> Result<(), Rejection> {
        activity["actor"] = by["id"].clone();
        self.ours.store.clock.advance(chrono::TimeDelta::seconds(2));
        let taken = self.ours.receive(&activity, by).await;
        self.ours.work_off().await;
        taken
    }

    /// A reader asks whether a lab of ours may be in a collection, and hears this.
    async fn ask(&self, number: u32, lab: &str, collection: &str) -> Value {
        let asked = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", {"FeatureRequest": "https://w3id.org/fep/7aa9#FeatureRequest"}],
            "id": self.bravo.at(&format!("/requests/{number}")), "type": "FeatureRequest",
            "object": format!("https://alpha.example/labs/{lab}"), "instrument": collection,
        });
        self.say(&self.reader, asked).await.expect("a request that is taken");
        self.heard(&["Accept", "Reject"]).pop().expect("an answer")
    }
}

on_both_engines! {
    async fn the_organisations_labs_are_a_collection_of_which_its_followers_hear(engine) {
        let scene = Scene::set(engine).await;
        let (now, spoor) = (scene.ours.store.now(), scene.ours.add_lab("spoor", "Spoor"));
        scene.ours.work_off().await;
        let added = &scene.heard(&["Add"])[0];
        let collection = &added["object"];
        assert_eq!(added["target"], "https://alpha.example/organisation/collections");
        assert_eq!((&collection["type"], &collection["totalItems"]), (&"FeaturedCollection".into(), &1.into()));
        let item = &collection["orderedItems"][0];
        assert_eq!(item["featuredObject"], spoor.uri.as_str());
        assert!(item["featureAuthorization"].as_str().is_some_and(|stamp| stamp.starts_with("https://alpha.example/labs/spoor/stamps/")));
        scene.ours.store.clock.advance(chrono::TimeDelta::seconds(2));
        scene.ours.add_lab("tij", "Tij");
        scene.ours.work_off().await;
        assert_eq!(scene.heard(&["Update"])[0]["object"]["totalItems"], 2);
        scene.ours.store.clock.advance(chrono::TimeDelta::seconds(2));
        scene.ours.commit(|tx| lab::list(tx, now, None, "spoor", false));
        scene.ours.work_off().await;
        assert_eq!(scene.shown(OWN_LABS), ["Tij"]);
        scene.arrange().await;
        assert_eq!(scene.heard(&["Update"]).len(), 1, "nothing changed by looking again");
        scene.ours.assert_idle();
    }

    async fn a_lab_elsewhere_is_shown_only_with_its_own_consent_and_leaves_without(engine) {
        let scene = Scene::set(engine).await;
        let (lab, mallory) = (scene.listed("heel").await, scene.bravo.actor("Group", "mallory"));
        scene.show(true).await;
        let asked = scene.heard(&["FeatureRequest"]).pop().expect("a request");
        let stamp = scene.bravo.at("/users/heel/stamps/1");
        assert_eq!(asked["object"], lab["id"]);
        assert_eq!(asked["instrument"], "https://alpha.example/organisation/collections/theme-ai");
        let consent = |number| json!({
            "id": scene.bravo.at(&format!("/accepts/{number}")), "type": "Accept", "object": asked["id"], "result": stamp,
        });
        scene.say(&mallory, consent(1)).await.expect("taken, and of no effect");
        assert_eq!(scene.shown_of_theme(), [""; 0]);
        scene.say(&lab, consent(2)).await.expect("consent");
        assert_eq!(scene.shown_of_theme(), ["heel"]);
        let told = scene.heard(&["Update"]).pop().expect("news of the collection");
        assert_eq!(told["object"]["orderedItems"][0]["featureAuthorization"], stamp.as_str());
        let leave = |number| json!({
            "id": scene.bravo.at(&format!("/deletes/{number}")), "type": "Delete",
            "object": {"id": stamp, "type": "FeatureAuthorization"},
        });
        scene.say(&mallory, leave(1)).await.expect("taken, and of no effect");
        assert_eq!(scene.shown_of_theme(), ["heel"]);
        scene.say(&lab, leave(2)).await.expect("no consent any more");
        assert_eq!(scene.shown_of_theme(), [""; 0]);
        scene.heard(&[]);
        scene.arrange().await;
        assert_eq!(scene.heard(&["FeatureRequest"]).len(), 0, "who left is not asked again");
        scene.show(false).await;
        assert_eq!(scene.heard(&["Remove"])[0]["object"], "https://alpha.example/organisation/collections/theme-ai");
    }

    async fn a_stamp_of_another_host_is_no_consent(engine) {
        let (scene, elsewhere) = (Scene::set(engine).await, Peer::start().await);
        let lab = scene.listed("heel").await;
        scene.show(true).await;
        let asked = scene.heard(&["FeatureRequest"]).pop().expect("a request");
        let accept = json!({
            "id": scene.bravo.at("/accepts/1"), "type": "Accept", "object": asked["id"], "result": elsewhere.at("/stamps/1"),
        });
        scene.say(&lab, accept).await.expect("taken");
        assert_eq!(scene.shown_of_theme(), [""; 0]);
    }

    async fn a_lab_of_ours_consents_until_its_steward_withdraws(engine) {
        let scene = Scene::set(engine).await;
        scene.ours.add_lab("spoor", "Spoor");
        let (links, now) = (&scene.ours.federation.links, scene.ours.store.now());
        scene.ours.work_off().await;
        let theirs = scene.bravo.at("/collections/1");
        let accepted = scene.ask(1, "spoor", &theirs).await;
        assert_eq!((&accepted["type"], &accepted["actor"]), (&"Accept".into(), &"https://alpha.example/labs/spoor".into()));
        assert_eq!(accepted["object"], scene.bravo.at("/requests/1"));
        assert_eq!(scene.ask(2, "spoor", &theirs).await["result"], accepted["result"], "one stamp for one collection");
        assert_eq!(scene.ask(3, "spoor", "https://elsewhere.example/collections/1").await["type"], "Reject");
        let stamp: i64 = accepted["result"].as_str().and_then(|url| url.rsplit('/').next()?.parse().ok()).expect("a number");
        scene.ours.commit(|tx| features::withdraw(tx, now, links, None, "spoor", stamp));
        scene.ours.work_off().await;
        assert_eq!(scene.heard(&["Delete"])[0]["object"]["id"], accepted["result"]);
        assert_eq!(scene.ask(4, "spoor", &theirs).await["type"], "Reject", "it stays withdrawn");
        scene.ours.commit(|tx| lab::list(tx, now, None, "spoor", false));
        assert_eq!(scene.ask(5, "spoor", &scene.bravo.at("/collections/2")).await["type"], "Reject", "it is in no directory");
        let nobody = json!({
            "id": scene.bravo.at("/requests/6"), "type": "FeatureRequest", "object": "https://alpha.example/labs/nobody",
            "instrument": theirs,
        });
        assert!(matches!(scene.say(&scene.reader, nobody).await, Err(Rejection::NoTarget(_))));
    }

    async fn a_lab_of_ours_can_leave_our_own_collection_for_good(engine) {
        let scene = Scene::set(engine).await;
        scene.ours.add_lab("spoor", "Spoor");
        scene.ours.work_off().await;
        let (links, now) = (&scene.ours.federation.links, scene.ours.store.now());
        let stamp = scene.ours.look(|tx| {
            let lab = actor::find_local(tx, "spoor")?.expect("the lab").id;
            Ok(feature::list_stamps(tx, lab, 9)?[0].id)
        });
        scene.ours.commit(|tx| features::withdraw(tx, now, links, None, "spoor", stamp));
        scene.arrange().await;
        assert_eq!(scene.shown(OWN_LABS), [""; 0]);
    }
}
