//! Bytes that nobody types, at every address and in every field of every form: what comes back is an answer, never a fault of ours.

use std::path::Path;

use crate::{
    locales::walk,
    support::{Engine, Server, between, on_both_engines, visitor::Visitor},
};

/// Where the addresses stand.
const ROUTES: [&str; 2] = [include_str!("../../../src/web/mod.rs"), include_str!("../../../src/web/activitypub.rs")];

/// What no text of PostgreSQL's can hold, and what is no text at all.
const ODD: [&str; 3] = ["%00", "a%00b", "%FF%FE"];

/// What pages look for in their addresses, beside what forms send.
const ASKED: [&str; 14] =
    ["after", "before", "cursor", "format", "lab", "limit", "max", "min", "page", "resource", "scope", "tag", "thing", "uri"];

/// Where forms stand, for who may do everything.
const FORMS: &str = "/follow /labs /labs/new /labs/new/table /labs/spoor/edit /labs/spoor/end /labs/spoor/follow \
    /labs/spoor/shares/new /tokens /themes /themes/wind /themes/wind/edit /peers /blocks /register /deliveries /search";

/// A form: its address, whether it is sent in parts, and its fields as the page filled them in.
struct Form {
    action: String,
    in_parts: bool,
    fields: Vec<(String, String)>,
}

on_both_engines! {
    async fn no_address_is_a_fault_of_ours_whatever_stands_in_it(engine) {
        let (server, _) = super::with_spoor(engine).await;
        let admin = join(&server).await;
        let (paths, asked) = (list_paths(), list_asked());
        assert!(paths.len() > 60 && asked.len() > 60, "{} addresses, {} words", paths.len(), asked.len());
        for path in &paths {
            for odd in ODD {
                let all: Vec<String> = asked.iter().map(|name| format!("{name}={odd}")).collect();
                check(&admin, &format!("{}?{}", fill(path, odd), all.join("&"))).await;
                check(&admin, &fill(path, odd)).await;
            }
            // One by one only where a NUL can do harm: a refusal of one hides the others.
            if engine == Engine::Postgres && !path.contains('{') {
                for name in &asked {
                    check(&admin, &format!("{path}?{name}=a%00b")).await;
                }
            }
        }
    }

    async fn no_field_is_a_fault_of_ours_whatever_is_sent_in_it(engine) {
        let (server, _) = super::with_spoor(engine).await;
        let admin = join(&server).await;
        server.run(&["theme", "add", "wind", "--nl", "Wind", "--en", "Wind"]).await;
        let mut sent = 0;
        for page in FORMS.split_whitespace() {
            let text = admin.page(page).await;
            let token = between(&text, "name=\"form_token\" value=\"", "\"").unwrap_or_default().to_owned();
            for form in list_forms(&text) {
                for odd in 0..form.fields.len() {
                    send(&admin, &token, &form, odd).await;
                    sent += 1;
                }
            }
        }
        assert!(sent > 60, "{sent} forms were sent");
    }
}

async fn join(server: &Server) -> Visitor<'_> {
    let password = "eb en vloed en weer eb";
    let add = ["member", "add", "noor", "--name", "Noor", "--password-stdin", "--administrator"];
    server.run_with_input(&add, password).await;
    Visitor::sign_in(server, "noor", password).await
}

async fn check(admin: &Visitor<'_>, path: &str) {
    let status = admin.status(path).await;
    assert!(status < 500, "{status} at {path:.300}");
}

async fn send(admin: &Visitor<'_>, token: &str, form: &Form, odd: usize) {
    let value = |at: usize, kept: &str| if at == odd { "a\0b".to_owned() } else { kept.to_owned() };
    let fields: Vec<(String, String)> =
        form.fields.iter().enumerate().map(|(at, (name, kept))| (name.clone(), value(at, kept))).collect();
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let status = if form.in_parts {
        admin.send_parts(&form.action, token, &fields, None).await.status()
    } else {
        fields.push(("form_token", token));
        admin.answer(&form.action, &fields).await.status()
    };
    assert!(status.as_u16() < 500, "{status}: {} of {}", form.fields[odd].0, form.action);
}

/// The addresses of pages, as the program has them.
fn list_paths() -> Vec<String> {
    let after = ROUTES.iter().flat_map(|text| text.split(".route(").skip(1).chain(text.split("resource(").skip(1)));
    let mut paths: Vec<String> = after.filter_map(|rest| between(rest, "\"", "\"")).map(str::to_owned).collect();
    paths.retain(|path| path.starts_with('/') && path != "/sign-out");
    paths.sort();
    paths.dedup();
    paths
}

/// The words that templates and this test know.
fn list_asked() -> Vec<String> {
    let mut asked: Vec<String> = ASKED.iter().map(|&name| name.to_owned()).collect();
    walk(Path::new("templates"), &mut |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let names = text.split("name=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        asked.extend(names.map(|(name, _)| name.to_owned()));
    });
    asked.retain(|name| name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_'));
    asked.sort();
    asked.dedup();
    asked
}

/// The address with this in each of its places.
fn fill(path: &str, odd: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').unwrap_or_default();
        filled.push_str(before);
        filled.push_str(match place {
            number if number.contains(r"\d") => "7",
            form if form.starts_with("format:") => "json",
            _ => odd,
        });
        rest = after;
    }
    filled + rest
}

fn list_forms(page: &str) -> Vec<Form> {
    let post = page.split("<form ").skip(1).filter(|form| form.starts_with("method=\"post\""));
    let forms = post.filter_map(|form| form.split_once("</form>")).filter_map(|(form, _)| {
        let action = between(form, "action=\"", "\"")?.to_owned();
        let fields = form.split(" name=\"").skip(1).filter_map(|field| {
            let (name, rest) = field.split_once('"')?;
            let (tag, _) = rest.split_once('>')?;
            Some((name.to_owned(), between(tag, "value=\"", "\"").filter(|value| !value.is_empty()).unwrap_or("x").to_owned()))
        });
        let fields: Vec<(String, String)> = fields.filter(|(name, _)| name != "form_token" && name != "picture").collect();
        Some(Form { action, in_parts: form.contains("multipart"), fields })
    });
    forms.filter(|form| form.action != "/sign-out").collect()
}
