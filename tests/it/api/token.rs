//! Tokens: made on a page or the command line, shown once, and worth no more than was chosen, at any moment.

use archipel::{
    auth::Bearer,
    config::Chance,
    domain::{
        membership::Role,
        token::{NewToken, Scope},
    },
    storage::{lab, membership, token},
};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Answer, Script, ask};
use crate::support::{Engine, Server, between, cast, on_both_engines, visitor::Visitor};

/// A server with the lab Spoor and two members: Noor is its steward, Sam nothing.
async fn with_members(engine: Engine) -> Server {
    let server = Server::start(engine, "Ministry of Alpha").await;
    server.run(&["member", "add", "first", "--name", "First"]).await;
    server.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    server.run(&["member", "add", "noor", "--name", "Noor", "--lab", "spoor"]).await;
    server.run(&["member", "add", "sam", "--name", "Sam"]).await;
    server
}

async fn make(server: &Server, member: &str, scope: &str) -> String {
    server.run(&["token", "add", member, "--name", "Script", "--scope", scope]).await
}

async fn publish(server: &Server, header: Option<&str>) -> Answer {
    let share = json!({"title": "Eleven beds", "body": "Counted.", "language": "en"});
    let headers: Vec<(&str, &str)> = header.map(|value| ("authorization", value)).into_iter().collect();
    ask(server, Method::POST, "/labs/spoor/shares", &headers, Some(&share)).await
}

/// The status with this secret, and the code of the problem.
async fn worth(server: &Server, secret: &str) -> (u16, Value) {
    let answer = publish(server, Some(&format!("Bearer {secret}"))).await;
    if answer.status == 401 {
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }
    (answer.status, answer.json["code"].clone())
}

