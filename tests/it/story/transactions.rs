//! Transactions: all or nothing, also for several writers at once, and the bell that rings after them.

mod together;

use std::{
    os::unix::net::UnixDatagram,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use archipel::{
    config::{Database, Settings},
    domain::{actor::Actor, change::Change, moment::Moment},
    storage::{Failed, Store, Tx, Wake, actor, queue, tombstone},
};
use futures_util::FutureExt;
use tokio::time::timeout;

use crate::support::{Engine, TestStore, cast, on_both_engines, store};

const CHANGE: Change = Change::SharePublished { share: 1 };

/// Two rows in two tables, that must come and go together.
fn write_both(tx: &mut Tx<'_>, now: Moment) -> Result<(), Failed> {
    tombstone::add(tx, "https://alpha.example/shares/aaaaaaaaaa", "Note", now)?;
    queue::record(tx, &CHANGE, now)
}

fn is_there(tx: &mut Tx<'_>) -> Result<(bool, bool), Failed> {
    let found = tombstone::find(tx, "https://alpha.example/shares/aaaaaaaaaa")?;
    Ok((found.is_some(), queue::count(tx)? == (1, 0)))
}

#[test]
fn sqlite_moves_what_was_committed_into_its_file_beside_those_who_write() {
    let store = store(Engine::Sqlite);
    let Database::Sqlite(file) = &store.settings.database else { panic!("another engine") };
    let size = || std::fs::metadata(file).unwrap().len();
    let (before, begun) = (size(), Instant::now());
    for number in 0..40 {
        store.commit(|tx| tombstone::add(tx, &format!("https://alpha.example/shares/{number}"), "Note", store.now()));
    }
    while size() == before {
        assert!(begun.elapsed() < Duration::from_secs(20), "everything is still in the log");
        thread::park_timeout(Duration::from_millis(5));
    }
}

on_both_engines! {
    fn a_transaction_that_fails_leaves_nothing_and_rings_nobody(engine) {
        let store = store(engine);
        let result: Result<(), Failed> = store.write_now(|tx| {
            write_both(tx, store.now())?;
            Err("no".parse::<i64>().map_err(Failed::because("read a number")).unwrap_err())
        });
        assert_eq!(result.unwrap_err().to_string(), "could not read a number: invalid digit found in string");
        assert_eq!(store.read_now(is_there).unwrap(), (false, false));
        assert_eq!(store.wake().wait().now_or_never(), None);
    }

    fn a_transaction_that_panics_leaves_nothing_and_the_store_goes_on(engine) {
        let store = store(engine);
        for _ in 0..20 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                store.write_now(|tx| -> Result<(), Failed> {
                    write_both(tx, store.now())?;
                    panic!("half way");
                })
            }));
            assert!(panicked.is_err());
        }
        assert_eq!(store.read_now(is_there).unwrap(), (false, false));
        store.commit(|tx| write_both(tx, store.now()));
        assert_eq!(store.read_now(is_there).unwrap(), (true, true));
    }

    fn a_transaction_whose_statement_failed_cannot_commit_the_rest(engine) {
        let store = store(engine);
        let spoor = cast::spoor();
        let twin = Actor { uri: cast::url("https://alpha.example/people/spoor"), ..cast::spoor() };
        let result: Result<(), Failed> = store.write_now(|tx| {
            actor::save(tx, &spoor)?;
            actor::save(tx, &twin).map(|_| ())
        });
        assert!(!result.unwrap_err().may_pass(), "trying again changes nothing");
        assert_eq!(store.commit(|tx| actor::find_local(tx, "spoor")), None);
    }

    fn the_bell_rings_after_a_transaction_that_recorded_a_change(engine) {
        let store = store(engine);
        store.commit(|tx| tombstone::add(tx, "https://alpha.example/shares/a", "Note", store.now()));
        assert_eq!(store.wake().wait().now_or_never(), None, "nothing was queued");
        store.commit(|tx| {
            queue::record(tx, &CHANGE, store.now())?;
            assert_eq!(store.wake().wait().now_or_never(), None, "not before the commit");
            Ok(())
        });
        assert_eq!(store.wake().wait().now_or_never(), Some(()));
        store.wake().ring_here();
        assert_eq!(store.wake().wait().now_or_never(), Some(()));
    }

    async fn the_same_can_be_done_off_the_async_threads(engine) {
        let store = store(engine);
        let now = store.now();
        store.write(move |tx| write_both(tx, now)).await.unwrap();
        assert_eq!(store.read(is_there).await.unwrap(), (true, true));
        let panicked: Result<(), Failed> = store.write(|_| panic!("half way")).await;
        assert_eq!(panicked.unwrap_err().context, "finish database work");
    }

    fn two_writers_at_once_lose_nothing(engine) {
        let store = store(engine);
        let second = Store::open(&store.settings).unwrap();
        assert_eq!(second.has_single_writer(), engine == Engine::Sqlite);
        let (start, now) = (Barrier::new(2), store.now());
        let write = |store: &Store, name: &str| {
            start.wait();
            for number in 0..50 {
                let uri = format!("https://alpha.example/{name}/{number}");
                let bo = Actor { name: uri.clone(), ..cast::bo() };
                store.write_now(|tx| actor::save(tx, &bo).and_then(|_| tombstone::add(tx, &uri, "Note", now))).unwrap();
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| write(&store, "one"));
            scope.spawn(|| write(&second, "two"));
        });
        let kept = store.pairs("SELECT uri AS one, former_type AS other FROM tombstones");
        assert_eq!(kept.len(), 100);
        assert_eq!(store.pairs("SELECT handle AS one, host AS other FROM actors").len(), 1);
    }

    fn an_empty_database_is_migrated_once_however_often_it_is_opened(engine) {
        let store = TestStore::unmigrated(engine);
        assert!(!store.is_current().unwrap());
        assert!(store.migrate().unwrap() > 0);
        assert_eq!((store.is_current().unwrap(), store.migrate().unwrap()), (true, 0));
        store.commit(|tx| write_both(tx, store.now()));
        let again = Store::connect(&store.settings).unwrap();
        assert_eq!((again.is_current().unwrap(), again.read_now(is_there).unwrap()), (true, (true, true)));
    }

    fn several_processes_may_open_an_empty_database_at_once(engine) {
        for _ in 0..5 {
            let store = TestStore::unmigrated(engine);
            let start = Barrier::new(4);
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        start.wait();
                        Store::open(&store.settings).unwrap();
                    });
                }
            });
            assert!(store.is_current().unwrap());
        }
    }
}

