//! The description of the API: it names every address and nothing else, it is OpenAPI 3.1 as the rules of Dutch government want it, and what is
//! answered is what it says.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::{Script, ask, get, walk};
use crate::support::{Engine, Server};

const ROUTES: &str = include_str!("../../../src/web/api/mod.rs");

async fn described() -> (Server, Value) {
    let mut server = Server::prepare(Engine::Sqlite, "Ministry of Alpha").with("ARCHIPEL_CONTACT_EMAIL", "labs@alpha.example");
    server.serve().await;
    let document = get(&server, "/openapi.json").await.json;
    (server, document)
}

/// Every operation, with its path and method.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            all.push((path.as_str(), method.as_str(), operation));
        }
    }
    all
}

/// What the page of routes says: `at("/labs", "GET, HEAD, POST, OPTIONS")`.
fn routes() -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for rest in ROUTES.split("at(\"").skip(1) {
        let mut quoted = rest.split('"');
        let (path, _, methods) = (quoted.next().unwrap(), quoted.next(), quoted.next().unwrap());
        for method in methods.split(", ").filter(|method| !["HEAD", "OPTIONS"].contains(method)) {
            all.insert((path.to_owned(), method.to_lowercase()));
        }
    }
    all
}

/// Every object that says something, with where it stands.
fn each<'a>(value: &'a Value, place: &str, found: &mut Vec<(String, &'a serde_json::Map<String, Value>)>) {
    match value {
        Value::Object(object) => {
            found.push((place.to_owned(), object));
            for (name, inner) in object {
                each(inner, &format!("{place}/{name}"), found);
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| each(inner, place, found)),
        _ => {}
    }
}

fn is_camel(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase()) && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_names_every_address_and_every_address_answers() {
    let (server, document) = described().await;
    let named: BTreeSet<(String, String)> =
        operations(&document).into_iter().map(|(path, method, _)| (path.to_owned(), method.to_owned())).collect();
    assert_eq!(named, routes());
    assert!(named.len() >= 15, "{named:?}");
    server.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    let share = server.publish("spoor", "Eleven beds", "Counted.", &[]).await;
    let id = share.rsplit('/').next().expect("an id");
    for (path, method) in named {
        let filled = match path.as_str() {
            "/shares/{id}" => path.replace("{id}", id),
            _ => path.replace("{id}", "spoor").replace("{host}", server.host()),
        };
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
        let answer = ask(&server, method.clone(), &filled, &[], None).await;
        assert_eq!(answer.status, if method == Method::GET { 200 } else { 401 }, "{method} {filled}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_what_openapi_and_the_rules_want() {
    let (server, document) = described().await;
    assert_eq!((&document["openapi"], &document["info"]["version"]), (&"3.1.0".into(), &"1.0.0".into()));
    let contact = json!({"name": "Ministry of Alpha", "url": server.at("/"), "email": "labs@alpha.example"});
    assert_eq!(document["info"]["contact"], contact);
    assert_eq!(document["servers"][0]["url"], server.at("/api/v1"));
    let mut seen = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(path.starts_with('/') && !path.ends_with('/'), "{what}");
        let plain = |part: &str| part.chars().all(|letter| letter.is_ascii_lowercase() || "-.".contains(letter));
        assert!(path.split('/').filter(|part| !part.starts_with('{')).all(plain), "{what} is in kebab case");
        let id = operation["operationId"].as_str().expect("an operation id");
        assert!(seen.insert(id) && is_camel(id), "{what}: {id}");
        for said in ["summary", "tags"] {
            assert!(!operation[said].is_null(), "{what} has a {said}");
        }
        check_parameters(&what, path, operation);
        check_responses(&what, operation);
        assert_eq!(operation["security"].is_array(), method != "get", "{what}: writing wants a token");
    }
    check_references(&document);
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

fn check_parameters(what: &str, path: &str, operation: &Value) {
    let empty = Vec::new();
    let parameters = operation["parameters"].as_array().unwrap_or(&empty);
    let mut names = BTreeMap::new();
    for parameter in parameters {
        let (name, place) = (parameter["name"].as_str().expect("a name"), parameter["in"].as_str().expect("a place"));
        names.insert(name, place);
        assert!(parameter["schema"].is_object() && parameter["description"].is_string(), "{what}: {name}");
        match place {
            "query" => assert!(is_camel(name) && parameter["required"] != true, "{what}: {name}"),
            "path" => assert_eq!(parameter["required"], true, "{what}: {name}"),
            place => assert_eq!((place, name), ("header", "Idempotency-Key"), "{what}"),
        }
    }
    for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        assert_eq!(names.get(part), Some(&"path"), "{what}: {part}");
    }
}

fn check_responses(what: &str, operation: &Value) {
    let responses = operation["responses"].as_object().expect("responses");
    for wanted in ["400", "429", "500", "503"] {
        assert!(responses.contains_key(wanted), "{what}: {wanted}");
    }
    for (status, response) in responses {
        assert!(response["description"].is_string(), "{what}: {status}");
        assert!(response["headers"]["API-Version"].is_object(), "{what}: {status}");
        if status.starts_with(['4', '5']) {
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{what}: {status}");
        }
    }
}

fn check_references(document: &Value) {
    let mut found = Vec::new();
    each(document, "", &mut found);
    for (place, object) in found {
        if let Some(reference) = object.get("$ref") {
            let pointer = reference.as_str().and_then(|text| text.strip_prefix('#')).expect("a pointer");
            assert!(document.pointer(pointer).is_some(), "{place}: {pointer}");
        }
        assert!(!object.contains_key("nullable"), "{place}: 3.1 says null as a type");
        if let Some(Value::Object(properties)) = object.get("properties") {
            for (name, schema) in properties {
                assert!(is_camel(name), "{place}: {name}");
                let is_time = name.ends_with("At") || name.ends_with("Since");
                assert!(!is_time || schema["format"] == "date-time", "{place}: {name}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_answered_is_what_the_document_says() {
    let (server, document) = described().await;
    server.run(&["member", "add", "noor", "--name", "Noor"]).await;
    let script = Script::of_noor(&server).await;
    let lab = json!({"handle": "spoor", "name": "Spoor", "themes": ["ai"], "founded": "2024-03-01", "languages": ["nl"]});
    let lab = script.send(Method::POST, "/labs", &lab).await.json;
    let share = json!({"title": "Eleven beds", "body": "Counted. #wind", "language": "en", "outcome": "worked"});
    let share = script.send(Method::POST, "/labs/spoor/shares", &share).await.json;
    let problem = get(&server, "/labs?limit=0").await.json;
    let mut answers = vec![("Lab", lab), ("Share", share), ("Problem", problem)];
    for (name, path) in [
        ("LabPage", "/labs?limit=1"),
        ("SharePage", "/shares"),
        ("OrganisationPage", "/organisations"),
        ("ThemePage", "/themes"),
        ("SearchPage", "/search?q=beds"),
    ] {
        assert!(!walk(&server, path).await.is_empty(), "{path}");
        answers.push((name, get(&server, path).await.json));
    }
    for (name, answer) in answers {
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let mut breaches = Vec::new();
        compare(&document, &reference, &answer, name, &mut breaches);
        assert!(breaches.is_empty(), "{breaches:#?}\n{answer:#}");
    }
}

/// Whether a value is what its schema says; an object has nothing that its schema does not name.
fn compare(document: &Value, schema: &Value, value: &Value, place: &str, breaches: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let named = document.pointer(reference.trim_start_matches('#')).expect("a schema");
        return compare(document, named, value, place, breaches);
    }
    if let Some(options) = schema["oneOf"].as_array() {
        let fits = |option: &&Value| {
            let mut own = Vec::new();
            compare(document, option, value, place, &mut own);
            own.is_empty()
        };
        if options.iter().filter(fits).count() != 1 {
            breaches.push(format!("{place}: not one of {options:?}"));
        }
        return;
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !kinds.contains(&kind) {
        breaches.push(format!("{place}: {kind} is none of {kinds:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        breaches.push(format!("{place}: {value} is none of {}", schema["enum"]));
    }
    for inner in value.as_array().into_iter().flatten() {
        compare(document, &schema["items"], inner, place, breaches);
    }
    let Some(object) = value.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !object.contains_key(name) {
            breaches.push(format!("{place}: {name} is missing"));
        }
    }
    for (name, inner) in object {
        match schema["properties"].get(name) {
            Some(described) => compare(document, described, inner, &format!("{place}/{name}"), breaches),
            None => breaches.push(format!("{place}: {name} is not described")),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_as_it_was_accepted() {
    let (server, document) = described().await;
    let text = document.to_string().replace(server.origin(), "https://alpha.example");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_json_snapshot!("openapi", document);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_about_the_api_shows_how_to_read_and_to_publish() {
    let (server, _) = described().await;
    let page = server.page("/api").await;
    for said in ["/api/v1/openapi.json", "curl", "Authorization: Bearer", "shares:write", "Idempotency-Key", "href=\"/tokens\""] {
        assert!(page.contains(said), "{said}");
    }
    assert!(server.page("/").await.contains("href=\"/api\""), "every page leads there");
}
