//! The pages for whoever looks after an instance: deliveries and blocks, over real HTTP and in both languages.

use archipel::{
    domain::{
        delivery::{Attempt, DeliveryState},
        moment::Moment,
    },
    federation::Federation,
    storage::{
        Failed, activity, actor,
        delivery::{self, Leased, Settlement},
        lane::{self, Held},
    },
};
use chrono::TimeDelta;

use crate::support::{Engine, Server, between, cast, on_both_engines, patience::wait_for, visitor::Visitor};

/// A server with its administrator and a member who is none; deliveries to three hosts.
async fn with_deliveries(engine: Engine) -> Server {
    let mut server = Server::prepare(engine, "Ministry of Alpha");
    server.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    let federation = server.open();
    let now = federation.clock.now();
    for number in 0..40 {
        send(&federation, number, "http://bravo.localhost:9/inbox", now);
    }
    send(&federation, 50, "http://charlie.localhost:9/inbox", now);
    send(&federation, 51, "http://delta.localhost:9/inbox", now);
    settle(&federation, now);
    server.serve().await;
    server
}

fn send(federation: &Federation, number: u32, inbox: &str, now: Moment) {
    let sent = federation.store.write_now(|tx| {
        let lab = actor::find_local(tx, "spoor")?.expect("the lab");
        let uri = format!("{}shares/abcdefg{:03}/create", federation.links.home(), number);
        let object = uri.trim_end_matches("/create").to_owned();
        let new = activity::NewActivity { body: "{}".into(), uri, actor: lab.id, public: true, object, replaces: false };
        let row = activity::add(tx, &new, now)?;
        delivery::add(tx, row, &[inbox.to_owned()].into(), now)
    });
    sent.expect("a delivery");
}

/// Bravo is away, and the rest of what waits for it with it; charlie refuses; delta has what it was told.
fn settle(federation: &Federation, now: Moment) {
    let error = "no connection to bravo.localhost: Connection refused".to_owned();
    let settled = federation.store.write_now(|tx| {
        let leased = lane::lease(tx, 1, 100, 1, now)?;
        let attempt = |host: &str| match host {
            "bravo.localhost:9" => Attempt::Failed { error: error.clone(), retry_after: Some(TimeDelta::hours(3)) },
            "charlie.localhost:9" => Attempt::Refused("the peer answered 403 Forbidden".into()),
            _ => Attempt::Delivered,
        };
        let settlement = |(held, rows): &(Held, Vec<Leased>)| {
            let (lane, attempt) = (held.clone(), attempt(&held.host));
            Settlement { lane, leased: rows[0].clone(), attempt, alone: false }
        };
        let settlements: Vec<Settlement> = leased.iter().map(settlement).collect();
        delivery::settle(tx, &settlements, 0, now)?;
        lane::release(tx, &leased.into_iter().map(|(held, _)| held).collect::<Vec<_>>(), now)
    });
    settled.expect("settled deliveries");
}

fn next_of(page: &str) -> Option<String> {
    let (before, _) = page.split_once("\" rel=\"next\"")?;
    before.rsplit("href=\"").next().map(|path| path.replace("&#38;", "&"))
}

fn count(server: &Server, state: DeliveryState) -> i64 {
    let counted: Result<i64, Failed> = server.open().store.read_now(|tx| delivery::count(tx, state));
    counted.expect("a count")
}

