//! Identity and authority, ID01 to ID43: who speaks, for whom, and about what.

mod reading;

use serde_json::{Value, json};

use super::scene::{Case, Left, Scene, with};
use crate::support::{
    attacker::{Cavage, Letter, new_key, public},
    on_both_engines,
};

on_both_engines! {
    async fn what_is_forged_is_refused(engine) {
        let scene = Scene::set(engine).await;
        a_borrowed_or_invented_identity_is_refused(&scene).await;
        an_actor_is_who_its_own_document_says_where_it_lives(&scene).await;
        nobody_speaks_for_another(&scene).await;
        nobody_takes_back_what_is_anothers(&scene).await;
        what_names_no_one_actor_or_no_id_is_malformed(&scene).await;
        reading::what_is_changed_after_it_was_hashed_is_not_believed(&scene).await;
    }

    async fn what_is_taken_has_the_effect_of_its_signer_alone(engine) {
        let scene = Scene::set(engine).await;
        what_may_not_change_anything_changes_nothing(&scene).await;
        the_signer_alone_decides_who_speaks(&scene).await;
        what_an_actor_says_of_itself_moves_nothing_to_another_host(&scene).await;
        reading::a_follow_of_ours_is_answered_by_whom_it_was_sent_to(&scene).await;
        reading::what_is_announced_is_read_where_it_lives_or_not_at_all(&scene).await;
        reading::an_owner_may_delete_what_is_still_served_and_nobody_else_may(&scene).await;
    }
}

async fn a_borrowed_or_invented_identity_is_refused(scene: &Scene) {
    let unlisted = scene.peer.at("/keys/1");
    let (id02, id03, id33) = (scene.person("id02").await, scene.person("id03").await, scene.person("id33").await);
    scene.peer.answer_get(
        &unlisted,
        200,
        json!({"id": unlisted, "owner": id03["id"], "publicKeyPem": public(&crate::support::attacker::key())}),
    );
    let like = |actor: &Value| scene.by(actor, "Like", scene.share.as_str());
    let other = new_key(2_048);
    let cases = vec![
        Case::refused(
            "ID01",
            "a key of another host",
            scene.bent(&scene.mallory, &like(&scene.victor), |_, _| {}),
            (401, "key-of-another-host"),
        ),
        Case::refused(
            "ID02",
            "her key's id and another key",
            scene.bent(&id02, &like(&id02), |with, _| with.key = other.clone()),
            (401, "signature"),
        )
        .reading(1),
        Case::refused(
            "ID03",
            "a key that only says it is hers",
            scene.bent(&id03, &like(&id03), |with, _| with.key_id.clone_from(&unlisted)),
            (401, "signature"),
        )
        .reading(1),
        Case::refused(
            "ID33",
            "a Block with a neighbour's key",
            scene.signed(&scene.mallory, &scene.by(&id33, "Block", scene.lab())),
            (401, "signature"),
        )
        .reading(1),
        Case::refused(
            "ID33",
            "a Flag with a neighbour's key",
            scene.signed(&scene.mallory, &scene.by(&id33, "Flag", scene.lab())),
            (401, "signature"),
        ),
        Case::refused("ID35", "the same name over https", secure(scene), (401, "key-of-another-host")),
    ];
    scene.judge(cases).await;
}

