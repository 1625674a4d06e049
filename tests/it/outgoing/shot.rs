//! Snapshots of what we say: as it is, but for the peer's address, the bytes of keys, and a context that is shown once.

use serde_json::Value;

use crate::support::peer::Peer;

/// Compares a document with its accepted snapshot.
#[track_caller]
pub fn assert_shot(peer: &Peer, name: &str, document: &Value) {
    let mut document = document.clone();
    shorten(&mut document, name != "context");
    let text = serde_json::to_string_pretty(&document).expect("JSON");
    let text = text.replace(peer.origin(), "https://mastodon.example").replace(peer.host(), "mastodon.example");
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots", omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

/// The same of an activity, which must have a context of its own.
#[track_caller]
pub fn assert_shot_of_sent(peer: &Peer, name: &str, activity: &Value) {
    assert!(activity["@context"].is_array(), "{name} has a context");
    assert!(activity["object"].get("@context").is_none(), "what is wrapped has none");
    assert_shot(peer, name, activity);
}

fn shorten(value: &mut Value, context_too: bool) {
    match value {
        Value::Object(object) => {
            if context_too && object.get("@context").is_some_and(Value::is_array) {
                object.insert("@context".into(), "…".into());
            }
            if let Some(pem) = object.get_mut("publicKeyPem") {
                assert!(pem.as_str().is_some_and(|pem| pem.starts_with("-----BEGIN PUBLIC KEY-----\n")));
                *pem = "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n".into();
            }
            object.values_mut().for_each(|inner| shorten(inner, context_too));
        }
        Value::Array(values) => values.iter_mut().for_each(|inner| shorten(inner, context_too)),
        _ => {}
    }
}
