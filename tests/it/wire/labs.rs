//! Actors of other programs as labs of the directory: an administrator lists one by its address; it is followed, its profile and what
//! it published are read where that is public, and what it publishes from then on arrives.

use archipel::{
    domain::directory::{Place, Wanted as Looked},
    federation::inbox::Rejection,
    storage::{directory, profile, share},
    usecases::peer::{self as peers, Wanted},
};
use serde_json::Value;

use super::recording::{introduce, load};
use crate::support::{
    Engine,
    instance::Instance,
    on_both_engines,
    peer::{Peer, Request},
};

on_both_engines! {
    async fn a_person_of_mastodon_is_listed_with_its_posts(engine) {
        let lab = Lab::list(engine, "mastodon", "person", &["outbox", "outbox_page"]).await;
        assert_eq!(lab.titles(), ["Eerste brief die zichzelf voorleest. #DuidelijkeTaal"]);
        let page = lab.later("outbox_page");
        lab.push(page["orderedItems"][0].clone()).await.expect("a Create that is taken");
        assert_eq!(lab.titles(), ["Tweede brief die zichzelf voorleest. #DuidelijkeTaal", "Eerste brief die zichzelf voorleest. #DuidelijkeTaal"]);
    }

    async fn a_person_of_gotosocial_is_listed_with_posts_that_its_outbox_only_names(engine) {
        let lab = Lab::list(engine, "gotosocial", "person", &["outbox", "outbox_page", "status"]).await;
        assert_eq!(lab.titles(), ["Eerste avond met drie buren en één brief."]);
        let mut create = lab.later("outbox_page")["orderedItems"].clone();
        create["object"] = lab.later("status");
        lab.push(create).await.expect("a Create that is taken");
        assert_eq!(lab.titles().len(), 2);
    }

    async fn a_blog_of_wordpress_is_listed_with_its_articles(engine) {
        let lab = Lab::list(engine, "wordpress", "blog_group", &["outbox", "outbox_page"]).await;
        assert_eq!(lab.titles(), ["Eerste loket van karton"]);
        let page = lab.later("outbox_page");
        lab.push(page["orderedItems"][0].clone()).await.expect("a Create that is taken");
        assert_eq!(lab.titles(), ["Tweede loket van karton", "Eerste loket van karton"]);
    }

    async fn a_channel_of_peertube_is_listed_with_the_videos_that_it_announces(engine) {
        let lab = Lab::list(engine, "peertube", "channel", &["outbox", "outbox_page", "overleg"]).await;
        assert_eq!(lab.titles(), ["Eerste overleg zonder slides"]);
        lab.peer.serve(&lab.later("overleg"));
        let page = lab.later("outbox_page");
        lab.push(page["orderedItems"][0].clone()).await.expect("an Announce that is taken");
        assert_eq!(lab.titles(), ["Tweede overleg zonder slides", "Eerste overleg zonder slides"]);
    }

    async fn a_community_of_lemmy_is_listed_with_what_is_posted_in_it(engine) {
        let lab = Lab::list(engine, "lemmy", "community", &["outbox", "page"]).await;
        assert_eq!(lab.titles(), ["Eerste wandelend loket van de provincie"]);
        lab.peer.serve(&lab.later("page"));
        let outbox = lab.later("outbox");
        lab.push(outbox["orderedItems"][0].clone()).await.expect("an Announce that is taken");
        assert_eq!(lab.titles(), ["Tweede wandelend loket van de provincie", "Eerste wandelend loket van de provincie"]);
    }

    async fn a_group_of_mobilizon_is_listed_with_its_events(engine) {
        let lab = Lab::list(engine, "mobilizon", "group", &["outbox", "event"]).await;
        assert_eq!(lab.titles(), ["Eerste leesavond"]);
        lab.peer.serve(&lab.later("event"));
        let outbox = lab.later("outbox");
        lab.push(outbox["first"]["orderedItems"][0].clone()).await.expect("an Announce that is taken");
        assert_eq!(lab.titles(), ["Tweede leesavond", "Eerste leesavond"]);
    }

    async fn a_person_of_pixelfed_is_listed_and_its_posts_come_as_they_are_published(engine) {
        let lab = Lab::list(engine, "pixelfed", "person", &["outbox"]).await;
        assert_eq!(lab.titles(), [""; 0], "its outbox tells nothing but a number");
        lab.push(lab.later("create_note")).await.expect("a Create that is taken");
        assert_eq!(lab.titles(), ["Tweede loket van de ochtend, nog leeg"]);
    }
}

