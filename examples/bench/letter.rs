//! Activities as they travel: signed before anything is measured, so that only sending them takes time.

use archipel::{
    config::Clock,
    federation::signature::{digest, sign},
    usecases::KeyPair,
};
use openssl::pkey::{PKey, Private};
use serde_json::{Value, json};

use super::Measured;

/// One request, ready to be sent.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What is written to the connection.
    pub bytes: Vec<u8>,
    /// Under which id the receiver remembers it.
    pub remembered_as: String,
    /// Whether it should be taken.
    pub good: bool,
}

/// What is wrong with a letter.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// An hour old.
    OldDate,
    /// The digest of other bytes.
    WrongDigest,
    /// Announces more than anybody may send.
    TooLarge,
    /// A header that decides stands twice.
    RepeatedHeader,
    /// Signed with a key that is not the actor's.
    WrongKey,
}

/// All of them, cheap ones and the one that costs a verification.
pub const FAULTS: [Fault; 5] = [Fault::OldDate, Fault::WrongDigest, Fault::TooLarge, Fault::RepeatedHeader, Fault::WrongKey];

/// Writes letters from known people to the shared inbox of one instance.
pub struct Writer {
    host: String,
    key: PKey<Private>,
    other_key: PKey<Private>,
    people: Vec<String>,
    shares: Vec<String>,
}

impl Writer {
    /// These people all sign with one key; `other` is nobody's.
    pub fn new(host: &str, (keys, other): (&KeyPair, &KeyPair), people: Vec<String>, shares: Vec<String>) -> Measured<Self> {
        let parse = |keys: &KeyPair| PKey::private_key_from_pem(keys.private.as_bytes());
        Ok(Self { host: host.to_owned(), key: parse(keys)?, other_key: parse(other)?, people, shares })
    }

    /// Creates, Updates, Likes and Announces in turn, numbered from `first`; written on two threads.
    pub fn write(&self, first: usize, count: usize) -> Measured<Vec<Letter>> {
        let half = first + count / 2;
        std::thread::scope(|scope| {
            let write = |from: usize, to: usize| (from..to).map(|number| self.good(number)).collect::<Result<Vec<_>, String>>();
            let other = scope.spawn(move || write(half, first + count));
            let mut letters = write(first, half)?;
            letters.extend(other.join().map_err(|_| "writing letters failed")??);
            Ok(letters)
        })
    }

    /// Letters with every fault in turn.
    pub fn write_bad(&self, first: usize, count: usize) -> Measured<Vec<Letter>> {
        let faults = FAULTS.iter().cycle();
        (first..first + count).zip(faults).map(|(number, fault)| Ok(self.bad(number, *fault)?)).collect()
    }

    fn good(&self, number: usize) -> Result<Letter, String> {
        let (person, activity) = self.activity(number);
        let (id, body) = (activity["id"].as_str().unwrap_or_default().to_owned(), activity.to_string());
        let remembered_as = if activity["type"] == "Update" { format!("{id} {}", digest(body.as_bytes())) } else { id };
        let bytes = self.seal(&person, &body, None)?;
        Ok(Letter { bytes, remembered_as, good: true })
    }

    fn bad(&self, number: usize, fault: Fault) -> Result<Letter, String> {
        let (person, activity) = self.activity(number);
        let bytes = self.seal(&person, &activity.to_string(), Some(fault))?;
        Ok(Letter { bytes, remembered_as: String::new(), good: false })
    }

    /// Four in a row are of one person: what it wrote, how it changed it, what it likes and passes on.
    fn activity(&self, number: usize) -> (String, Value) {
        let turn = number / 4;
        let person = self.people[turn % self.people.len()].clone();
        let share = &self.shares[turn / self.people.len() % self.shares.len()];
        let id = format!("{person}/activities/{number}");
        let activity = match number % 4 {
            0 => create(&person, &id, share, number),
            1 => update(&person, &id, share, number - 1),
            2 => json!({"@context": CONTEXT, "id": id, "type": "Like", "actor": person, "object": share}),
            _ => json!({"@context": CONTEXT, "id": id, "type": "Announce", "actor": person, "object": share,
                "published": "2026-11-22T12:00:00Z", "to": [PUBLIC], "cc": [format!("{person}/followers")]}),
        };
        (person, activity)
    }

    fn seal(&self, person: &str, body: &str, fault: Option<Fault>) -> Result<Vec<u8>, String> {
        let now = Clock::System.now() - chrono::TimeDelta::hours(i64::from(matches!(fault, Some(Fault::OldDate))));
        let date = httpdate::fmt_http_date(now.into());
        let digest = digest(if matches!(fault, Some(Fault::WrongDigest)) { b"other" } else { body.as_bytes() });
        let key = if matches!(fault, Some(Fault::WrongKey)) { &self.other_key } else { &self.key };
        let lines = [("(request-target)", "post /inbox"), ("host", self.host.as_str()), ("date", &date), ("digest", &digest)];
        let signature = sign(key, &format!("{person}#main-key"), &lines).map_err(|error| error.to_string())?;
        let again = if matches!(fault, Some(Fault::RepeatedHeader)) { format!("date: {date}\r\n") } else { String::new() };
        let too_large = matches!(fault, Some(Fault::TooLarge));
        let length = if too_large { 2_000_000 } else { body.len() };
        let head = format!(
            "POST /inbox HTTP/1.1\r\nhost: {}\r\nuser-agent: bench\r\ndate: {date}\r\n{again}digest: {digest}\r\n\
             content-type: application/activity+json\r\nsignature: {signature}\r\ncontent-length: {length}\r\n\r\n",
            self.host,
        );
        Ok(if too_large { head.into_bytes() } else { (head + body).into_bytes() })
    }
}

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

fn create(person: &str, id: &str, share: &str, number: usize) -> Value {
    json!({
        "@context": [CONTEXT, {"sensitive": "as:sensitive", "toot": "http://joinmastodon.org/ns#", "votersCount": "toot:votersCount"}],
        "id": id, "type": "Create", "actor": person, "published": "2026-11-22T12:00:00Z",
        "to": [PUBLIC], "cc": [format!("{person}/followers"), share],
        "object": note(person, share, number, "2026-11-22T12:00:00Z"),
    })
}

fn update(person: &str, id: &str, share: &str, number: usize) -> Value {
    json!({
        "@context": CONTEXT, "id": id, "type": "Update", "actor": person,
        "to": [PUBLIC], "cc": [format!("{person}/followers")],
        "object": note(person, share, number, "2026-11-22T12:05:00Z"),
    })
}

/// As long, and with as much markup, as people's answers usually are.
fn note(person: &str, share: &str, number: usize, updated: &str) -> Value {
    let content = format!(
        "<p><span class=\"h-card\"><a href=\"{person}\" class=\"u-url mention\">@<span>someone</span></a></span> \
         We tried the same last spring, in three districts, and letters in plain words did help.</p>\
         <p>What we would like to know: who wrote them, and how long did it take? This is answer {number}.</p>",
    );
    json!({
        "id": format!("{person}/notes/{number}"), "type": "Note", "summary": null, "inReplyTo": share,
        "published": "2026-11-22T12:00:00Z", "updated": updated, "url": format!("{person}/notes/{number}.html"),
        "attributedTo": person, "to": [PUBLIC], "cc": [format!("{person}/followers"), share], "sensitive": false,
        "content": content, "contentMap": {"en": content}, "attachment": [],
        "tag": [{"type": "Mention", "href": person, "name": "@someone"}],
    })
}