on_both_engines! {
    async fn a_token_is_made_on_a_page_shown_once_used_and_revoked(engine) {
        let server = with_members(engine).await;
        let visitor = Visitor::join(&server, "mies", "Mies").await;
        server.run(&["member", "appoint", "mies", "--lab", "spoor", "--role", "editor"]).await;
        let token = visitor.token("/tokens").await;
        let fields = [("form_token", token.as_str()), ("name", "Our <website>"), ("shares", "yes"), ("until", "")];
        let made = visitor.answer("/tokens", &fields).await;
        assert_eq!((made.status().as_u16(), made.headers()["cache-control"].to_str().unwrap()), (200, "private, no-store"));
        let page = made.text().await.expect("a page");
        let secret = between(&page, "<code class=\"secret\">", "</code>").expect("a secret").to_owned();
        assert!(secret.starts_with("archipel_") && secret.len() == 52, "{secret}");
        assert!(!visitor.page("/tokens").await.contains(&secret), "it is shown once");
        assert!(!server.logged().contains(&secret));
        let rows = server.everything();
        assert!(rows.iter().all(|(_, row)| !row.contains(&secret)), "it is kept nowhere");

        assert_eq!(worth(&server, &secret).await.0, 201);
        let page = visitor.page("/tokens").await;
        assert!(page.contains("Our &#60;website&#62;") && page.contains("last used on") && page.contains("Can be used"));
        let id = server.list(&["token", "list", "mies"]).await[0]["id"].to_string();
        let stranger = Visitor::join(&server, "kim", "Kim").await;
        let theirs = stranger.token("/tokens").await;
        let path = format!("/tokens/{id}/revoke");
        assert_eq!(stranger.answer(&path, &[("form_token", &theirs)]).await.status(), 404, "another's cannot be revoked");
        assert_eq!(visitor.answer(&path, &[("form_token", "forged")]).await.status(), 403);
        visitor.send("/tokens", &path, &[]).await;
        assert_eq!(worth(&server, &secret).await, (401, "token-invalid".into()));
        assert!(visitor.page("/tokens").await.contains("Was revoked"));
    }

    async fn a_form_that_says_too_little_or_too_much_is_given_back(engine) {
        let server = with_members(engine).await;
        let visitor = Visitor::join(&server, "mies", "Mies").await;
        let token = visitor.token("/tokens").await;
        for (fields, said) in [
            ([("name", ""), ("shares", "yes"), ("until", "")], "Give the token a name"),
            ([("name", "A"), ("shares", ""), ("until", "")], "Choose at least one thing"),
            ([("name", "A"), ("shares", "yes"), ("until", "2020-01-01")], "Choose a day from today"),
            ([("name", "A"), ("shares", "yes"), ("until", "2199-01-01")], "Choose a day from today"),
        ] {
            let answer = visitor.answer("/tokens", &[&[("form_token", token.as_str())], &fields[..]].concat()).await;
            assert_eq!(answer.status(), 422, "{said}");
            let page = answer.text().await.expect("a page");
            assert!(page.contains(said) && !page.contains("archipel_"), "{said}");
        }
        let answer = server.client().get(server.at("/tokens")).header("accept", "text/html").send().await.expect("an answer");
        assert_eq!(answer.headers()["location"], "/sign-in?next=%2Ftokens");
    }

    async fn a_token_is_listed_and_revoked_on_the_command_line(engine) {
        let server = with_members(engine).await;
        let secret = make(&server, "noor", "shares:write").await;
        let listed = server.list(&["token", "list", "noor"]).await;
        assert_eq!((&listed[0]["state"], &listed[0]["used"], &listed[0]["scopes"]), (&"valid".into(), &Value::Null, &json!(["shares:write"])));
        assert_eq!(worth(&server, &secret).await.0, 201);
        assert!(server.list(&["token", "list", "noor"]).await[0]["used"].is_string());
        server.run(&["token", "revoke", &listed[0]["id"].to_string()]).await;
        assert_eq!(worth(&server, &secret).await.0, 401);
        assert_eq!(server.list(&["token", "list", "noor"]).await[0]["state"], "revoked");
    }

    async fn nothing_is_written_without_a_token_that_can_be_used(engine) {
        let server = with_members(engine).await;
        let needed = publish(&server, None).await;
        assert_eq!((needed.status, needed.header("www-authenticate"), &needed.json["code"]), (401, "Bearer realm=\"archipel\"", &"token-needed".into()));
        let secret = make(&server, "noor", "shares:write").await;
        for wrong in ["", "Bearer", "Bearer  ", "Basic bm9vcjp4", &secret, &format!("Bearer x{secret}"), &format!("Bearer {secret}x")] {
            assert_eq!(publish(&server, Some(wrong)).await.status, 401, "{wrong:?}");
        }
        assert_eq!(write_with_a_session(&server).await, 401, "a session is no token");
        assert_eq!(publish(&server, Some(&format!("bearer {secret}"))).await.status, 201, "the scheme has no case");

        let (expired, hash) = Bearer::draw(Chance);
        let now = server.open().clock.now();
        let until = NewToken { name: "Old".into(), scopes: vec![Scope::Shares], expires_at: now - TimeDelta::seconds(1) };
        let added = server.open().store.write_now(|tx| {
            let noor = membership::find(tx, "noor")?.expect("a member");
            token::add(tx, noor.actor.id, &hash, &until, now - TimeDelta::days(90))
        });
        added.expect("a token");
        assert_eq!(worth(&server, &expired).await, (401, "token-invalid".into()));
    }

    async fn a_token_does_what_its_scopes_and_its_members_roles_allow_now(engine) {
        let server = with_members(engine).await;
        let labs = make(&server, "noor", "labs:write").await;
        assert_eq!(worth(&server, &labs).await, (403, "scope-missing".into()));
        let shares = make(&server, "noor", "shares:write").await;
        let script = Script { server: &server, token: shares.clone() };
        for (method, path) in [(Method::POST, "/labs"), (Method::PATCH, "/labs/spoor")] {
            let answer = script.send(method, path, &json!({"handle": "wind", "name": "Wind"})).await;
            assert_eq!((answer.status, &answer.json["code"]), (403, &"scope-missing".into()), "{path}");
        }
        assert_eq!(worth(&server, &make(&server, "sam", "shares:write").await).await, (403, "not-allowed".into()));
        assert_eq!(worth(&server, &shares).await.0, 201);
        let organisation = json!({"title": "A", "body": "B", "language": "en", "voice": "organisation"});
        assert_eq!(script.send(Method::POST, "/labs/spoor/shares", &organisation).await.status, 403);
        let another = json!({"title": "A", "body": "B", "language": "en", "voice": "sam"});
        assert_eq!(script.send(Method::POST, "/labs/spoor/shares", &another).await.status, 403);

        let described = Script { server: &server, token: labs };
        assert_eq!(described.send(Method::PATCH, "/labs/spoor", &json!({"place": "Utrecht"})).await.status, 200);
        let demoted = server.open().store.write_now(|tx| {
            let noor = membership::find(tx, "noor")?.expect("a member").actor.id;
            let spoor = lab::find(tx, "spoor")?.expect("a lab").actor.id;
            membership::set_role(tx, noor, spoor, Role::Editor, cast::october(5))
        });
        demoted.expect("a role");
        let refused = described.send(Method::PATCH, "/labs/spoor", &json!({"place": "Utrecht"})).await;
        assert_eq!((refused.status, &refused.json["code"]), (403, &"not-allowed".into()), "the role counts at the moment of use");
    }
}

/// The status of writing with a session's cookie and no token.
async fn write_with_a_session(server: &Server) -> u16 {
    let visitor = Visitor::join(server, "mies", "Mies").await;
    visitor.answer("/api/v1/labs/spoor/shares", &[]).await.status().as_u16()
}
