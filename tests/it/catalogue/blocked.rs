//! Blocks and what is taken back, on a served instance: XO14 and CF04 to CF11. Closed within one request, on every page.

use std::os::unix::fs::PermissionsExt;

use reqwest::header;
use serde_json::{Value, json};

use super::scene::{PUBLIC, Scene, with};
use crate::support::{
    attacker::{Cavage, Letter},
    on_both_engines,
};

/// A GET of this path that says it is signed by somebody.
fn asked_by(scene: &Scene, actor: &Value, path: &str) -> Letter {
    let mut letter = Letter::with_body(scene.server.host(), Vec::new());
    (letter.method, letter.target) = ("GET".into(), path.into());
    for name in ["content-type", "content-digest", "digest"] {
        letter.set(name, None);
    }
    letter.set("accept", Some("application/activity+json"));
    Cavage { covered: "(request-target) host date".into(), ..Cavage::of(actor) }.sign(&mut letter);
    letter
}

async fn text(scene: &Scene, path: &str, accept: &str) -> String {
    let request = scene.server.client().get(scene.server.at(path)).header(header::ACCEPT, accept);
    request.send().await.expect("an answer").text().await.expect("a text")
}

on_both_engines! {
    async fn a_block_closes_every_page_and_every_door_at_once(engine) {
        let scene = Scene::set(engine).await;
        let group = scene.elsewhere.actor("Group", "lezers");
        scene.introduce(&group).await;
        let asked = scene.follow(&group);
        scene.take(&group, &scene.by(&group, "Accept", asked)).await;
        let thing = json!({"id": scene.elsewhere.at("/things/1"), "type": "Article", "name": "Zwanenzang", "attributedTo": group["id"],
            "to": PUBLIC, "content": "<p>Zwanenzang.</p>", "tag": [{"type": "Hashtag", "name": "#leren"}]});
        scene.take(&group, &scene.by(&group, "Create", thing)).await;
        scene.take(&scene.victor, &scene.by(&scene.victor, "Create", scene.note(&scene.victor, "/notes/v", "Victorie."))).await;
        scene.settle().await;
        let own = scene.share.clone();
        let surfaces = [("/", "text/html"), ("/tags/leren", "text/html"), ("/labs", "text/html"), ("/organisation.atom", "*/*"), (own.as_str(), "text/html")];
        let shown = async |word: &str| {
            let mut found = Vec::new();
            for (path, accept) in surfaces {
                found.extend(text(&scene, path, accept).await.contains(word).then_some(path));
            }
            found
        };
        assert!(!shown("Zwanenzang").await.is_empty() && shown("Victorie").await == [own.as_str()]);
        assert_eq!(asked_by(&scene, &group, "/labs/spoor").send(scene.server.listen()).await.status, 200);

        scene.server.run(&["block", "add", scene.elsewhere.host()]).await;
        assert_eq!((shown("Zwanenzang").await, shown("Victorie").await), (vec![], vec![]));
        assert!(shown(scene.elsewhere.host()).await.is_empty());
        for path in ["/labs/spoor", "/labs/spoor/outbox", "/actor", "/organisation", "/labs/spoor/followers", "/.well-known/webfinger?resource=x"] {
            let answer = asked_by(&scene, &group, path).send(scene.server.listen()).await;
            assert_eq!((answer.status, answer.code().as_str()), (403, "blocked"), "{path}");
        }
        assert_eq!(asked_by(&scene, &scene.alice, "/labs/spoor").send(scene.server.listen()).await.status, 200, "a neighbour reads on");
        let before = scene.server.everything();
        let answer = scene.signed(&group, &scene.by(&group, "Announce", scene.share.as_str())).send(scene.server.listen()).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "blocked"));
        assert_eq!(scene.server.everything(), before);
    }

    async fn what_is_withdrawn_is_gone_from_everywhere_at_once(engine) {
        let scene = Scene::set(engine).await;
        let word = "De tweede brief";
        let share = scene.share.trim_start_matches(scene.server.origin()).to_owned();
        let pages = ["/", "/labs/spoor", "/labs", "/labs/spoor.atom", "/organisation.atom"];
        let documents = ["/labs/spoor/outbox", "/labs/spoor/featured", "/organisation/outbox"];
        assert!(text(&scene, "/labs/spoor", "text/html").await.contains(word));
        scene.server.run(&["share", "withdraw", share.rsplit('/').next().unwrap()]).await;
        for path in pages {
            assert!(!text(&scene, path, "text/html").await.contains(word), "CF04: {path}");
        }
        for path in documents {
            let document = text(&scene, path, "application/activity+json").await;
            assert!(!document.contains(word), "CF01: {path}");
        }
        let (status, stone) = scene.server.document(&share).await;
        assert_eq!((status, stone["type"].as_str()), (410, Some("Tombstone")));
        assert!(!stone.to_string().contains(word) && stone.get("content").is_none(), "{stone}");
        let answer = scene.server.client().get(scene.server.at(&format!("{share}/create"))).send().await.unwrap();
        assert!([404, 410].contains(&answer.status().as_u16()) && !answer.text().await.unwrap().contains(word));
        let noor = scene.server.client().post(scene.server.at(&format!("{share}/reply"))).body("body=x");
        let answer = noor.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.unwrap();
        assert!(!answer.text().await.unwrap().contains(word), "CF07: no word of it to who answers it");
    }

    async fn whom_others_addressed_in_secret_we_tell_nobody(engine) {
        let scene = Scene::set(engine).await;
        scene.server.run_with_input(&["member", "add", "noor", "--name", "Noor", "--lab", "spoor", "--password-stdin"], "eb en vloed en weer eb").await;
        let share = scene.server.publish("spoor", "Van Noor", "Gezien.", &["--voice", "noor"]).await;
        scene.take(&scene.mallory, &scene.by(&scene.mallory, "Follow", scene.lab())).await;
        scene.settle().await;
        scene.peer.clear();
        let mut like = with(scene.by(&scene.alice, "Like", share.as_str()), "bto", scene.peer.at("/users/secret-one"));
        like["bcc"] = json!([scene.peer.at("/users/secret-two")]);
        let note = with(scene.note(&scene.alice, "/notes/secret", "Hoi."), "inReplyTo", share.as_str());
        let create = scene.by(&scene.alice, "Create", with(note, "bcc", scene.peer.at("/users/secret-three")));
        for activity in [&like, &create] {
            scene.take(&scene.alice, activity).await;
        }
        scene.settle().await;
        let told: Vec<String> = scene.peer.posts().iter().map(|post| String::from_utf8_lossy(&post.body).into_owned()).collect();
        assert!(told.iter().any(|body| body.contains("\"Like\"")) && told.iter().any(|body| body.contains("Hoi.")), "{told:?}");
        assert!(told.iter().all(|body| !body.contains("secret-") && !body.contains("\"bcc\"") && !body.contains("\"bto\"")), "{told:?}");
    }

    async fn secrets_are_in_no_log_and_in_no_file_that_others_can_read(engine) {
        let scene = Scene::set(engine).await;
        let letter = scene.signed(&scene.mallory, &scene.by(&scene.mallory, "Like", "https://nowhere.example/geheim"));
        letter.send(scene.server.listen()).await;
        let log = scene.server.logged();
        for secret in ["PRIVATE KEY", "password", "geheim", "keyId"] {
            assert!(!log.contains(secret), "CF10: {secret}");
        }
        let folder = scene.server.data();
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o077;
            let keeps = std::fs::metadata(&folder).unwrap().permissions().mode() & 0o077;
            assert!(mode == 0 || keeps == 0, "CF10: {} can be read by others", entry.path().display());
        }
    }
}
