//! A server that we did not write: Fedify finds a lab, follows it, answers it and leaves it; and is followed from here.
//! It verifies every signature of ours itself, and signs its own in both ways.

use serde_json::{Value, json};

use crate::support::{
    Engine, Server, between,
    patience::wait_for,
    program::{self, Program},
    server,
};

const ARTICLE: &str = "## What we tried\n\nWe moved the counter into the **market**, and people came.\n";
const NOTE: &str = "Eleven beds of reed, counted from a canoe. #reed";

const REFUSAL: &str = "an activity was not taken";

/// Fedify's server with its one actor, `fenna`.
struct Fedify {
    origin: String,
    control: String,
    client: reqwest::Client,
    _program: Program,
}

impl Fedify {
    /// `scheme`: the signature that it tries first, `cavage` or `rfc9421`.
    async fn start(scheme: &str) -> Self {
        program::require_packages();
        let script = program::folder().join("fedify.mjs").display().to_string();
        let program = Program::start("node", &[&script, "0", "0", scheme]).await;
        let (origin, control) = program.said.split_once(" control ").expect("two addresses");
        Self { origin: origin.into(), control: control.into(), client: server::outside(), _program: program }
    }

    fn fenna(&self) -> String {
        format!("{}/users/fenna", self.origin)
    }

    fn address(&self) -> String {
        format!("@fenna@{}", self.origin.trim_start_matches("http://"))
    }

    /// What Fedify makes of an address.
    async fn look_up(&self, address: &str) -> Value {
        self.ask(&format!("lookup?q={address}")).await
    }

    /// Lets Fedify do something; the ids of what it said and wrote.
    async fn say(&self, verb: &str, what: Value) -> Value {
        let request = self.client.post(format!("{}/control/{verb}", self.control)).body(what.to_string());
        let answer = request.send().await.expect("an answer").text().await.expect("text");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert!(answer["activity"].is_string(), "{verb}: {answer}");
        answer
    }

    /// What Fedify heard from one of ours and verified, of this type and about this.
    async fn heard(&self, kind: &str, about: &str) -> Value {
        wait_for(&format!("{kind} of {about} at Fedify"), 15, async || {
            let received = self.ask("received").await;
            let activities = received.as_array().cloned().unwrap_or_default();
            activities.into_iter().find(|one| {
                let object = &one["json"]["object"];
                one["type"] == kind && (object == about || object["id"] == about || object["object"] == about)
            })
        })
        .await
    }

