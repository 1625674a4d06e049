//! The directory as people and programs read it: every form has the same labs, and a link says all that was asked.

use archipel::{
    domain::{
        actor::{Actor, ActorKind},
        profile::{Place, Profile},
    },
    storage::{actor, listing, profile},
};

use crate::support::{Server, cast, on_both_engines, server::outside};

/// Two labs of ours and three of others, one of which calls itself something bad.
async fn a_directory(engine: crate::support::Engine) -> Server {
    let server = Server::start(engine, "Ministry of Alpha").await;
    server.run(&["lab", "add", "spoor", "--name", "Spoor", "--theme", "ai", "--place", "Utrecht", "--languages", "nl"]).await;
    server.run(&["lab", "add", "oever", "--name", "Oever", "--state", "dormant"]).await;
    let wrote = server.open().store.write_now(|tx| {
        for (handle, name) in [("een", "=cmd|' /C calc'!A0"), ("twee", "<b>Twee & zo</b>"), ("drie", "Drie")] {
            let lab = Actor { name: name.into(), ..cast::a_remote_actor(ActorKind::Lab, handle, "bravo.example") };
            let id = actor::save(tx, &lab)?;
            listing::confirm(tx, &Actor { id, ..lab }, None, cast::october(3))?;
            profile::save(tx, id, &Profile { place: Place::told("Utrecht"), ..Profile::default() })?;
        }
        Ok::<_, archipel::storage::Failed>(())
    });
    wrote.expect("labs elsewhere");
    server
}

async fn text(server: &Server, path: &str) -> String {
    outside().get(server.at(path)).send().await.expect("an answer").text().await.expect("a text")
}

on_both_engines! {
    async fn every_form_has_the_labs_that_the_page_has(engine) {
        let server = a_directory(engine).await;
        let page = server.page("/labs?place=utrecht").await;
        assert_eq!(page.matches("class=\"lab\"").count(), 4);
        assert!(!page.contains("<b>Twee") && page.contains("/labs.csv?place=utrecht"));
        let csv = text(&server, "/labs.csv?place=utrecht").await;
        assert_eq!(csv.lines().count(), 5);
        assert!(csv.contains("\"'=cmd|' /C calc'!A0\""), "{csv}");
        let json: serde_json::Value = serde_json::from_str(&text(&server, "/labs.json?place=utrecht&theme=ai").await).expect("JSON");
        assert_eq!((json["labs"].as_array().map(Vec::len), &json["labs"][0]["name"]), (Some(1), &"Spoor".into()));
        let opml = text(&server, "/labs.opml?where=own").await;
        assert!(opml.contains(&format!("xmlUrl=\"{}\"", server.at("/labs/spoor.atom"))) && opml.matches("<outline").count() == 2);
        let atom = text(&server, "/labs.atom?where=elsewhere").await;
        assert!(atom.matches("<entry>").count() == 3 && !atom.contains("<b>Twee"), "{atom}");
        let (status, collection) = server.document("/labs?state=dormant").await;
        assert_eq!((status, &collection["type"], &collection["orderedItems"][0]), (200, &"OrderedCollection".into(), &server.at("/labs/oever").into()));
    }

    async fn the_views_say_the_same_and_an_empty_one_leads_on(engine) {
        let server = a_directory(engine).await;
        assert!(server.page("/labs?view=table").await.contains("<th scope=\"row\">"));
        let alphabet = server.page("/labs?view=alphabet&letter=s").await;
        assert!(alphabet.contains("<h2>S</h2>") && alphabet.contains(">Spoor</a>") && !alphabet.contains(">Oever</a>"));
        assert!(server.page("/labs?kind=campaign").await.contains("No lab here is like that."));
        assert!(server.page("/themes/ai").await.contains(">Spoor</a>"));
        let map = text(&server, "/sitemap.xml").await;
        assert!(map.contains("/sitemap/pages.xml") && map.contains("/sitemap/shares-0.xml"));
        let pages = text(&server, "/sitemap/pages.xml").await;
        assert!(pages.contains(&server.at("/labs/spoor")) && !pages.contains("bravo.example"));
        assert_eq!(outside().get(server.at("/sitemap/none.xml")).send().await.expect("an answer").status(), 404);
        let page = server.page("/labs/spoor").await;
        assert!(page.contains("<script type=\"application/ld+json\">{") && page.contains("\"@context\":\"https://schema.org\""));
    }
}
