//! Labs: how one ends, who goes on with its work, and that what it learned stays.

mod import;

use crate::support::{Server, on_both_engines, visitor::Visitor};

on_both_engines! {
    async fn a_lab_that_ended_says_so_names_its_successor_and_takes_nothing_new(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        for handle in ["spoor", "oever"] {
            server.run(&["lab", "add", handle, "--name", &handle.to_uppercase(), "--theme", "ai", "--place", "Utrecht"]).await;
        }
        let share = server.publish("spoor", "What we saw", "It was wet.", &[]).await;
        server.run(&["lab", "end", "spoor", "--on", "2026-09-01", "--successor", &server.at("/labs/oever")]).await;
        let page = server.page("/labs/spoor").await;
        assert!(page.contains("ended on 1 September 2026") && page.contains("<a href=\"/labs/oever\">OEVER</a>"), "{page}");
        assert!(page.contains("What we saw") && server.page(share.trim_start_matches(server.origin())).await.contains("It was wet."));
        let (_, document) = server.document("/labs/spoor").await;
        assert_eq!((&document["state"], &document["dissolutionDate"]), (&"ended".into(), &"2026-09-01".into()));
        assert_eq!(document["successor"], server.at("/labs/oever"));
        let mut refused = server.command(&["share", "publish", "--lab", "spoor", "--kind", "update", "--title", "More", "--file", "-"]);
        let refused = refused.stdin(std::process::Stdio::null()).output().await.expect("an answer");
        assert_eq!(refused.status.code(), Some(2));
        // Described as active it begins anew.
        server.run(&["lab", "describe", "spoor", "--state", "active"]).await;
        let (_, document) = server.document("/labs/spoor").await;
        assert_eq!((&document["state"], document.get("successor"), document.get("dissolutionDate")), (&"active".into(), None, None));
        server.publish("spoor", "Again", "Here we are.", &[]).await;
    }

    async fn a_steward_describes_and_ends_a_lab_by_form_and_nobody_else_does(engine) {
        let server = Server::start(engine, "Ministry of Alpha").await;
        server.run(&["lab", "add", "oever", "--name", "Oever"]).await;
        let noor = Visitor::join(&server, "noor", "Noor").await;
        let amal = Visitor::join(&server, "amal", "Amal").await;
        assert_eq!(amal.status("/labs/oever/end").await, 403);
        let token = noor.token("/labs/new").await;
        let fields = [
            ("handle", "spoor"), ("name", "Spoor"), ("kind", "doetank"), ("summary", ""), ("state", "starting"), ("place", "Den Haag"),
            ("languages", "nl en"), ("open_to", "visits"), ("open_to", "questions"), ("themes", "ai"), ("themes", "care"),
            ("founded", "2024-03-01"), ("mandate", "Own agenda"),
        ];
        let made = noor.send_parts("/labs/new", &token, &fields, None).await;
        assert_eq!(made.status(), 303, "{}", made.text().await.unwrap_or_default());
        let form = noor.page("/labs/spoor/edit").await;
        for kept in ["value=\"ai\" checked", "value=\"care\" checked", "value=\"visits\" checked", "value=\"Den Haag\"", "value=\"starting\" selected"] {
            assert!(form.contains(kept), "{kept}: {form}");
        }
        noor.send("/labs/spoor/end", "/labs/spoor/end", &[("ended", "2026-09-01"), ("successor", &server.at("/labs/oever"))]).await;
        assert!(noor.page("/labs/spoor").await.contains("ended on 1 September 2026"));
        assert!(!noor.page("/labs/spoor").await.contains("/labs/spoor/shares/new"));
    }
}