#[test]
fn a_database_that_does_not_answer_is_a_failure_that_says_what_was_tried() {
    let mut settings = store(Engine::Sqlite).settings.clone();
    settings.data_dir = "/dev/null/data".into();
    let failed = Store::open(&settings).unwrap_err();
    assert_eq!(failed.context, "create the data folder");
    assert!(Failed::new("sing", "hoarse").to_string().ends_with("sing: hoarse"));
}

#[tokio::test]
async fn the_bell_is_heard_in_other_processes_and_silent_sockets_are_cleared() {
    let settings = store(Engine::Sqlite).settings.clone();
    let folder = settings.data_dir.join("wake");
    let wake = Wake::new(&settings);
    let listening = wake.listen();
    let other = bind(&folder.join("another"));
    drop(bind(&folder.join("dead")));
    wake.ring();
    let mut heard = [0; 8];
    assert_eq!(other.recv(&mut heard).unwrap(), 4);
    assert_eq!(wake.wait().now_or_never(), Some(()), "this process is rung without its socket");
    assert!(!folder.join("dead").exists());
    other.send_to(b"work", folder.join(std::process::id().to_string())).unwrap();
    timeout(Duration::from_secs(2), wake.wait()).await.expect("another process is heard");
    drop(listening);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "who does not listen has no socket");
}

on_both_engines! {
    async fn the_bell_can_be_tried(engine) {
        store(engine).try_the_bell().await.expect("what is queued is heard");
    }
}

#[tokio::test]
async fn on_postgres_a_commit_is_heard_by_whoever_shares_nothing_but_the_database() {
    let store = store(Engine::Postgres);
    let elsewhere = tempfile::tempdir().unwrap();
    let other = Store::connect(&Settings { data_dir: elsewhere.path().to_owned(), ..store.settings.clone() }).unwrap();
    let _listening = other.wake().listen();
    timeout(Duration::from_secs(5), other.wake().wait()).await.expect("who begins to listen looks once");
    let undone: Result<(), Failed> = store.write_now(|tx| {
        queue::record(tx, &CHANGE, store.now())?;
        Err(Failed::new("go on", "changed its mind"))
    });
    assert!(undone.is_err());
    store.commit(|_| Ok(()));
    assert!(timeout(Duration::from_millis(300), other.wake().wait()).await.is_err(), "nothing was committed that waits");
    store.commit(|tx| queue::record(tx, &CHANGE, store.now()));
    timeout(Duration::from_secs(2), other.wake().wait()).await.expect("the commit is heard");
}

fn bind(path: &Path) -> UnixDatagram {
    let socket = UnixDatagram::bind(path).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket
}
