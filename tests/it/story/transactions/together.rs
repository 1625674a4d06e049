//! Writers that wait share a commit: nobody notices the others, and nobody is told of success before it.

use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
};

use archipel::storage::{Failed, Store, Tx, actor, queue, tombstone};
use futures_util::{FutureExt, future::join_all};
use tokio::runtime::Runtime;

use super::CHANGE;
use crate::support::{Engine, TestStore, cast, on_both_engines, store};

type Work = Box<dyn FnOnce(&mut Tx<'_>) -> Result<(), Failed> + Send>;

/// Lets these come while somebody else writes; what each is told.
async fn write_together(store: &TestStore, works: Vec<Work>) -> Vec<Result<(), Failed>> {
    let (begun, has_begun) = mpsc::channel();
    let (end, may_end) = mpsc::channel();
    let other = Store::clone(store);
    let holder = thread::spawn(move || {
        other.write_now(|_| {
            begun.send(()).unwrap();
            may_end.recv().map_err(Failed::because("wait"))
        })
    });
    has_begun.recv().unwrap();
    let mut answers = Box::pin(join_all(works.into_iter().map(|work| store.write(work))));
    let early = answers.as_mut().now_or_never();
    assert!(early.is_none(), "somebody was answered while another wrote");
    end.send(()).unwrap();
    let answers = answers.await;
    holder.join().unwrap().unwrap();
    answers
}

/// Writes two rows in two tables.
fn entry(store: &TestStore, uri: &'static str) -> Work {
    let now = store.now();
    Box::new(move |tx| tombstone::add(tx, uri, "Note", now).and_then(|_| queue::record(tx, &CHANGE, now)))
}

/// Writes the same, and then does something else.
fn entry_and(store: &TestStore, uri: &'static str, then: fn(&mut Tx<'_>) -> Result<(), Failed>) -> Work {
    let entry = entry(store, uri);
    Box::new(move |tx| entry(tx).and_then(|()| then(tx)))
}

fn written(store: &TestStore) -> (Vec<String>, i64) {
    let rows = store.pairs("SELECT uri AS one, uri AS other FROM tombstones ORDER BY uri");
    (rows.into_iter().map(|(uri, _)| uri).collect(), store.read_now(queue::count).unwrap().0)
}

fn contexts(answers: &[Result<(), Failed>]) -> Vec<&'static str> {
    answers.iter().map(|answer| answer.as_ref().map_or_else(|failed| failed.context, |()| "")).collect()
}

on_both_engines! {
    async fn what_fails_among_others_takes_nothing_else_along(engine) {
        let store = store(engine);
        let works = vec![
            entry(&store, "first"),
            entry_and(&store, "failing", |_| Err(Failed::new("go on", "changed its mind"))),
            entry_and(&store, "panicking", |_| panic!("half way")),
            entry_and(&store, "clashing", |tx| {
                actor::save(tx, &cast::spoor())?;
                actor::save(tx, &archipel::domain::actor::Actor { uri: cast::url("https://alpha.example/twin"), ..cast::spoor() })
                    .map(|_| ())
            }),
            entry(&store, "last"),
        ];
        let answers = write_together(&store, works).await;
        assert_eq!(contexts(&answers), ["", "go on", "finish database work", "save an actor", ""]);
        assert_eq!(written(&store), (vec!["first".into(), "last".into()], 2));
        assert_eq!(store.commit(|tx| actor::find_local(tx, "spoor")), None);
        assert_eq!(store.wake().wait().now_or_never(), Some(()), "the two that stayed ring");
        assert_eq!(store.wake().wait().now_or_never(), None, "and once is enough");
    }

    async fn nobody_rings_where_all_who_wrote_together_failed(engine) {
        let store = store(engine);
        let fail = || entry_and(&store, "failing", |_| Err(Failed::new("go on", "changed its mind")));
        let answers = write_together(&store, vec![fail(), fail()]).await;
        assert_eq!((contexts(&answers), written(&store)), (vec!["go on"; 2], (vec![], 0)));
        assert_eq!(store.wake().wait().now_or_never(), None);
    }

    async fn what_was_begun_is_written_also_where_nobody_waits_for_it_any_more(engine) {
        let store = store(engine);
        assert!(store.write(entry(&store, "left alone")).now_or_never().is_none());
        while written(&store).1 == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(written(&store), (vec!["left alone".into()], 1));
    }
}

#[tokio::test]
async fn those_who_wait_are_committed_in_order_at_most_sixty_four_at_once_and_a_reader_sees_all_of_them_or_none() {
    let store = store(Engine::Sqlite);
    let (seen, now) = (Arc::new(Mutex::new(Vec::new())), store.now());
    let work = |number: usize| -> Work {
        let (seen, reader) = (seen.clone(), Store::clone(&store));
        Box::new(move |tx| {
            queue::record(tx, &CHANGE, now)?;
            seen.lock().unwrap().push((number, reader.read_now(queue::count)?.0));
            Ok(())
        })
    };
    let answers = write_together(&store, (0..100).map(work).collect()).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let expected: Vec<(usize, i64)> = (0..100).map(|number| (number, if number < 64 { 0 } else { 64 })).collect();
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_commit_that_fails_is_told_to_all_who_shared_it() {
    let store = store(Engine::Sqlite);
    store.execute(
        "CREATE TABLE debts (uri TEXT REFERENCES tombstones (uri) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER owes AFTER INSERT ON tombstones WHEN new.uri = 'owing' BEGIN INSERT INTO debts VALUES ('none'); END;",
    );
    let works = vec![entry(&store, "first"), entry(&store, "owing"), entry(&store, "last")];
    assert_eq!(contexts(&write_together(&store, works).await), ["commit a transaction"; 3]);
    assert_eq!((written(&store), store.wake().wait().now_or_never()), ((vec![], 0), None));
    store.write(entry(&store, "later")).await.unwrap();
    assert_eq!(written(&store), (vec!["later".into()], 1));
}

#[tokio::test]
async fn where_the_database_ends_the_transaction_of_one_nothing_of_the_others_stays_and_they_are_told() {
    let store = store(Engine::Sqlite);
    store.execute(
        "CREATE TRIGGER ends BEFORE INSERT ON tombstones WHEN new.uri = 'ending' BEGIN SELECT RAISE(ROLLBACK, 'over'); END;",
    );
    let works = vec![entry(&store, "first"), entry(&store, "ending"), entry(&store, "last")];
    let answers = write_together(&store, works).await;
    assert_eq!(contexts(&answers)[1], "remember a deletion");
    assert!(answers.iter().all(Result::is_err) && written(&store) == (vec![], 0), "{answers:?}");
    store.write(entry(&store, "later")).await.unwrap();
    assert_eq!(written(&store), (vec!["later".into()], 1));
}

#[test]
fn who_leads_the_line_and_never_gets_to_it_leaves_it_to_the_next() {
    let store = store(Engine::Sqlite);
    let ended = Runtime::new().unwrap();
    let nowhere = ended.handle().clone();
    ended.shutdown_background();
    let refused = {
        let _here = nowhere.enter();
        store.write(entry(&store, "never")).now_or_never()
    };
    assert_eq!(refused.expect("an answer at once").unwrap_err().context, "finish database work");
    Runtime::new().unwrap().block_on(store.write(entry(&store, "later"))).unwrap();
    assert_eq!(written(&store), (vec!["later".into()], 1));
}