    async fn ask(&self, verb: &str) -> Value {
        let answer = self.client.get(format!("{}/control/{verb}", self.control)).send().await.expect("an answer");
        serde_json::from_str(&answer.text().await.expect("text")).expect("JSON")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fedify_finds_follows_and_answers_a_lab_with_rfc_9421() {
    meet(Engine::Sqlite, "rfc9421").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fedify_finds_follows_and_answers_a_lab_on_postgres_with_cavage() {
    meet(Engine::Postgres, "cavage").await;
}

async fn meet(engine: Engine, scheme: &str) {
    let (alpha, fedify) = tokio::join!(Server::start(engine, "Ministry of Alpha"), Fedify::start(scheme));
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor", "--summary", "Learns on the tracks."]).await;
    alpha.publish("spoor", "Before anyone listened", ARTICLE, &[]).await;
    find(&alpha, &fedify).await;
    let follow = begin(&alpha, &fedify).await;
    let share = hear(&alpha, &fedify).await;
    answer(&alpha, &fedify, &share).await;
    like_and_boost(&alpha, &fedify, &share).await;
    correct_and_withdraw(&alpha, &fedify, &share).await;
    fedify.say("undo", json!({"activity": follow})).await;
    wait_for("a follower who left", 15, async || alpha.list(&["follower", "list"]).await.is_empty().then_some(())).await;
    require_that_nothing_was_refused(&alpha).await;
}

/// Fedify tries the other kind of signature when the first is refused; and a refusal is always written down.
async fn require_that_nothing_was_refused(alpha: &Server) {
    assert!(!alpha.logged().contains(REFUSAL), "everything was believed at the first attempt");
    let unsigned = alpha.client().post(alpha.at("/inbox")).header("content-type", "application/activity+json").body("{}");
    assert!(unsigned.send().await.expect("an answer").status().is_client_error());
    wait_for("a refusal in the log", 5, async || alpha.logged().contains(REFUSAL).then_some(())).await;
}

async fn find(alpha: &Server, fedify: &Fedify) {
    let lab = fedify.look_up(&alpha.address("spoor")).await;
    assert_eq!((&lab["type"], &lab["handle"], &lab["name"]), (&"Group".into(), &"spoor".into(), &"Spoor".into()));
    assert_eq!(lab["id"], alpha.at("/labs/spoor"));
    assert!(lab["summary"].as_str().is_some_and(|summary| summary.contains("Learns on the tracks.")), "{lab}");
    assert_eq!((&lab["followers"], &lab["following"], &lab["outbox"]), (&0.into(), &0.into(), &1.into()));
    assert_eq!(lab["posts"].as_array().map(Vec::len), Some(1), "{lab}");
    let icon = lab["icon"].as_str().expect("an icon");
    let picture = fedify.client.get(icon).send().await.expect("a picture");
    assert!(picture.status().is_success() && picture.headers()["content-type"] == "image/png");
    assert_eq!(fedify.look_up(&alpha.at("/labs/spoor")).await["id"], lab["id"], "its URL leads to it as well");
}

/// Fedify follows; the Follow's id.
async fn begin(alpha: &Server, fedify: &Fedify) -> Value {
    let follow = fedify.say("follow", json!({"handle": alpha.address("spoor")})).await["activity"].clone();
    let accept = fedify.heard("Accept", follow.as_str().expect("an id")).await;
    assert_eq!((&accept["actor"], &accept["signature"]), (&alpha.at("/labs/spoor").into(), &"cavage".into()));
    let followers = alpha.list(&["follower", "list", "--lab", "spoor"]).await;
    assert_eq!((followers.len(), &followers[0]["actor"]), (1, &fedify.fenna().into()));
    assert_eq!(fedify.look_up(&alpha.address("spoor")).await["followers"], 1);
    follow
}

/// A long and a short share arrive; the long one's address.
async fn hear(alpha: &Server, fedify: &Fedify) -> String {
    let article = alpha.publish("spoor", "A counter in the market", ARTICLE, &[]).await;
    let note = alpha.publish("spoor", "Eleven beds", NOTE, &[]).await;
    let long = fedify.heard("Create", &article).await["json"]["object"].clone();
    assert_eq!((&long["type"], &long["name"]), (&"Article".into(), &"A counter in the market".into()));
    assert!(long["content"].as_str().is_some_and(|content| content.contains("<strong>market</strong>")));
    let short = fedify.heard("Create", &note).await["json"]["object"].clone();
    assert_eq!((&short["type"], &short["name"]), (&"Note".into(), &Value::Null));
    assert!(short["content"].as_str().is_some_and(|content| content.contains("counted from a canoe")));
    assert_eq!(fedify.look_up(&article).await["attributedTo"], alpha.at("/labs/spoor"));
    article
}

async fn answer(alpha: &Server, fedify: &Fedify, share: &str) {
    let content = "<p>We saw <strong>herons</strong>.</p><script>alert(1)</script><img src=x onerror=alert(2)>";
    let reply = fedify.say("reply", json!({"object": share, "content": content})).await["object"].clone();
    let page = shown_at(alpha, share, "herons").await;
    assert!(page.contains("We saw <strong>herons</strong>.") && page.contains("1 reply"), "{page}");
    assert!(page.contains("Fenna of the other shore") && page.contains(&fedify.address()));
    let replies = between(&page, "id=\"replies\"", "</section>").expect("the replies");
    assert!(!replies.contains("alert(") && !replies.contains("onerror"), "{replies}");

    fedify.say("update", json!({"object": reply, "content": "<p>We saw otters.</p>"})).await;
    assert!(!shown_at(alpha, share, "otters").await.contains("herons"));
    fedify.say("delete", json!({"object": reply})).await;
    wait_for("a reply that is gone", 15, async || (!alpha.page(share).await.contains("otters")).then_some(())).await;
    assert_eq!(counts(alpha, share).await, (0, 0, 0));
}

async fn like_and_boost(alpha: &Server, fedify: &Fedify, share: &str) {
    let like = fedify.say("like", json!({"object": share})).await["activity"].clone();
    let boost = fedify.say("announce", json!({"object": share})).await["activity"].clone();
    wait_for("a like and a boost", 15, async || (counts(alpha, share).await == (0, 1, 1)).then_some(())).await;
    let page = alpha.page(share).await;
    assert!(page.contains("1 like") && page.contains("1 boost"), "{page}");
    for activity in [like, boost] {
        fedify.say("undo", json!({"activity": activity})).await;
    }
    wait_for("no like and no boost", 15, async || (counts(alpha, share).await == (0, 0, 0)).then_some(())).await;
}

async fn correct_and_withdraw(alpha: &Server, fedify: &Fedify, share: &str) {
    alpha.run(&["share", "revise", share, "--title", "A counter in the square"]).await;
    let update = fedify.heard("Update", share).await;
    assert_eq!(update["json"]["object"]["name"], "A counter in the square");
    alpha.run(&["share", "withdraw", share]).await;
    let delete = fedify.heard("Delete", share).await;
    assert_eq!((&delete["json"]["object"]["type"], &delete["actor"]), (&"Tombstone".into(), &alpha.at("/labs/spoor").into()));
    assert_eq!(fedify.look_up(share).await["found"], false);
}

/// Replies, likes and boosts of a share.
async fn counts(alpha: &Server, share: &str) -> (i64, i64, i64) {
    let shares = alpha.list(&["share", "list"]).await;
    let share = shares.iter().find(|row| row["url"] == share).expect("the share");
    let count = |name: &str| share[name].as_i64().expect("a count");
    (count("replies"), count("likes"), count("boosts"))
}

async fn shown_at(alpha: &Server, path: &str, text: &str) -> String {
    wait_for(&format!("{text:?} at {path}"), 15, async || {
        let page = alpha.page(path).await;
        page.contains(text).then_some(page)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lab_and_a_member_follow_someone_at_fedify() {
    let (alpha, fedify) = tokio::join!(Server::start(Engine::Sqlite, "Ministry of Alpha"), Fedify::start("rfc9421"));
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    alpha.run(&["member", "add", "noor", "--name", "Noor Voorbeeld"]).await;
    for who in ["noor", "spoor"] {
        let said = alpha.run(&["follow", &fedify.address(), "--as", who]).await;
        assert_eq!(said, format!("{who} follows {}.", fedify.address()));
    }
    let followers = fedify.ask("followers").await;
    assert_eq!(followers, json!([alpha.at("/people/noor"), alpha.at("/labs/spoor")]));

    let post = fedify.say("publish", json!({"content": "<p>A day at the <em>shore</em>.</p>"})).await["object"].clone();
    let page = format!("/labs/fenna@{}", fedify.origin.trim_start_matches("http://"));
    let shown = shown_at(&alpha, &page, "A day at the shore.").await;
    assert_eq!(shown.matches("A day at the shore.").count(), 1, "two followers, one post");
    assert!(shown.contains("Fenna of the other shore") && shown.contains("Reads what laboratories learn."));
    fedify.say("update", json!({"object": post, "content": "<p>A day at the dike.</p>"})).await;
    assert!(!shown_at(&alpha, &page, "A day at the dike.").await.contains("shore."));
    fedify.say("delete", json!({"object": post})).await;
    wait_for("a post that is gone", 15, async || (!alpha.page(&page).await.contains("at the dike")).then_some(())).await;

    for who in ["noor", "spoor"] {
        alpha.run(&["unfollow", &fedify.address(), "--as", who]).await;
    }
    wait_for("followers who left", 15, async || (fedify.ask("followers").await == json!([])).then_some(())).await;
}
