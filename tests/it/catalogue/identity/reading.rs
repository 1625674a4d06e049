//! What is said of things elsewhere is read where they live, what is read is what was signed, and who was asked answers:
//! ID22, ID28 to ID31, ID43.

use serde_json::{Value, json};

use super::super::scene::{Case, Left, PUBLIC, Scene, with};
use crate::support::{attacker::Letter, patience::wait_for, peer::Peer};

pub async fn what_is_announced_is_read_where_it_lives_or_not_at_all(scene: &Scene) {
    let (group, outcast) = (scene.peer.actor("Group", "forum"), Peer::start().await);
    scene.introduce(&group).await;
    let asked = scene.follow(&group);
    scene.take(&group, &scene.by(&group, "Accept", asked)).await;
    scene.server.run(&["block", "add", outcast.host()]).await;
    let thing = |host: &Peer, author: &Value, to: &str| {
        json!({"id": host.at(&format!("/things/{to}")), "type": "Article", "name": "Echt", "attributedTo": author["id"], "content": "Echt.",
            "to": if to == "all" { PUBLIC.to_owned() } else { format!("{}/followers", author["id"].as_str().unwrap()) }})
    };
    let (open, private) = (thing(&scene.elsewhere, &scene.victor, "all"), thing(&scene.elsewhere, &scene.victor, "few"));
    let villain = outcast.person("villain");
    let banned = thing(&outcast, &villain, "all");
    for document in [&open, &private] {
        scene.elsewhere.serve(document);
    }
    outcast.serve(&banned);
    let says = |object: Value| scene.signed(&group, &scene.by(&group, "Announce", object));
    let pretended = with(with(private.clone(), "to", PUBLIC), "content", "Vals.");
    let forged = with(with(open.clone(), "content", "Vals."), "name", "Vals");
    scene
        .judge(vec![
            Case::taken("ID29", "of something private, by its id", says(private["id"].clone()), Left::Effect).reading(1),
            Case::taken("ID29", "of something private that is said to be public", says(pretended), Left::Effect).reading(1),
            Case::taken("ID31", "of what lives at a blocked host", says(banned["id"].clone()), Left::Its),
            Case::taken("ID31", "of a Create by somebody blocked", says(scene.by(&villain, "Create", banned)), Left::Its),
            Case::taken("ID30", "of something whole, and forged", says(forged), Left::Effect).reading(1),
        ])
        .await;
    let shares = wait_for("what was announced", 60, async || {
        let shares = scene.rows("shares").join("\n");
        shares.contains("Echt.").then_some(shares)
    })
    .await;
    assert!(shares.contains("Echt.") && !shares.contains("Vals") && !shares.contains("/things/few"), "{shares}");
    assert!(outcast.requests().is_empty(), "nobody asked the blocked host");
}

pub async fn an_owner_may_delete_what_is_still_served_and_nobody_else_may(scene: &Scene) {
    scene.peer.serve(&scene.note(&scene.alice, "/notes/1", "Dat zagen wij ook."));
    let delete = |who: &Value| scene.signed(who, &scene.by(who, "Delete", scene.peer.at("/notes/1")));
    scene.judge(vec![Case::refused("ID22", "by a neighbour", delete(&scene.mallory), (403, "object-of-another"))]).await;
    scene.judge(vec![Case::taken("ID22", "by whom it is", delete(&scene.alice), Left::Effect)]).await;
    assert!(scene.rows("replies").iter().all(|row| !row.contains("/notes/1")));
}

pub async fn what_is_changed_after_it_was_hashed_is_not_believed(scene: &Scene) {
    let honest = scene.signed(&scene.alice, &scene.by(&scene.alice, "Create", scene.note(&scene.alice, "/notes/5", "Eerlijk.")));
    let text = String::from_utf8(honest.body.clone()).unwrap();
    let cases = [("Eerlijk", "Vals"), ("\"Create\"", "\"Delete\""), ("}", "} "), (":", ": ")].map(|(from, to)| {
        let bent = Letter { body: text.replacen(from, to, 1).into_bytes(), ..honest.clone() };
        Case::refused("ID43", &format!("{from} became {to}"), bent, (401, "digest"))
    });
    scene.judge(cases.into()).await;
}

pub async fn a_follow_of_ours_is_answered_by_whom_it_was_sent_to(scene: &Scene) {
    let states = || scene.rows("follows").iter().filter(|row| row.contains("/labs/spoor/follows/")).cloned().collect::<Vec<_>>();
    let ours = format!("{}/follows/1", scene.lab());
    for (kind, state) in [("Accept", "accepted"), ("Reject", "rejected"), ("Accept", "rejected")] {
        let answer = scene.signed(&scene.alice, &scene.by(&scene.alice, kind, ours.as_str()));
        scene.judge(vec![Case::taken("ID28", kind, answer, Left::Effect).reading(usize::from(state == "accepted"))]).await;
        assert!(states().iter().all(|row| row.contains(state)), "{kind}: {:?}", states());
    }
}
