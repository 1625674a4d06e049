//! A program of ours that is killed before each of its writes, one after the other: between receipt and effect, effect and commit,
//! commit and answer, answer and delivery, delivery and its record.

use std::{collections::BTreeSet, time::Duration};

use archipel::federation::Federation;
use serde_json::Value;

use crate::support::{
    Engine, Server, database,
    fatal::Fatal,
    ledger::{self, Ledger, Pair},
    on_both_engines,
    patience::wait_for,
    process::Process,
    scale,
    sender::{self, Sent, activity, send, sign},
};

/// Our lab, a server of it that dies when it is told to, and those who hear of it.
struct Stage {
    ours: Server,
    federation: Federation,
    ledger: Ledger,
    fatal: Fatal,
    expected: BTreeSet<Pair>,
}

impl Stage {
    async fn set(engine: Engine) -> Self {
        let ours = Server::prepare(engine, "Ministry of Alpha");
        ours.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
        let federation = ours.open();
        Self { federation, ours, ledger: Ledger::open().await, fatal: Fatal::build(), expected: BTreeSet::new() }
    }

    /// A server that will not live to make this write, once it is armed.
    async fn serve(&self, write: usize) -> Process {
        self.ours.serve_beside(&self.fatal.once_armed(write)).await
    }

    /// A server that lives, instead of one that was to die; it has done what the other left.
    async fn replace(&self, mut process: Process) -> Process {
        if !process.has_ended() {
            process.kill().await;
        }
        database::let_a_minute_pass(&self.ours);
        let process = self.serve(0).await;
        self.ledger.settle(&self.federation, 30).await;
        process
    }

    /// Arms it, lets this happen, and waits until that is all done, or the server is dead. Whether it is.
    async fn play(&self, process: &mut Process, act: impl AsyncFnOnce(&Self, &str)) -> bool {
        process.signal("USR1").await;
        act(self, &process.listen).await;
        let ends = async || (process.has_ended() || ledger::is_settled(&self.federation)).then_some(());
        wait_for("an end of it", 30, ends).await;
        // A process that was just killed is not gone at once.
        tokio::time::sleep(Duration::from_millis(50)).await;
        process.has_ended()
    }

    /// Somebody whom nobody knows yet, on a host of its own.
    fn reader(&self, number: usize) -> Value {
        self.ledger.peer.person_at(&format!("island{number}"), &format!("reader{number}"))
    }
}

/// At which writes a server is killed that makes so many: each, or some that are spread evenly.
fn points(made: usize, some: usize) -> Vec<usize> {
    let stride = scale::either(made.div_ceil(some), 1).max(1);
    (1..=made).step_by(stride).collect()
}

on_both_engines! {
    async fn an_activity_has_its_effect_once_wherever_its_receiver_is_killed(engine) {
        let mut stage = Stage::set(engine).await;
        let mut process = stage.serve(0).await;
        let follow = |stage: &Stage, number: usize| {
            let reader = stage.reader(number);
            let follow = activity(&reader, number, "Follow", stage.ours.at("/labs/spoor"));
            (sign(&stage.ours, "/inbox", &reader, &follow), reader)
        };
        let (letter, _) = follow(&stage, 0);
        let died = stage.play(&mut process, async |stage, listen| {
            assert_eq!(send(stage.ours.client(), listen, &letter).await, Sent::Taken);
            let hears = async || (stage.ledger.peer.count_posts() == 1).then_some(());
            wait_for("an acceptance", 10, hears).await;
        });
        assert!(!died.await, "it died by itself");
        let writes = stage.fatal.take_record();
        println!("{} writes are made to take one activity in and answer it: {writes:?}", writes.len());
        assert!(writes.len() > 10, "nothing was counted: is the program linked statically?");

        let (mut acknowledged, mut killed) = (0, 0);
        for (number, point) in points(writes.len(), 12).into_iter().enumerate().map(|(at, point)| (at + 1, point)) {
            stage.ledger.settle(&stage.federation, 30).await;
            process.kill().await;
            process = stage.serve(point).await;
            let (letter, _) = follow(&stage, number);
            let mut first = Sent::Nothing;
            let died = stage.play(&mut process, async |stage, listen| first = send(stage.ours.client(), listen, &letter).await).await;
            killed += usize::from(died);
            acknowledged += usize::from(died && first == Sent::Taken);
            assert!(died || first == Sent::Taken, "{first:?} of a server that lives");
            stage.ledger.note_end(&stage.federation).await;
            process = stage.replace(process).await;
            if first != Sent::Taken {
                sender::insist(stage.ours.client(), || process.listen.clone(), &letter).await;
            }
            assert_eq!(send(stage.ours.client(), &process.listen, &letter).await, Sent::Taken, "a copy");
        }
        stage.ledger.settle(&stage.federation, 30).await;
        println!("killed {killed} times, {acknowledged} times after the answer");
        assert!(killed > 5 && acknowledged > 0 && acknowledged < killed);
        every_reader_follows_once(&mut stage, killed).await;
    }
}

