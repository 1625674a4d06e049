//! Writing: by the use cases of the forms, so that what a script does is heard, found and refused as what a person does.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Script, ask, get};
use crate::support::{Engine, Server, on_both_engines, patience::wait_for};

/// A server with the lab Spoor, whose steward is the member Noor, who is nothing else.
async fn with_noor(engine: Engine) -> Server {
    let server = Server::start(engine, "Ministry of Alpha").await;
    server.run(&["member", "add", "root_first", "--name", "First"]).await;
    server.run(&["lab", "add", "spoor", "--name", "Spoor", "--theme", "ai", "--place", "Utrecht"]).await;
    server.run(&["member", "add", "noor", "--name", "Noor", "--lab", "spoor"]).await;
    server
}

fn a_share() -> Value {
    json!({"title": "Eleven beds", "body": "Counted from a **canoe**. #wind", "kind": "story", "language": "en", "outcome": "partly"})
}

on_both_engines! {
    async fn a_share_is_published_corrected_and_withdrawn(engine) {
        let server = with_noor(engine).await;
        let script = Script::of_noor(&server).await;
        let made = script.send(Method::POST, "/labs/spoor/shares", &a_share()).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let id = made.json["id"].as_str().expect("an id").to_owned();
        assert_eq!(made.header("location"), server.at(&format!("/api/v1/shares/{id}")));
        assert_eq!((&made.json["kind"], &made.json["licence"], &made.json["tags"]), (&"story".into(), &"CC-BY-4.0".into(), &json!(["wind"])));
        assert_eq!((&made.json["author"]["name"], made.header("cache-control")), (&"Spoor".into(), "no-store"));
        assert!(server.page(&format!("/shares/{id}")).await.contains("<strong>canoe</strong>"));
        assert_eq!(get(&server, made.header("location")).await.json, made.json);
        let found = get(&server, "/search?q=canoe").await.json;
        assert_eq!(found["items"][0]["share"]["id"], id.as_str(), "it is found at once");

        let path = format!("/shares/{id}");
        let merge = [("content-type", "application/merge-patch+json")];
        let changed = script.send_as(Method::PATCH, &path, &json!({"title": "Twelve beds", "outcome": null}), &merge).await;
        assert_eq!((changed.status, &changed.json["title"], &changed.json["outcome"]), (200, &"Twelve beds".into(), &Value::Null));
        assert_eq!((&changed.json["body"], &changed.json["kind"]), (&made.json["body"], &"story".into()), "the rest stays");
        assert_eq!(script.send(Method::PATCH, &path, &json!({})).await.json["title"], "Twelve beds");

        assert_eq!(script.send(Method::DELETE, &path, &Value::Null).await.status, 204);
        for method in [Method::DELETE, Method::PATCH] {
            assert_eq!(script.send(method, &path, &json!({})).await.status, 410);
        }
        assert_eq!(get(&server, "/shares").await.each("/id"), Vec::<&Value>::new());
    }

    async fn a_lab_is_registered_and_described(engine) {
        let server = with_noor(engine).await;
        let script = Script::of_noor(&server).await;
        let new = json!({
            "handle": "wind", "name": "Lab Wind", "description": "Learns *outside*.", "kind": "doetank", "place": "Vlieland",
            "languages": ["en", "nl"], "openTo": ["visits"], "themes": ["ai"], "founded": "2024-03-01", "mandate": "Own agenda",
        });
        let made = script.send(Method::POST, "/labs", &new).await;
        assert_eq!(made.status, 201, "{}", made.json);
        assert_eq!(made.header("location"), server.at("/api/v1/labs/wind"));
        for name in ["name", "kind", "place", "languages", "openTo", "founded", "mandate", "description"] {
            assert_eq!(made.json[name], new[name], "{name}");
        }
        assert_eq!((&made.json["participants"], &made.json["state"]), (&1.into(), &"active".into()), "Noor is its steward");
        assert!(server.page("/labs/wind").await.contains("Learns <em>outside</em>."));

        let change = json!({"name": "Wind and tide", "founded": null, "openTo": null, "state": "dormant"});
        let changed = script.send(Method::PATCH, "/labs/wind", &change).await;
        assert_eq!((changed.status, &changed.json["name"], &changed.json["state"]), (200, &"Wind and tide".into(), &"dormant".into()));
        assert_eq!((&changed.json["founded"], &changed.json["openTo"]), (&Value::Null, &json!([])));
        for name in ["kind", "place", "languages", "mandate", "description", "themes"] {
            assert_eq!(changed.json[name], made.json[name], "{name} stays");
        }
        let taken = script.send(Method::POST, "/labs", &json!({"handle": "wind", "name": "Again"})).await;
        assert_eq!((taken.status, &taken.json["code"]), (409, &"handle-taken".into()));
    }

    async fn everything_that_has_to_be_mended_is_told_at_once(engine) {
        let server = with_noor(engine).await;
        let script = Script::of_noor(&server).await;
        let long = "x".repeat(201);
        for (path, body, fields) in [
            ("/labs/spoor/shares", json!({"title": " ", "body": "", "language": "dutch", "kind": "post", "licence": "mine", "outcome": "fine"}), vec!["title", "body", "kind", "language", "licence", "outcome"]),
            ("/labs/spoor/shares", json!({"title": long, "body": "x".repeat(50_001), "language": "en", "voice": "a b"}), vec!["title", "body", "voice"]),
            ("/labs/spoor/shares", json!({"title": "A", "body": "B", "language": "en", "voice": "nobody"}), vec!["voice"]),
            ("/labs", json!({"handle": "a", "name": "", "kind": "shop", "state": "asleep", "founded": "soon", "languages": ["dutch"], "openTo": ["all"], "themes": ["!"]}), vec!["handle", "name", "kind", "state", "founded", "languages", "openTo", "themes"]),
            ("/labs", json!({"handle": "wind", "name": "Wind", "themes": ["unheard-of"]}), vec!["themes"]),
            ("/labs", json!({"handle": "wind", "name": "Wind", "description": "x".repeat(2_001)}), vec!["description"]),
        ] {
            let answer = script.send(Method::POST, path, &body).await;
            assert_eq!((answer.status, answer.fields()), (422, fields), "{path}: {}", answer.json);
        }
        let dutch = script.send_as(Method::PATCH, "/labs/spoor", &json!({"name": ""}), &[("accept-language", "nl")]).await;
        assert_eq!((dutch.status, &dutch.json["errors"][0]["message"]), (422, &"Geef het een naam.".into()));
        assert_eq!(get(&server, "/labs").await.each("/id"), ["spoor"], "nothing was registered");
    }

    async fn what_is_no_json_of_this_shape_is_refused(engine) {
        let server = with_noor(engine).await;
        let script = Script::of_noor(&server).await;
        let unknown = script.send(Method::POST, "/labs/spoor/shares", &json!({"title": "A", "body": "B", "language": "en", "draft": true})).await;
        assert_eq!((unknown.status, &unknown.json["code"]), (400, &"api-json".into()));
        assert!(unknown.json["detail"].as_str().is_some_and(|detail| detail.contains("draft")), "{}", unknown.json);
        let missing = script.send(Method::POST, "/labs/spoor/shares", &json!({"title": "A", "language": "en"})).await;
        assert!(missing.status == 400 && missing.json["detail"].as_str().is_some_and(|detail| detail.contains("body")));
        for (body, kind, status) in [
            (json!({"title": 7}), "application/json", 400),
            (json!([]), "application/json", 400),
            (a_share(), "text/plain", 415),
            (a_share(), "application/x-www-form-urlencoded", 415),
            (json!("x".repeat(1_000_001)), "application/json", 413),
        ] {
            let answer = script.send_as(Method::POST, "/labs/spoor/shares", &body, &[("content-type", kind)]).await;
            assert_eq!(answer.status, status, "{kind}: {}", answer.json);
        }
        let elsewhere = script.send_as(Method::POST, "/labs/spoor/shares", &a_share(), &[("origin", "https://elsewhere.example")]).await;
        assert_eq!(elsewhere.status, 403, "browsers write here for no other site");
        assert_eq!(script.send(Method::POST, "/labs/nowhere/shares", &a_share()).await.status, 404);
        server.run(&["lab", "end", "spoor"]).await;
        let ended = script.send(Method::POST, "/labs/spoor/shares", &a_share()).await;
        assert_eq!((ended.status, &ended.json["code"]), (409, &"lab-ended".into()));
    }

    async fn what_is_sent_twice_under_one_name_happens_once(engine) {
        let server = with_noor(engine).await;
        let script = Script::of_noor(&server).await;
        let name = [("idempotency-key", "monday")];
        let first = script.send_as(Method::POST, "/labs/spoor/shares", &a_share(), &name).await;
        let again = script.send_as(Method::POST, "/labs/spoor/shares", &a_share(), &name).await;
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!((first.header("location"), &first.json), (again.header("location"), &again.json));
        let other = json!({"title": "Other", "body": "B", "language": "en"});
        let refused = script.send_as(Method::POST, "/labs/spoor/shares", &other, &name).await;
        assert_eq!((refused.status, &refused.json["code"]), (422, &"idempotency-key-used".into()));
        let name = [("idempotency-key", "tuesday")];
        let wrong = script.send_as(Method::POST, "/labs/spoor/shares", &json!({"title": "", "body": "B", "language": "en"}), &name).await;
        let mended = script.send_as(Method::POST, "/labs/spoor/shares", &other, &name).await;
        assert_eq!((wrong.status, mended.status), (422, 201), "what was refused took no name");
        let (one, two) = tokio::join!(together(&script), together(&script));
        assert_eq!((one.0, two.0, &one.1), (201, 201, &two.1));
        assert_eq!(get(&server, "/shares").await.each("/id").len(), 3);
        let long = "x".repeat(101);
        assert_eq!(script.send_as(Method::POST, "/labs/spoor/shares", &other, &[("idempotency-key", &long)]).await.status, 400);
        let lab = json!({"handle": "wind", "name": "Wind"});
        let name = [("idempotency-key", "wind")];
        assert_eq!(script.send_as(Method::POST, "/labs", &lab, &name).await.status, 201);
        assert_eq!(script.send_as(Method::POST, "/labs", &lab, &name).await.status, 201);
    }

    async fn a_share_by_the_api_is_heard_by_followers_like_one_by_the_form(engine) {
        let other = if engine == Engine::Sqlite { Engine::Postgres } else { Engine::Sqlite };
        let (alpha, bravo) = tokio::join!(with_noor(engine), Server::start(other, "Province of Bravo"));
        bravo.run(&["lab", "add", "klare_taal", "--name", "Klare Taal"]).await;
        bravo.run(&["follow", &alpha.address("spoor"), "--as", "klare_taal"]).await;
        wait_for("a follow", 15, async || (alpha.list(&["follower", "list"]).await.len() == 1).then_some(())).await;
        let script = Script::of_noor(&alpha).await;
        let made = script.send(Method::POST, "/labs/spoor/shares", &a_share()).await;
        let share = shown(&bravo, |items| items.first().cloned()).await;
        assert_eq!((&share["activityPubId"], &share["title"]), (&made.json["activityPubId"], &"Eleven beds".into()));
        let path = format!("/shares/{}", made.json["id"].as_str().expect("an id"));
        script.send(Method::PATCH, &path, &json!({"title": "Twelve beds"})).await;
        shown(&bravo, |items| items.iter().any(|item| item["title"] == "Twelve beds").then_some(())).await;
        script.send(Method::DELETE, &path, &Value::Null).await;
        shown(&bravo, |items| items.is_empty().then_some(())).await;
    }

    async fn a_token_that_writes_far_too_often_is_told_to_wait(engine) {
        let server = with_noor(engine).await;
        let script = Script::of_noor(&server).await;
        let mut last = 0;
        for _ in 0..130 {
            last = script.send(Method::PATCH, "/labs/nowhere", &json!({})).await.status;
            if last == 429 {
                break;
            }
        }
        assert_eq!(last, 429);
        let other = Script::of_noor(&server).await;
        assert_eq!(other.send(Method::PATCH, "/labs/spoor", &json!({})).await.status, 200, "another token is not held up");
        assert_eq!(ask(&server, Method::GET, "/labs", &[], None).await.status, 200);
    }
}

async fn together(script: &Script<'_>) -> (u16, Value) {
    let share = json!({"title": "Together", "body": "B", "language": "en"});
    let answer = script.send_as(Method::POST, "/labs/spoor/shares", &share, &[("idempotency-key", "together")]).await;
    (answer.status, answer.json["id"].clone())
}

/// What the shares of Spoor at another instance say, once they say this.
async fn shown<T>(bravo: &Server, said: impl Fn(&[Value]) -> Option<T>) -> T {
    wait_for("what was published elsewhere", 15, async || {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let shares = get(bravo, "/shares?where=elsewhere").await.json;
        said(shares["items"].as_array().expect("items"))
    })
    .await
}
