//! Recordings as if they were made at a peer of this test, with keys that can sign.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::stories::ACTORS;
use crate::support::{cast, peer::Peer};

/// Ours, in every recording.
pub const SHARE: &str = "https://alpha.example/shares/k3v9x2mqa7";
pub const LAB: &str = "https://alpha.example/labs/spoor";

/// Everyone of a folder lives at this peer, with what they announce; and whom its stories mention in passing.
pub fn introduce(peer: &Peer, folder: &str) {
    for (_, file, ..) in ACTORS.iter().filter(|(known, ..)| *known == folder) {
        peer.serve(&load(folder, file, peer.origin()));
    }
    let person = load(folder, "person", peer.origin()).to_string();
    match folder {
        "lemmy" => {
            let moderator = person.replace("/u/bram", "/u/moderator");
            peer.serve(&serde_json::from_str(&moderator).expect("a moderator"));
            peer.serve(&load(folder, "announce_page", peer.origin())["object"]);
            peer.serve(&load(folder, "announce_create", peer.origin())["object"]["object"]);
        }
        "misskey" => {
            let instance = person.replace("9zq4k1m8ab", "9aaaaaaaaa");
            peer.serve(&serde_json::from_str(&instance).expect("an instance's own user"));
        }
        "mobilizon" => peer.serve(&load(folder, "create_event", peer.origin())["object"]),
        "peertube" => peer.serve(&load(folder, "video", peer.origin())),
        _ => {}
    }
}

/// A recording, as if it came from `origin` and was meant for us.
pub fn load(folder: &str, file: &str, origin: &str) -> Value {
    let mut text = fs::read_to_string(root().join(folder).join(format!("{file}.json"))).expect("a recording");
    for (theirs, ours) in meant_for(folder) {
        text = text.replace(theirs, ours);
    }
    let text = text.replace("\\/", "/").replace(&format!("https://{}", host(folder)), origin);
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    give_key(&mut document);
    document
}

/// Two of the peers were recorded while they spoke to each other.
fn meant_for(folder: &str) -> Vec<(&'static str, &'static str)> {
    let follow = "https://alpha.example/labs/spoor/follows/1";
    match folder {
        "fedify" => vec![
            ("https://snac.example/sanne/p/1795355991.571811", SHARE),
            ("https://snac.example/sanne/d/1795355980.508665/Follow", follow),
            ("https://snac.example/sanne", LAB),
        ],
        "snac" => vec![
            ("https://fedify.example/notes/1abf79c2-adf5-4b16-8650-6145e16fa5eb", SHARE),
            ("https://fedify.example/follows/9a83d767-b6d5-41a3-ab0c-17c780495fc0", follow),
            ("https://fedify.example/users/fenna", LAB),
        ],
        _ => Vec::new(),
    }
}

/// The placeholder of a key becomes a key, also of an actor that is the object; a document recorded without one gets one.
fn give_key(document: &mut Value) {
    if document.get("inbox").is_some() && document.get("publicKey").is_none() {
        let id = document["id"].as_str().unwrap_or_default().to_owned();
        document["publicKey"] = json!({"id": format!("{id}#main-key"), "owner": id});
    }
    if document.get("publicKey").is_some() {
        document["publicKey"]["publicKeyPem"] = cast::public_key().into();
    }
    if let Some(object) = document.get_mut("object").filter(|object| object.is_object()) {
        give_key(object);
    }
}

fn host(folder: &str) -> String {
    format!("{}.example", if folder == "gotosocial" { "gts" } else { folder })
}

/// Every recording there is, as `folder/file`.
pub fn recordings() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in fs::read_dir(root()).expect("the recordings").map(|entry| entry.expect("a folder").path()) {
        for file in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.expect("a file").path()) {
            let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
            found.insert(format!("{}/{}", name(&folder), name(&file)));
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire")
}