async fn an_actor_is_who_its_own_document_says_where_it_lives(scene: &Scene) {
    let (second, mut carol) = (new_key(2_048), scene.peer.person("carol"));
    let key_id = format!("{}#second", carol["id"].as_str().unwrap());
    carol["publicKey"] = json!([carol["publicKey"], {"id": key_id, "owner": carol["id"], "publicKeyPem": public(&second)}]);
    scene.peer.serve(&carol);
    let like = |actor: &Value| scene.by(actor, "Like", scene.share.as_str());
    let at = |name: &str| {
        let id = scene.peer.at(&format!("/users/{name}"));
        json!({"id": id, "publicKey": {"id": format!("{id}#main-key")}})
    };
    let (fake, ping, pong) = (at("fake"), at("ping"), at("pong"));
    let (fake_id, ping_id, pong_id) = (fake["id"].as_str().unwrap(), ping["id"].as_str().unwrap(), pong["id"].as_str().unwrap());
    scene.peer.answer_get(fake_id, 200, scene.victor.clone());
    scene.peer.answer_get(ping_id, 200, with(scene.alice.clone(), "id", pong_id));
    scene.peer.answer_get(pong_id, 200, with(scene.alice.clone(), "id", ping_id));
    let cases = vec![
        Case::taken(
            "ID04",
            "her second key",
            scene.bent(&scene.alice, &like(&carol), |with, _| {
                (with.key, with.key_id) = (second.clone(), key_id.clone());
            }),
            Left::Effect,
        )
        .reading(1),
        Case::refused("ID06", "a document of another host's actor", scene.signed(&fake, &like(&fake)), (401, "actor-unusable"))
            .reading(1),
        Case::refused("ID07", "two documents that name each other", scene.signed(&ping, &like(&ping)), (401, "actor-unusable"))
            .reading(2),
    ];
    scene.judge(cases).await;
}

async fn nobody_speaks_for_another(scene: &Scene) {
    let (mallory, alice, victor) = (&scene.mallory, &scene.alice, &scene.victor);
    let says = |kind: &str, object: Value| scene.by(mallory, kind, object);
    let note = |author: &Value| scene.note(author, "/notes/m", "Vals.");
    let alices = || Value::from(scene.peer.at("/notes/1"));
    let another = (403, "author-is-another");
    let cases = [
        (
            "ID11",
            "an activity id of ours",
            with(says("Like", scene.share.as_str().into()), "id", scene.server.at("/x")),
            (403, "activity-of-another-host"),
        ),
        (
            "ID11",
            "an activity id elsewhere",
            with(says("Like", scene.share.as_str().into()), "id", scene.elsewhere.at("/x")),
            (403, "activity-of-another-host"),
        ),
        ("ID13", "a Create of another's note", says("Create", note(alice)), another),
        (
            "ID14",
            "a Create by two, the other first",
            says("Create", with(note(mallory), "attributedTo", json!([alice["id"], mallory["id"]]))),
            another,
        ),
        ("ID16", "an Update of something elsewhere", says("Update", note(victor)), (403, "object-of-another-host")),
        ("ID16", "an Update of an actor elsewhere", says("Update", victor.clone()), (403, "object-of-another-host")),
        (
            "ID17",
            "an Update of another's note as one's own",
            says("Update", with(note(mallory), "id", alices())),
            (403, "object-of-another"),
        ),
        (
            "ID17",
            "an Update that gives away one's note",
            says("Update", with(note(mallory), "attributedTo", victor["id"].clone())),
            another,
        ),
        (
            "ID17",
            "an Update that moves one's note",
            says("Update", with(note(mallory), "id", scene.elsewhere.at("/notes/m"))),
            (403, "object-of-another-host"),
        ),
        (
            "ID18",
            "an Update with an inbox elsewhere",
            says("Update", with(mallory.clone(), "inbox", victor["inbox"].clone())),
            (400, "actor"),
        ),
        (
            "ID18",
            "an Update with a key elsewhere",
            says("Update", with(mallory.clone(), "publicKey", victor["publicKey"].clone())),
            (400, "actor"),
        ),
        ("ID20", "a Delete of a neighbour's note", says("Delete", alices()), (403, "object-of-another")),
    ];
    let refused = |(id, what, activity, refused): (&'static str, &str, Value, (u16, &'static str))| {
        Case::refused(id, what, scene.signed(mallory, &activity), refused)
    };
    scene.judge(cases.into_iter().map(refused).collect()).await;
}

