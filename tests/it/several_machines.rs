//! Several processes of one instance on PostgreSQL, each with a data folder of its own as on machines of their own: new work is
//! noticed at once by those that live, and done once.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        audience::FollowState,
    },
    storage::{self, audience},
    usecases::peer,
};

use crate::support::{Engine, Server, cast, patience::wait_for, peer::Peer};

const HOSTS: usize = 4;
const FOLLOWERS: usize = 12;
const AT_ONCE: Duration = Duration::from_secs(1);

/// One that serves and works, two that work, and one for commands.
struct Machines {
    serving: Server,
    working: [Server; 2],
    commands: Server,
    everywhere: Peer,
}

impl Machines {
    async fn start() -> Self {
        let everywhere = Peer::start().await;
        let mut serving = Server::prepare(Engine::Postgres, "Ministry of Alpha");
        serving.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        be_followed(&serving, &everywhere);
        let mut working = [serving.beside(), serving.beside()];
        serving.serve().await;
        for worker in &mut working {
            worker.work();
        }
        let machines = Self { commands: serving.beside(), serving, working, everywhere };
        machines.wait_for_listeners(3).await;
        machines
    }

    async fn wait_for_listeners(&self, count: i64) {
        wait_for("processes that listen", 20, async || (self.serving.number(LISTENERS) == count).then_some(())).await;
    }

    /// Publishes by a command; how long it takes, once that has ended, until somebody elsewhere hears of it.
    async fn publish(&self, title: &str) -> Duration {
        let before = self.heard().len();
        self.commands.publish("spoor", title, "## Head\n\nText", &[]).await;
        let committed = Instant::now();
        wait_for("a share that arrives", 20, async || (self.heard().len() > before).then_some(())).await;
        committed.elapsed()
    }

    /// Each inbox with each activity that it was told.
    fn heard(&self) -> Vec<(String, String)> {
        let posts = self.everywhere.posts();
        let inbox = |host: Option<&str>, target: &str| format!("{}{target}", host.expect("a host"));
        posts.iter().map(|post| (inbox(post.header("host"), &post.target), post.json()["id"].to_string())).collect()
    }

    /// Waits until every follower heard of so many shares and nothing is left to do, and fails where one heard of one twice.
    async fn everyone_has_heard_once(&self, shares: usize) {
        wait_for("everything to be delivered", 20, async || {
            let rows = self.commands.list(&["delivery", "list", "--state", "delivered"]).await;
            (rows.len() == shares * FOLLOWERS).then_some(())
        })
        .await;
        // Who were to do it a second time would do it now.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let heard = self.heard();
        let once: BTreeSet<_> = heard.iter().collect();
        assert_eq!((once.len(), heard.len()), (shares * FOLLOWERS, shares * FOLLOWERS), "each inbox hears each thing once");
    }
}

const LISTENERS: &str =
    "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN archipel_work'";

const CUT: &str = "SELECT count(pg_terminate_backend(pid)) AS number FROM pg_stat_activity \
                   WHERE datname = current_database() AND query = 'LISTEN archipel_work'";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_new_work_is_noticed_at_once_whoever_queues_it_and_done_once() {
    let machines = Machines::start().await;
    for number in 1..=5 {
        let took = machines.publish(&format!("Share {number}")).await;
        println!("share {number} arrived after {took:?}");
        assert!(took < AT_ONCE, "share {number} arrived after {took:?}");
    }
    machines.everyone_has_heard_once(5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_processes_that_stand_still_stop_nobody() {
    let machines = Machines::start().await;
    machines.publish("Before").await;
    machines.everyone_has_heard_once(1).await;
    machines.serving.signal("STOP").await;
    machines.working[0].signal("STOP").await;
    for number in 2..=4 {
        let took = machines.publish(&format!("Share {number}")).await;
        assert!(took < AT_ONCE, "the one that goes on noticed share {number} after {took:?}");
    }
    machines.everyone_has_heard_once(4).await;
    machines.serving.signal("CONT").await;
    machines.working[0].signal("CONT").await;
    machines.publish("After").await;
    machines.everyone_has_heard_once(5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_a_connection_that_is_cut_is_opened_again_and_work_is_noticed_meanwhile() {
    let machines = Machines::start().await;
    assert_eq!(machines.serving.number(CUT), 3);
    let took = machines.publish("While nobody is told").await;
    assert!(took < Duration::from_secs(7), "every few seconds somebody looks, and not only after {took:?}");
    machines.wait_for_listeners(3).await;
    let took = machines.publish("Told again").await;
    assert!(took < AT_ONCE, "it was noticed after {took:?}");
    machines.everyone_has_heard_once(2).await;
    let log = machines.working[1].logged();
    assert_eq!(log.matches("new work is noticed only every few seconds").count(), 1, "{log}");
    assert!(log.contains("tells of new work again"), "{log}");
}

/// Followers on hosts of their own, all of them this peer.
fn be_followed(server: &Server, everywhere: &Peer) {
    let federation = server.open();
    let port = everywhere.origin().rsplit(':').next().expect("a port");
    let now = federation.clock.now();
    let followed = federation.store.write_now(|tx| {
        let lab = storage::actor::find_local(tx, "spoor")?.expect("the lab");
        for number in 0..FOLLOWERS {
            let follower = peer::learn(tx, &follower(number, port), None)?;
            audience::save(tx, follower.id, lab.id, &format!("{}#follow", follower.uri), FollowState::Accepted, now)?;
        }
        Ok::<_, storage::Failed>(())
    });
    followed.expect("followers");
}

fn follower(number: usize, port: &str) -> Actor {
    let (host, handle) = (format!("island{}.localhost:{port}", number % HOSTS), format!("reader{number}"));
    let at = |path: &str| cast::url(&format!("http://{host}/users/{handle}{path}"));
    Actor {
        id: ActorId(0),
        uri: at(""),
        page: at(""),
        inbox: at("/inbox"),
        shared_inbox: None,
        outbox: None,
        key_uri: at("#main-key").into(),
        ..cast::a_remote_actor(ActorKind::Member, &handle, &host)
    }
}