async fn every_reader_follows_once(stage: &mut Stage, least: usize) {
    let followers = stage.ours.list(&["follower", "list"]).await;
    assert!(followers.len() > least, "{followers:?}");
    let rows = ledger::rows(&stage.federation);
    stage.expected = rows.iter().map(|row| (row.activity.clone(), row.inbox.clone())).collect();
    assert_eq!((rows.len(), stage.expected.len()), (followers.len(), followers.len()), "one acceptance for each");
    let inboxes: BTreeSet<&String> = stage.expected.iter().map(|(_, inbox)| inbox).collect();
    assert_eq!(inboxes.len(), followers.len(), "each at the inbox of who follows");
    let received = database::lines(&stage.ours, "SELECT uri AS line FROM received");
    assert_eq!(received.len(), followers.len(), "each is remembered once");
    let twice = stage.ledger.balance(&stage.ours, &stage.federation, &stage.expected);
    println!("{twice} acceptances were told twice");
}

on_both_engines! {
    async fn a_share_is_told_once_wherever_its_teller_is_killed(engine) {
        let mut stage = Stage::set(engine).await;
        let inboxes = stage.ledger.follow(&stage.federation, "spoor", 6, 3);
        let mut process = stage.serve(0).await;
        let mut activities = Vec::new();
        let mut number = 0;
        let died = stage.play(&mut process, async |stage, _| activities.push(ledger::publish(&stage.federation, "spoor", 0))).await;
        assert!(!died, "it died by itself");
        let writes = stage.fatal.take_record();
        println!("{} writes are made to tell one share to {} inboxes: {writes:?}", writes.len(), inboxes.len());
        assert!(writes.len() > 20, "nothing was counted: is the program linked statically?");

        let mut killed = 0;
        for point in points(writes.len(), 12) {
            process.kill().await;
            process = stage.serve(point).await;
            number += 1;
            let act = async |stage: &Stage, _: &str| activities.push(ledger::publish(&stage.federation, "spoor", number));
            killed += usize::from(stage.play(&mut process, act).await);
            let open = stage.ledger.note_end(&stage.federation).await;
            assert!(open <= inboxes.len(), "only what was just said is open");
            process = stage.replace(process).await;
        }
        stage.ledger.settle(&stage.federation, 30).await;
        assert!(killed > 5, "it was killed {killed} times only");
        stage.expected = ledger::pairs(&activities, &inboxes);
        let twice = stage.ledger.balance(&stage.ours, &stage.federation, &stage.expected);
        assert_eq!(ledger::rows(&stage.federation).len(), stage.expected.len());
        println!("killed {killed} times, {twice} deliveries were told twice");
    }

    async fn a_command_that_is_killed_did_all_or_nothing(engine) {
        let stage = Stage::set(engine).await;
        let publish = ["share", "publish", "--lab", "spoor", "--title", "A piece", "--kind", "story", "--file", "/dev/null"];
        let text = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(text.path(), "Wat werkte.").unwrap();
        let mut arguments = publish;
        let path = text.path().display().to_string();
        arguments[9] = &path;
        assert!(stage.ours.spawn(&arguments, &stage.fatal.at(0)).wait().await.success());
        let writes = stage.fatal.take_record();
        println!("{} writes are made to publish one share: {writes:?}", writes.len());
        assert!(writes.len() > 5, "nothing was counted: is the program linked statically?");
        let (mut died, mut committed) = (0, 0);
        for point in points(writes.len(), 12) {
            let before = count(&stage);
            let ended = stage.ours.spawn(&arguments, &stage.fatal.at(point)).wait().await;
            let after = count(&stage);
            assert_eq!(after.0, after.1, "a share, and a change that others will hear of");
            assert!(after.0 - before.0 <= 1 && (after.0 > before.0 || !ended.success()), "{before:?} became {after:?}: {ended}");
            died += usize::from(!ended.success());
            committed += after.0 - before.0;
        }
        assert!(died > 3, "killed {died} times, and {committed} were committed");
        database::check_integrity(&stage.ours);
    }
}

/// Shares, and changes that wait.
fn count(stage: &Stage) -> (usize, usize) {
    let count = |table: &str| database::lines(&stage.ours, &format!("SELECT 'x' AS line FROM {table}")).len();
    (count("shares"), count("jobs WHERE change LIKE '%share_published%'"))
}