async fn nobody_takes_back_what_is_anothers(scene: &Scene) {
    let (mallory, alice) = (&scene.mallory, &scene.alice);
    let says = |kind: &str, object: Value| scene.by(mallory, kind, object);
    let ours = json!({"id": scene.lab(), "publicKey": {"id": format!("{}#main-key", scene.lab())}});
    let cases = [
        (
            "ID20",
            "a Delete of something elsewhere",
            says("Delete", scene.elsewhere.at("/notes/1").into()),
            (403, "object-of-another-host"),
        ),
        ("ID20", "a Delete of a share of ours", says("Delete", scene.share.as_str().into()), (403, "object-of-another-host")),
        ("ID21", "a Delete of a neighbour", says("Delete", alice["id"].clone()), (403, "object-of-another")),
        ("ID23", "an Undo of another's Follow", says("Undo", scene.by(alice, "Follow", scene.lab())), (403, "undo-of-another")),
        (
            "ID23",
            "an Undo of another's Like",
            says("Undo", scene.by(alice, "Like", scene.share.as_str())),
            (403, "undo-of-another"),
        ),
        (
            "ID23",
            "an Undo of another's Announce",
            says("Undo", scene.by(alice, "Announce", scene.share.as_str())),
            (403, "undo-of-another"),
        ),
    ];
    let mut cases: Vec<Case> = cases
        .into_iter()
        .map(|(id, what, activity, refused)| Case::refused(id, what, scene.signed(mallory, &activity), refused))
        .collect();
    let as_ours = scene.by(&ours, "Like", scene.share.as_str());
    cases.push(Case::refused(
        "ID12",
        "an actor of ours, with its own key's id",
        scene.signed(&ours, &as_ours),
        (403, "actor-is-ours"),
    ));
    let as_ours = with(as_ours, "id", scene.peer.at("/x"));
    cases.push(Case::refused(
        "ID12",
        "an actor of ours, with a stranger's key",
        scene.signed(mallory, &as_ours),
        (403, "actor-is-ours"),
    ));
    scene.judge(cases).await;
}

async fn what_names_no_one_actor_or_no_id_is_malformed(scene: &Scene) {
    let like = || scene.by(&scene.mallory, "Like", scene.share.as_str());
    let mut cases = Vec::new();
    for actor in [
        Value::Null,
        json!(7),
        json!("_:b0"),
        json!([]),
        json!([scene.alice["id"], scene.mallory["id"]]),
        json!({}),
        json!("ftp://a.example/"),
    ] {
        let letter = scene.signed(&scene.mallory, &with(like(), "actor", actor.clone()));
        cases.push(Case::refused("ID37", &format!("actor {actor}"), letter, (400, "no-actor")));
    }
    for (what, id) in
        [("no id", Value::Null), ("an empty id", "".into()), ("a number", 7.into()), ("a blank node", "_:b1".into())]
    {
        for kind in ["Follow", "Like", "Create", "Announce"] {
            let activity = with(with(like(), "id", id.clone()), "type", kind);
            cases.push(Case::refused(
                "ID10",
                &format!("a {kind} with {what}"),
                scene.signed(&scene.mallory, &activity),
                (400, "no-id"),
            ));
        }
    }
    let embedded = with(with(like(), "type", "View"), "actor", scene.mallory.clone());
    cases.push(Case::taken("ID37", "an actor as a whole", scene.signed(&scene.mallory, &embedded), Left::Its));
    scene.judge(cases).await;
}