on_both_engines! {
    async fn only_an_administrator_finds_the_pages(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        let noor = Visitor::join(&server, "noor", "Noor").await;
        let sam = Visitor::join(&server, "sam", "Sam").await;
        for path in ["/deliveries", "/blocks", "/blocks/remove?subject=spam.example"] {
            let answer = server.client().get(server.at(path)).send().await.expect("an answer");
            let location = answer.headers()["location"].to_str().expect("text");
            assert!(answer.status() == 303 && location.starts_with("/sign-in?next=%2F"), "{path} leads a stranger to sign in");
            assert_eq!(sam.status(path).await, 404, "{path} is not there for another member");
        }
        for path in ["/deliveries/retry", "/blocks/add", "/blocks/remove"] {
            let token = sam.token("/follow").await;
            let sent = [("form_token", token.as_str()), ("subject", "spam.example"), ("confirmed", "yes")];
            assert_eq!(sam.answer(path, &sent).await.status(), 404, "{path}");
            let token = noor.token("/follow").await.replace(|_: char| true, "0");
            let sent = [("form_token", token.as_str()), ("subject", "spam.example"), ("confirmed", "yes")];
            assert_eq!(noor.answer(path, &sent).await.status(), 403, "{path} takes no form of another session");
        }
        assert!(noor.page("/").await.contains("href=\"/deliveries\"") && !sam.page("/").await.contains("href=\"/deliveries\""));
        assert!(noor.page("/deliveries").await.contains("Nothing was sent to other servers yet"));
        assert!(noor.page("/blocks?lang=nl").await.contains("Er is niemand geblokkeerd."));
        assert_eq!(server.list(&["block", "list"]).await.len(), 0);
    }

    async fn deliveries_are_looked_at_by_state_and_host(engine) {
        let server = with_deliveries(engine).await;
        let noor = Visitor::join(&server, "noor", "Noor").await;
        let page = noor.page("/deliveries").await;
        for said in [
            "aria-label=\"waiting 40. delivered 1. refused 1. \"",
            "40 wait",
            "rests, goes on in 3 hours",
            "Its server cannot be reached.",
            "no connection to bravo.localhost: Connection refused",
            "tried once",
            "Its server does not accept this from us.",
            "New share",
            "href=\"/shares/abcdefg051\"",
            "41 deliveries; each gets another 30 days.",
        ] {
            assert!(page.contains(said), "{said}\n{page}");
        }
        assert!(noor.page("/deliveries?lang=nl").await.contains("rust, gaat verder over 3 uur"));
        let first = noor.page("/deliveries?state=waiting&host=bravo.localhost:9").await;
        let next = next_of(&first).expect("more");
        assert!(!first.contains("charlie.localhost") && next.starts_with("/deliveries?state=waiting&host=bravo.localhost%3A9&before="));
        let rest = noor.page(&next).await;
        let listed = |page: &str| page.matches("name=\"id\"").count();
        assert_eq!((listed(&first), listed(&rest), next_of(&rest)), (30, 10, None));
        assert!(noor.page("/deliveries?state=lost&before=x&tried=-1").await.contains("delta.localhost:9"), "no choice is every choice");
        let rows = server.list(&["delivery", "list", "--host", "Charlie.localhost:9"]).await;
        assert_eq!((rows.len(), &rows[0]["state"]), (1, &"refused".into()));
    }

    async fn deliveries_are_tried_again_one_or_a_host_or_all(engine) {
        let server = with_deliveries(engine).await;
        let noor = Visitor::join(&server, "noor", "Noor").await;
        let view = "/deliveries?state=refused";
        let id = between(&noor.page(view).await, "name=\"id\" value=\"", "\"").expect("one").to_owned();
        let led = noor.send(view, "/deliveries/retry", &[("id", &id), ("state", "refused")]).await;
        assert_eq!(led, "/deliveries?state=refused&tried=1");
        assert!(noor.page(&led).await.contains("One is tried again now."));
        assert_eq!((count(&server, DeliveryState::Refused), count(&server, DeliveryState::Waiting)), (0, 41));
        assert!(noor.page("/deliveries").await.contains("rests, goes on in 3 hours"), "another host rests as before");
        let led = noor.send("/deliveries", "/deliveries/retry", &[("to", "bravo.localhost:9")]).await;
        assert_eq!(led, "/deliveries?tried=40");
        // Nobody listens there: the worker tries one, and the host rests anew, not for hours.
        wait_for("a host that rests anew", 20, async || {
            let page = noor.page("/deliveries").await;
            (page.contains("<b>40 wait</b> <span>tried once</span>") && !page.contains("in 3 hours")).then_some(())
        })
        .await;
        let led = noor.send("/deliveries", "/deliveries/retry", &[]).await;
        assert!(led.starts_with("/deliveries?tried="), "{led}");
        let said = server.run(&["delivery", "retry", "--host", "bravo.localhost:9"]).await;
        assert!(said.ends_with("deliveries are tried again now."), "{said}");
        assert_eq!((count(&server, DeliveryState::Delivered), count(&server, DeliveryState::Waiting)), (1, 41));
    }

    async fn a_block_is_shown_before_it_is_made_and_can_be_taken_back(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        let noor = Visitor::join(&server, "noor", "Noor").await;
        let known = server.open().store.write_now(|tx| actor::save(tx, &cast::klare_taal()));
        known.expect("an actor");
        let token = noor.token("/blocks").await;
        let look = async |subject: &str| {
            let fields = [("form_token", token.as_str()), ("subject", subject), ("reason", "Sends <b>advertisements</b>")];
            let answer = noor.answer("/blocks/add", &fields).await;
            (answer.status(), answer.text().await.expect("a page"))
        };
        let (status, page) = look("*.Bravo.example").await;
        assert_eq!(status, 200);
        for said in ["Block bravo.example?", "every host below it", "We know one actor there.", "@klare_taal@bravo.example",
            "Sends &#60;b&#62;advertisements"] {
            assert!(page.contains(said), "{said}\n{page}");
        }
        assert_eq!(server.list(&["block", "list"]).await.len(), 0, "nothing is blocked by looking");
        assert!(look("@klare_taal@bravo.example").await.1.contains("This closes one actor, https://bravo.example/labs/klare_taal."));
        assert!(look("github.io").await.1.contains("many who have nothing to do with each other"));
        for (subject, said) in [("uk", "far too wide"), ("a b", "cannot be blocked"), (server.host(), "covers this instance itself"),
            ("@nobody@bravo.example", "We do not know")] {
            let (status, page) = look(subject).await;
            assert!(status == 422 && page.contains(said) && page.contains("aria-invalid=\"true\""), "{subject}: {page}");
        }

        let fields = [("form_token", token.as_str()), ("subject", "bravo.example"), ("reason", "Advertisements"), ("confirmed", "yes")];
        let answer = noor.answer("/blocks/add", &fields).await;
        let led = answer.headers()["location"].to_str().expect("text").to_owned();
        assert_eq!(led, "/blocks?done=added&subject=bravo.example&actors=1&deliveries=0");
        let page = noor.page(&led).await;
        assert!(page.contains("Blocked bravo.example. Removed: 1 known there.") && page.contains("with everything below it"), "{page}");
        assert!(!noor.page("/blocks?done=added&subject=other.example").await.contains("Blocked other.example"), "only what is true is said");
        assert!(look("labs.bravo.example").await.1.contains("bravo.example is blocked already"));
        let blocks = server.list(&["block", "list"]).await;
        assert_eq!((&blocks[0]["subject"], &blocks[0]["reason"]), (&"bravo.example".into(), &"Advertisements".into()));

        let question = "/blocks/remove?subject=bravo.example";
        assert!(noor.page(question).await.contains("Take back the block of bravo.example?"));
        assert_eq!(noor.send(question, "/blocks/remove", &[("subject", "bravo.example")]).await, "/blocks?done=removed");
        assert_eq!(server.list(&["block", "list"]).await.len(), 0);
        assert_eq!(noor.status(question).await, 404);
    }
}
