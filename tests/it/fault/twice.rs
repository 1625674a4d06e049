//! One activity that comes to all doors of an instance at once.

use archipel::domain::share::Voice;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{
    Engine, Server, database,
    ledger::{self, Ledger},
    on_both_engines,
    sender::{self, Sent, activity, sign},
};

const TIMES: usize = 100;

on_both_engines! {
    async fn an_activity_that_comes_a_hundred_times_at_once_has_one_effect(engine) {
        let ledger = Ledger::open().await;
        let mut alpha = Server::start(engine, "Ministry of Alpha").await;
        alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        alpha.run(&["member", "add", "noor", "--name", "Noor"]).await;
        let ours = alpha.open();
        let inboxes = ledger.follow(&ours, "spoor", 5, 2);
        let share = ledger::publish_as(&ours, "spoor", &Voice::Organisation, 1).uri;
        ledger.settle(&ours, 20).await;
        let before = ledger.heard();
        // A SQLite file has one server; several share a PostgreSQL.
        let mut doors = vec![alpha.listen().to_owned()];
        let beside = if engine == Engine::Postgres { Some(alpha.serve_beside(&[]).await) } else { None };
        doors.extend(beside.iter().map(|process| process.listen.clone()));

        let merel = ledger.peer.person("merel");
        let public = "https://www.w3.org/ns/activitystreams#Public";
        let note = json!({"id": ledger.peer.at("/notes/1"), "type": "Note", "attributedTo": merel["id"], "inReplyTo": share,
            "to": public, "content": "Dat zagen wij ook.", "published": "2026-10-30T08:00:00Z"});
        let mut reply = activity(&merel, 1, "Create", note);
        reply["to"] = public.into();
        let targets = ["/inbox", "/labs/spoor/inbox", "/people/noor/inbox"];
        let letters = targets.map(|target| sign(&alpha, target, &merel, &reply));
        let sending = (0..TIMES).map(|time| {
            let (letter, door) = (letters[time % letters.len()].clone(), doors[time % doors.len()].clone());
            let client = alpha.client().clone();
            tokio::spawn(async move { sender::insist(&client, || door.clone(), &letter).await })
        });
        let troubles: Vec<Sent> = join_all(sending).await.into_iter().flat_map(|sent| sent.expect("it is taken")).collect();
        assert!(troubles.iter().all(|trouble| *trouble == Sent::Later), "{troubles:?}");

        ledger.settle(&ours, 20).await;
        let known = |table: &str| {
            database::lines(&alpha, &format!("SELECT uri AS line FROM {table} WHERE uri LIKE '%{}/%'", ledger.peer.host()))
        };
        assert_eq!(known("replies"), [ledger.peer.at("/notes/1")]);
        assert_eq!(known("received").len(), 1);
        let heard = ledger.heard();
        assert_eq!(heard.len(), before.len() + inboxes.len(), "the lab passes it on once to each follower");
        if let Some(process) = beside {
            process.stop().await;
        }
        alpha.stop().await;
        assert_eq!(ledger.balance(&alpha, &ours, &heard), 0, "nothing was told twice");
    }
}