async fn what_may_not_change_anything_changes_nothing(scene: &Scene) {
    let (mallory, alice, victor) = (&scene.mallory, &scene.alice, &scene.victor);
    let says = |kind: &str, object: Value| scene.by(mallory, kind, object);
    let ours = format!("{}/follows/1", scene.lab());
    let followers = format!("{}/followers", mallory["id"].as_str().unwrap());
    let moved = |from: &Value, to: &Value| with(says("Move", from["id"].clone()), "target", to["id"].clone());
    let featured = |kind: &str| with(says(kind, scene.share.as_str().into()), "target", format!("{}/featured", scene.lab()));
    let many: Vec<Value> = (0..10_000).map(|number| scene.server.at(&format!("/shares/{number:010}")).into()).collect();
    let deep = (0..5).fold(Value::from(scene.share.as_str()), |inner, _| scene.by(mallory, "Announce", inner));
    let cases = [
        ("ID22", "an Undo of a like that is not there", says("Undo", scene.peer.at("/likes/none").into())),
        ("ID23", "an Undo of another's Like by its id", says("Undo", scene.peer.at("/users/alice/activities/0").into())),
        ("ID25", "an Accept of a follow that was never sent", says("Accept", format!("{}/follows/77", scene.lab()).into())),
        ("ID25", "an Accept of nothing of ours", says("Accept", scene.elsewhere.at("/follows/1").into())),
        ("ID26", "an Accept by somebody else", says("Accept", ours.as_str().into())),
        (
            "ID26",
            "an Accept of the whole Follow by somebody else",
            says("Accept", json!({"type": "Follow", "id": ours, "actor": scene.lab(), "object": alice["id"]})),
        ),
        ("ID26", "a Reject by somebody else", says("Reject", ours.as_str().into())),
        ("ID29", "a reply to followers only", says("Create", with(scene.note(mallory, "/notes/private", "x"), "to", followers))),
        ("ID29", "an Announce of something private", says("Announce", scene.elsewhere.at("/private").into())),
        ("ID32", "a Move to somebody who does not say so", moved(mallory, alice)),
        ("ID32", "a Move in a circle", moved(mallory, mallory)),
        ("ID33", "a Flag with ten thousand objects", says("Flag", many.into())),
        ("ID34", "an Add to a collection of ours", featured("Add")),
        ("ID34", "a Remove from a collection of ours", featured("Remove")),
        ("ID36", "an Announce of an Announce, five deep", deep),
    ];
    let mut cases: Vec<Case> = cases
        .into_iter()
        .map(|(id, what, activity)| Case::taken(id, what, scene.signed(mallory, &activity), Left::Its))
        .collect();
    for (what, whom) in [("a Move of somebody else", alice), ("a Move of somebody elsewhere", victor)] {
        let letter = scene.signed(mallory, &moved(whom, mallory));
        cases.push(Case::refused("ID32", what, letter, (403, "object-of-another")));
    }
    let dora = json!({"id": scene.peer.at("/users/dora"), "publicKey": {"id": scene.peer.at("/users/dora#main-key")}});
    let farewell = scene.signed(&dora, &scene.by(&dora, "Delete", dora["id"].clone()));
    cases.push(Case::taken("ID21", "the departure of somebody unknown", farewell, Left::Nothing));
    let (one, other) =
        (scene.by(alice, "Create", scene.note(alice, "/notes/9", "Eerst.")), scene.note(alice, "/notes/9", "Later."));
    scene.take(alice, &one).await;
    let again = scene.signed(alice, &with(one, "object", other));
    cases.push(Case::taken("ID09", "another text under an id that was used", again, Left::Nothing));
    scene.judge(cases).await;
}