/// Stands for the origin of a peer until its recordings are as they should be.
const HERE: &str = "https://here.example";

/// An actor of another program that stands in our directory.
struct Lab {
    ours: Instance,
    peer: Peer,
    folder: &'static str,
    document: Value,
}

impl Lab {
    /// Looks at it, lists it, and reads what there is to read.
    async fn list(engine: Engine, folder: &'static str, actor: &str, files: &[&str]) -> Self {
        let (ours, peer) = (Instance::open(engine), Peer::start().await);
        introduce(&peer, folder);
        for file in files {
            peer.serve(&load(folder, file, peer.origin()));
        }
        let document = load(folder, actor, peer.origin());
        let seen = ours.federation.look_at(document["id"].as_str().expect("an id")).await.expect("an actor that is seen");
        assert_eq!((&seen.directory, seen.actor.name.as_str()), (&None, document["name"].as_str().expect("a name")));
        let (now, links) = (ours.store.now(), &ours.federation.links);
        ours.commit(|tx| peers::connect(tx, now, links, None, &Wanted { actor: seen.actor, node: seen.node, directory: None }));
        ours.work_off().await;
        let lab = Self { ours, peer, folder, document };
        lab.stands_in_the_directory();
        lab.is_followed().await;
        lab
    }

    fn stands_in_the_directory(&self) {
        let listed = self.ours.look(|tx| directory::look_for(tx, &Looked::default(), &Place::Begin, 9));
        let known = self.ours.known(self.document["id"].as_str().expect("an id")).expect("the lab");
        assert_eq!(listed.into_iter().map(|found| found.0).collect::<Vec<_>>(), [known.id]);
        assert!(self.ours.look(|tx| profile::is_listed(tx, known.id)));
    }

    /// Our instance asked to follow it, and it accepts.
    async fn is_followed(&self) {
        let follow = self.peer.posts().iter().map(Request::json).find(|said| said["type"] == "Follow").expect("a Follow");
        assert_eq!(follow["object"], self.document["id"]);
        let accept = serde_json::json!({
            "id": self.peer.at("/accepts/1"), "type": "Accept", "actor": self.document["id"], "object": follow,
        });
        self.push(accept).await.expect("an Accept that is taken");
    }

    /// A recording, about the next thing of its kind.
    fn later(&self, file: &str) -> Value {
        // The origin comes last: its port is a number too, and stays what it is.
        let text = load(self.folder, file, HERE).to_string();
        let text = text.replace("9001", "9002").replace("Eerste", "Tweede").replace("2026-08-1", "2026-09-1");
        serde_json::from_str(&text.replace(HERE, self.peer.origin())).expect("JSON")
    }

    async fn push(&self, activity: Value) -> Result<(), Rejection> {
        let taken = self.ours.receive(&activity, &self.document).await;
        self.ours.work_off().await;
        taken
    }

    /// What is shared here under this lab, the newest first.
    fn titles(&self) -> Vec<String> {
        let known = self.ours.known(self.document["id"].as_str().expect("an id")).expect("the lab");
        let shares = self.ours.look(|tx| share::list_of_lab(tx, known.id, archipel::domain::slice::Slice::from(9)));
        shares
            .into_iter()
            .map(|share| if share.title.is_empty() { share.content.to_plain().trim().to_owned() } else { share.title })
            .collect()
    }
}
