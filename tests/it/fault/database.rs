//! Databases that fail for a moment: restarted, cut off, locked, or deciding against one of two. Who sends is told to come again
//! (503, and when), and has its effect once; nobody is told that it is our mistake for good.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use archipel::domain::share::Voice;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::{
    Engine, Server, database,
    ledger::{self, Ledger},
    patience::wait_for,
    postgres::Cluster,
    scale,
    sender::{self, Sent, activity, sign},
};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
const SENDERS: usize = 4;

/// An instance with a share that people reply to without end.
struct Load {
    ours: Arc<Server>,
    ledger: Arc<Ledger>,
    over: Arc<AtomicBool>,
    senders: Vec<JoinHandle<(usize, Vec<Sent>)>>,
    inboxes: usize,
}

impl Load {
    async fn begin(mut ours: Server) -> Self {
        ours.serve().await;
        ours.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        let ledger = Ledger::open().await;
        let federation = ours.open();
        let inboxes = ledger.follow(&federation, "spoor", 3, 3);
        let share = ledger::publish_as(&federation, "spoor", &Voice::Organisation, 1).uri.to_string();
        let (ours, ledger, over) = (Arc::new(ours), Arc::new(ledger), Arc::new(AtomicBool::new(false)));
        let senders = (0..SENDERS)
            .map(|sender| tokio::spawn(reply_without_end(sender, share.clone(), ours.clone(), ledger.clone(), over.clone())))
            .collect();
        // Once everybody is known, nobody has to be read again while nothing can be kept.
        wait_for("a reply of everybody", 30, async || {
            let known = database::lines(&ours, "SELECT DISTINCT author_id || '' AS line FROM replies");
            (known.len() == SENDERS).then_some(())
        })
        .await;
        Self { ours, ledger, over, senders, inboxes: inboxes.len() }
    }

    /// Ends it, and balances: whatever happened, each reply is there once and was passed on. How often somebody was told to wait.
    async fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        let (mut sent, mut waits) = (BTreeSet::new(), 0);
        for (sender, task) in self.senders.into_iter().enumerate() {
            let (count, troubles) = task.await.expect("a sender ends well");
            assert!(troubles.iter().all(|trouble| matches!(trouble, Sent::Later | Sent::Nothing)), "{troubles:?}");
            waits += troubles.iter().filter(|trouble| **trouble == Sent::Later).count();
            sent.extend((0..count).map(|number| note(&self.ledger, sender, number)));
        }
        assert!(sent.len() > SENDERS, "{} replies only", sent.len());
        let (ours, mut ledger) = (self.ours, Arc::try_unwrap(self.ledger).ok().expect("nobody sends any more"));
        let federation = ours.open();
        // What could not be written down while the database was away is told again after the lease.
        ledger.note_end(&federation).await;
        for _ in 0..5 {
            database::let_a_minute_pass(&ours);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        ledger.settle(&federation, 40).await;
        let known = database::lines(&ours, "SELECT uri AS line FROM replies");
        assert_eq!((known.len(), known.into_iter().collect()), (sent.len(), sent.clone()), "each reply once");
        let heard = ledger.heard();
        // Of the share itself each hears twice: from the organisation, and from its lab.
        assert_eq!(heard.len(), (sent.len() + 2) * self.inboxes, "each is passed on to each follower");
        let twice = ledger.balance(&ours, &federation, &heard);
        println!("{} replies, {waits} times told to come again, {twice} deliveries told twice", sent.len());
        waits
    }
}

fn note(ledger: &Ledger, sender: usize, number: usize) -> String {
    ledger.peer.at(&format!("/notes/{sender}-{number}"))
}

async fn reply_without_end(
    sender: usize,
    share: String,
    ours: Arc<Server>,
    ledger: Arc<Ledger>,
    over: Arc<AtomicBool>,
) -> (usize, Vec<Sent>) {
    let person: Value = ledger.peer.person(&format!("sender{sender}"));
    let (mut count, mut troubles) = (0, Vec::new());
    while !over.load(Ordering::Relaxed) {
        let note = json!({"id": note(&ledger, sender, count), "type": "Note", "attributedTo": person["id"], "inReplyTo": share,
            "to": PUBLIC, "content": "Dat zagen wij ook.", "published": "2026-10-30T08:00:00Z"});
        let mut create = activity(&person, count, "Create", note);
        create["to"] = PUBLIC.into();
        let letter = sign(&ours, ["/inbox", "/labs/spoor/inbox"][count % 2], &person, &create);
        troubles.extend(sender::insist(ours.client(), || ours.listen().to_owned(), &letter).await);
        count += 1;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    (count, troubles)
}

/// Does this again and again for so long, and until the server has met this.
async fn keep(seconds: u64, load: &Load, met: &str, mut act: impl FnMut()) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) || !load.ours.logged().contains(met) {
        assert!(begun.elapsed() < Duration::from_secs(seconds + 20), "the server never met: {met}");
        tokio::task::block_in_place(&mut act);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_to_postgres_each_activity_has_its_effect_once() {
    let cluster = Cluster::start();
    let load =
        Load::begin(Server::prepare(Engine::Sqlite, "Ministry of Alpha").with("ARCHIPEL_DATABASE_URL", &cluster.url())).await;
    let seconds = scale::either(2, 20);
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let mut ours = database::postgres(&cluster.url());
    keep(seconds, &load, "terminating connection", || ours.batch_execute(cut).unwrap()).await;
    // As if two had changed the same thing at once, and PostgreSQL had decided for the other.
    ours.batch_execute(
        "CREATE FUNCTION decide() RETURNS trigger AS $$ BEGIN IF random() < 0.3 THEN \
         RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql; \
         CREATE TRIGGER decide BEFORE INSERT ON received FOR EACH ROW EXECUTE FUNCTION decide()",
    )
    .unwrap();
    keep(seconds, &load, "could not serialize access", || {}).await;
    ours.batch_execute("DROP TRIGGER decide ON received; DROP FUNCTION decide").unwrap();
    // Two that wait for each other: whoever waited first is told to begin again.
    keep(seconds, &load, "deadlock detected", || {
        let _ = ours.batch_execute(
            "BEGIN; LOCK TABLE replies IN EXCLUSIVE MODE; SELECT pg_sleep(0.3); LOCK TABLE received IN EXCLUSIVE MODE; COMMIT",
        );
        let _ = ours.batch_execute("ROLLBACK");
    })
    .await;
    for _ in 0..scale::either(1, 5) {
        tokio::task::block_in_place(|| cluster.restart());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(load.end().await > 0, "nobody ever had to come again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_process_holds_the_sqlite_file_senders_wait_or_come_again() {
    let load = Load::begin(Server::prepare(Engine::Sqlite, "Ministry of Alpha")).await;
    let mut other = database::sqlite(&load.ours);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    tokio::time::sleep(Duration::from_secs(scale::either(11, 30))).await;
    other.batch_execute("COMMIT").unwrap();
    // Who waited that long, and who was told to come again, is the dice of the moment; nothing is lost either way.
    load.end().await;
}