async fn the_signer_alone_decides_who_speaks(scene: &Scene) {
    let (mallory, alice) = (&scene.mallory, &scene.alice);
    let says = |text: &str| scene.by(mallory, "Create", scene.note(mallory, &format!("/notes/{text}"), text));
    let proof = json!({"type": "DataIntegrityProof", "verificationMethod": alice["publicKey"]["id"], "proofValue": "z1"});
    let signature = json!({"type": "RsaSignature2017", "creator": alice["publicKey"]["id"], "signatureValue": "AAAA"});
    let hostile =
        json!([scene.elsewhere.at("/context"), {"actor": "as:object", "attributedTo": "as:cc", "id": "@type", "content": null}]);
    let mut two = says("two");
    two["object"]["attributedTo"] = json!([mallory["id"], alice["id"]]);
    let graph = with(says("graph"), "@graph", json!([scene.by(alice, "Delete", alice["id"].clone())]));
    let cases = [
        ("ID14", "by two, the signer first", two),
        ("ID39", "a context that bends every word", with(says("context"), "@context", hostile)),
        ("ID39", "another activity beside it", with(graph, "@reverse", json!({"object": alice["id"]}))),
        ("ID40", "a signature inside", with(says("inside"), "signature", signature)),
        ("ID40", "a proof inside", with(says("proof"), "proof", proof)),
    ];
    let sent: Vec<Case> = cases
        .into_iter()
        .map(|(id, what, activity)| Case::taken(id, what, scene.signed(mallory, &activity), Left::Effect))
        .collect();
    scene.judge(sent).await;
    let page = scene.server.page(&scene.share).await;
    let own = |text: &str| page.contains(&format!("<p>{text}</p>")) || page.contains(text);
    assert!(["two", "context", "graph", "inside", "proof"].iter().all(|text| own(text)), "{page}");
    let held = scene.beside.store.read_now(|tx| archipel::storage::actor::find_by_uri(tx, mallory["id"].as_str().unwrap()));
    let (mallory, of_mallory) = (held.unwrap().unwrap().id.0, |row: &&String| row.contains("/notes/"));
    let by_her = scene
        .rows("replies")
        .iter()
        .filter(of_mallory)
        .filter(|row| row.split(',').nth(4) == Some(mallory.to_string().as_str()))
        .count();
    assert_eq!(by_her, 5);
}

async fn what_an_actor_says_of_itself_moves_nothing_to_another_host(scene: &Scene) {
    let (mallory, elsewhere) = (&scene.mallory, scene.victor["id"].as_str().unwrap());
    let known = || {
        scene
            .beside
            .store
            .read_now(|tx| archipel::storage::actor::find_by_uri(tx, mallory["id"].as_str().unwrap()))
            .unwrap()
            .unwrap()
    };
    let before = known();
    let mut bent = with(mallory.clone(), "endpoints", json!({"sharedInbox": format!("{elsewhere}/inbox")}));
    bent["outbox"] = format!("{elsewhere}/outbox").into();
    bent["url"] = format!("{elsewhere}/page").into();
    let mut another = with(with(mallory.clone(), "type", "Application"), "preferredUsername", "alice");
    another["publicKey"]["publicKeyPem"] = public(&new_key(2_048)).into();
    scene
        .judge(vec![
            Case::taken(
                "ID18",
                "a shared inbox, an outbox and a page elsewhere",
                scene.signed(mallory, &scene.by(mallory, "Update", bent)),
                Left::Effect,
            ),
            Case::taken(
                "ID19",
                "another type, another's handle, another key",
                scene.signed(mallory, &scene.by(mallory, "Update", another)),
                Left::Effect,
            ),
        ])
        .await;
    let after = known();
    assert_eq!((after.page.as_str(), after.inbox.as_str()), (before.uri.as_str(), before.inbox.as_str()));
    assert!([after.shared_inbox, after.outbox].iter().flatten().all(|url| url.as_str().starts_with(scene.peer.origin())));
    assert_eq!((after.kind, after.handle, after.public_key), (before.kind, before.handle, before.public_key));
}

/// A like by Alice as if her server spoke https, which it does not.
fn secure(scene: &Scene) -> Letter {
    let secure = |text: &Value| Value::from(text.as_str().unwrap().replacen("http:", "https:", 1));
    let alice = json!({"id": secure(&scene.alice["id"])});
    let mut letter = Letter::to(scene.server.host(), &scene.by(&alice, "Like", scene.share.as_str()));
    Cavage::of(&scene.alice).sign(&mut letter);
    letter
}
