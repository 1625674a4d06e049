//! The page of the search over real HTTP: what it shows, where it leads, and what it makes of nonsense.

use archipel::{
    domain::{
        actor::Actor,
        share::{Outcome, Share},
        text::Html,
    },
    storage::{Failed, actor, lab, listing, share},
};
use reqwest::header;

use crate::support::{Engine, Server, cast, on_both_engines, patience::wait_for, visitor::Visitor};

/// A server with shares of its own and of another host.
async fn with_shares(engine: Engine, count: u32) -> Server {
    let server = Server::start(engine, "Ministry of Alpha").await;
    server.run(&["lab", "add", "spoor", "--name", "Spoor", "--summary", "Leert van brieven."]).await;
    let written = server.open().store.write_now(|tx| {
        let ours = lab::find(tx, "spoor")?.expect("a lab").actor;
        let theirs = cast::klare_taal();
        let theirs = Actor { id: actor::save(tx, &theirs)?, ..theirs };
        listing::confirm(tx, &theirs, None, cast::october(2))?;
        let text = Html::sanitise("<p>De gemeente herschreef <b>alle</b> brieven &lt;script&gt; met inwoners.</p>");
        for number in 1..=count {
            let lab = if number % 2 == 0 { &ours } else { &theirs };
            let outcome = if number % 4 == 0 { Outcome::DidNotWork } else { Outcome::Worked };
            let title = format!("Brieven nummer {number}!");
            let new = Share { title, outcome: Some(outcome), content: text.clone(), ..cast::a_share(number, lab, lab) };
            share::add(tx, &Share { local: number % 2 == 0, ..new })?;
        }
        Ok::<_, Failed>(())
    });
    written.expect("shares");
    server
}

on_both_engines! {
    async fn what_is_found_is_marked_counted_narrowed_and_goes_on(engine) {
        let server = with_shares(engine, 50).await;
        let page = server.page("/search?q=brief").await;
        assert!(page.contains("<mark>Brieven</mark> nummer 50!"), "{page}");
        assert!(page.contains("alle <mark>brieven</mark> &#60;script&#62;") && !page.contains("<script"), "{page}");
        assert!(page.contains("51 found") && page.contains("bravo.example") && page.contains("Klare Taal"));
        assert!(page.contains("/search?outcome=did_not_work&#38;q=brief"), "{page}");
        let narrowed = server.page("/search?outcome=did_not_work&q=brief&lang=en").await;
        assert!(narrowed.contains("12 found") && narrowed.contains("Without It did not work"), "{narrowed}");
        let mut shown = 0;
        for number in 1..=3 {
            shown += server.page(&format!("/search?q=brief&page={number}")).await.matches("<li class=\"share\">").count();
        }
        assert_eq!(shown, 51);
        assert!(page.contains("page=2&#38;q=brief\" rel=\"next\""));
        assert!(server.page("/search?q=brief&scope=here").await.contains("26 found"));
        assert!(server.page("/").await.contains("action=\"/search\""));
    }

    async fn whoever_finds_nothing_is_told_what_to_try(engine) {
        let server = with_shares(engine, 4).await;
        let page = server.page("/search?q=breiven+walrus&scope=here").await;
        assert!(page.contains("Nothing found") && page.contains(">brieven walrus</a>"), "{page}");
        assert!(page.contains("href=\"/search?q=breiven+walrus\""), "{page}");
        let page = server.page("/search?q=brieven+walrus").await;
        assert!(page.contains("href=\"/search?q=brieven\">brieven</a>: 5 found") && !page.contains(">walrus</a>"), "{page}");
    }

    async fn rx17_whatever_is_asked_is_answered(engine) {
        let server = with_shares(engine, 4).await;
        let long = "x".repeat(10_000);
        let many = "woord+".repeat(1_000);
        for query in [
            "q=%00", "q=%FF%FE", "q=%22", "q=NEAR(a+b,3)", "q=*", "q=a*", "q=%27%3B--", "q=a&q=b&page=-1&page=x", "q[]=a", "&&&=",
            "kind=%00&outcome='&language=%22&host=%00&scope=%00&thing=*", "page=99999999999999999999", &format!("q={long}"),
            &format!("q={many}"),
        ] {
            let answer = server.client().get(server.at(&format!("/search?{query}"))).send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "{query:.40}");
            let text = answer.text().await.expect("a page").to_lowercase();
            assert!(!text.contains("fts5") && !text.contains("syntax"), "{query:.40}");
        }
        let answer = server.client().get(server.at("/search?q=brief&lang=nl")).header(header::ACCEPT, "*/*").send().await;
        assert!(answer.expect("an answer").text().await.expect("a page").contains("gevonden"));
    }

    async fn whoever_writes_is_shown_what_was_tried_and_loses_nothing(engine) {
        let server = with_shares(engine, 4).await;
        let (add, password) = (["member", "add", "noor", "--name", "Noor", "--password-stdin"], "eb en vloed en weer eb");
        server.run_with_input(&[&add[..], &["--lab", "spoor", "--role", "editor"]].concat(), password).await;
        let noor = Visitor::sign_in(&server, "noor", password).await;
        let token = noor.token("/labs/spoor/shares/new").await;
        let action = "/labs/spoor/shares/new";
        let typed = [("title", "Nieuwe brieven"), ("body", "Iets."), ("kind", "idea"), ("language", "nl"), ("licence", "CC-BY-4.0")];
        let tried = [&typed[..], &[("action", "tried")]].concat();
        let page = noor.send_parts(action, &token, &tried, None).await.text().await.expect("a page");
        assert!(page.contains("Tried before?") && page.contains("Brieven nummer 4!") && page.contains("It did not work"), "{page}");
        assert!(page.contains("value=\"Nieuwe brieven\"") && page.contains("Iets."), "{page}");
        let preview = [&typed[..], &[("action", "preview")]].concat();
        let page = noor.send_parts(action, &token, &preview, None).await.text().await.expect("a page");
        assert!(page.contains("Tried before?") && page.contains("class=\"preview\""), "{page}");
        let nothing = [("title", ""), ("body", ""), ("action", "tried")];
        let page = noor.send_parts(action, &token, &nothing, None).await.text().await.expect("a page");
        assert!(page.contains("We found nothing like this"), "{page}");
    }

    async fn the_worker_indexes_what_was_there_before(engine) {
        let mut server = with_shares(engine, 4).await;
        server.stop().await;
        crate::support::database::execute(&server, "DELETE FROM search_documents");
        server.serve().await;
        let look = async || server.page("/search?q=brief").await.contains("5 found").then_some(());
        wait_for("the index", 20, look).await;
    }
}
