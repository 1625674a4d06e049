//! Two organisations, each with a real server on its own engine, that know each other over real HTTP and nothing else.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Engine, Server, between, patience::wait_for, visitor::Visitor};

const LONG: &str =
    "## What we tried\n\nWe moved the counter into the **market**, and people came.\n\n- in the morning\n- in the rain\n";

/// Alpha has the lab Spoor, bravo the member Noor and the lab Klare Taal.
async fn two_islands(alpha: Engine, bravo: Engine) -> (Server, Server) {
    let (alpha, bravo) = tokio::join!(Server::start(alpha, "Ministry of Alpha"), Server::start(bravo, "Province of Bravo"));
    tokio::join!(
        alpha.run(&["lab", "add", "spoor", "--name", "Spoor", "--summary", "Learns on the tracks."]),
        bravo.run(&["lab", "add", "klare_taal", "--name", "Klare Taal"]),
    );
    (alpha, bravo)
}

async fn add_noor(bravo: &Server) {
    bravo.run(&["member", "add", "noor", "--name", "Noor", "--lab", "klare_taal"]).await;
}

/// The page of alpha's lab at bravo, once it shows this.
async fn shown_at(bravo: &Server, alpha: &Server, text: &str) -> String {
    wait_for(&format!("{text:?} on the lab's page elsewhere"), 15, async || {
        let page = known_page(bravo, alpha).await;
        page.contains(text).then_some(page)
    })
    .await
}

async fn known_page(bravo: &Server, alpha: &Server) -> String {
    bravo.page(&format!("/labs/spoor@{}", alpha.host())).await
}

/// Bravo's own page of a share of alpha, as its lab's page links to it.
async fn page_of(bravo: &Server, alpha: &Server, title: &str) -> String {
    let page = shown_at(bravo, alpha, title).await;
    let before = page.split(title).next().unwrap_or_default();
    let link = before.rsplit("href=\"").next().and_then(|link| link.split('"').next()).unwrap_or_default();
    assert!(link.starts_with("/shares/"), "{link} leads to no share");
    link.to_owned()
}

/// What alpha has to deliver about a share, once it is known to whom.
async fn deliveries_of(alpha: &Server, share: &str) -> Vec<Value> {
    let all = alpha.list(&["delivery", "list"]).await;
    all.into_iter().filter(|row| row["activity"].as_str().is_some_and(|activity| activity.starts_with(share))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_on_postgres_follows_a_lab_on_sqlite() {
    follow_from_beginning_to_end(Engine::Sqlite, Engine::Postgres, "noor", "people/noor").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lab_on_sqlite_follows_a_lab_on_postgres() {
    follow_from_beginning_to_end(Engine::Postgres, Engine::Sqlite, "klare_taal", "labs/klare_taal").await;
}

async fn follow_from_beginning_to_end(lab: Engine, follower: Engine, handle: &str, path: &str) {
    let (alpha, bravo) = two_islands(lab, follower).await;
    add_noor(&bravo).await;
    alpha.publish("spoor", "Before anyone listened", LONG, &[]).await;

    let said = bravo.run(&["follow", &alpha.address("spoor"), "--as", handle]).await;
    assert_eq!(said, format!("{handle} follows {}.", alpha.address("spoor")));
    let followers = alpha.list(&["follower", "list", "--lab", "spoor"]).await;
    assert_eq!(followers.len(), 1);
    assert_eq!((&followers[0]["lab"], &followers[0]["actor"]), (&"spoor".into(), &bravo.at(&format!("/{path}")).into()));
    let page = shown_at(&bravo, &alpha, "Before anyone listened").await;
    assert!(page.contains("Learns on the tracks."), "the lab's own words are shown");

    hear_it_soon(&alpha, &bravo).await;
    correct_and_withdraw(&alpha, &bravo).await;
    describe_anew(&alpha, &bravo).await;
    part(&alpha, &bravo, handle).await;
}

async fn hear_it_soon(alpha: &Server, bravo: &Server) {
    let begun = Instant::now();
    let share = alpha.publish("spoor", "Heard at once", "A short one.", &[]).await;
    let committed = begun.elapsed();
    shown_at(bravo, alpha, "Heard at once").await;
    let visible = begun.elapsed();
    println!("published within {committed:?}, and shown at the other instance {:?} later", visible.saturating_sub(committed));
    assert!(visible < Duration::from_secs(3), "it took {visible:?} from the command to the other instance's page");
    wait_for("a delivery that is settled", 5, async || {
        let rows = deliveries_of(alpha, &share).await;
        let [row] = rows.as_slice() else { return None };
        assert_eq!((&row["inbox"], &row["last_error"]), (&bravo.at("/inbox").into(), &Value::Null));
        (row["state"] == "delivered" && row["attempts"] == 1).then_some(())
    })
    .await;
}

async fn correct_and_withdraw(alpha: &Server, bravo: &Server) {
    let share = alpha.publish("spoor", "Twelve beds", LONG, &["--outcome", "worked"]).await;
    let path = page_of(bravo, alpha, "Twelve beds").await;
    assert!(bravo.page(&path).await.contains("<strong>market</strong>"));
    alpha.run(&["share", "revise", &share, "--title", "Thirteen beds"]).await;
    let page = shown_at(bravo, alpha, "Thirteen beds").await;
    assert!(!page.contains("Twelve beds"));
    assert!(bravo.page(&path).await.contains("Thirteen beds"), "the page here stays at its address");

    alpha.run(&["share", "withdraw", &share]).await;
    wait_for("a withdrawn share that is gone elsewhere", 15, async || {
        (!known_page(bravo, alpha).await.contains("Thirteen beds")).then_some(())
    })
    .await;
    assert_eq!(alpha.document(&share).await.0, 410);
    assert_ne!(bravo.document(&path).await.0, 200);
}

async fn describe_anew(alpha: &Server, bravo: &Server) {
    alpha.run(&["lab", "describe", "spoor", "--name", "Spoor Noord", "--summary", "Learns beside the tracks now."]).await;
    let page = shown_at(bravo, alpha, "Learns beside the tracks now.").await;
    assert!(page.contains("Spoor Noord"));
}

async fn part(alpha: &Server, bravo: &Server, handle: &str) {
    bravo.run(&["unfollow", &alpha.address("spoor"), "--as", handle]).await;
    wait_for("a follower who left", 15, async || alpha.list(&["follower", "list"]).await.is_empty().then_some(())).await;
    let share = alpha.publish("spoor", "Nobody listens", LONG, &[]).await;
    alpha.wait_until_idle().await;
    assert_eq!(deliveries_of(alpha, &share).await, Vec::<Value>::new());
    assert!(!known_page(bravo, alpha).await.contains("Nobody listens"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_three_voices_of_a_lab_are_heard_on_postgres() {
    let (alpha, bravo) = two_islands(Engine::Sqlite, Engine::Postgres).await;
    add_noor(&bravo).await;
    alpha.run(&["member", "add", "sam", "--name", "Sam Proef", "--lab", "spoor"]).await;
    bravo.run(&["follow", &alpha.address("spoor"), "--as", "noor"]).await;
    let voices =
        [("lab", "The lab itself", "spoor"), ("organisation", "The ministry", "organisation"), ("sam", "A member", "sam")];
    for (voice, title, _) in voices {
        alpha.publish("spoor", title, LONG, &["--voice", voice]).await;
    }
    for (voice, title, _) in voices {
        let path = page_of(&bravo, &alpha, title).await;
        let page = bravo.page(&path).await;
        assert!(page.contains("<strong>market</strong>") && page.contains(&format!("/labs/spoor@{}", alpha.host())), "{voice}");
        assert_eq!(page.contains("Sam Proef"), voice == "sam", "{voice}");
    }
    let page = known_page(&bravo, &alpha).await;
    for (_, title, _) in voices {
        assert_eq!(page.matches(title).count(), 1, "{title} is shown once, however often it was announced");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_written_on_postgres_appears_where_the_share_is() {
    let (alpha, bravo) = two_islands(Engine::Sqlite, Engine::Postgres).await;
    let noor = Visitor::join(&bravo, "noor", "Noor Voorbeeld").await;
    noor.send("/follow", "/follow", &[("address", &alpha.address("spoor"))]).await;
    let share = alpha.publish("spoor", "What did you see?", LONG, &[]).await;
    let path = page_of(&bravo, &alpha, "What did you see?").await;
    noor.send(&path, &format!("{path}/reply"), &[("body", "The same, **and** a heron.")]).await;

    let page = wait_for("the reply on the share's own page", 15, async || {
        let page = alpha.page(&share).await;
        page.contains("a heron.").then_some(page)
    })
    .await;
    assert!(page.contains("<strong>and</strong> a heron") && page.contains("Noor Voorbeeld"), "{page}");
    assert!(page.contains("1 reply") && page.contains(&format!("@noor@{}", bravo.host())));
    assert_eq!(alpha.list(&["share", "list"]).await[0]["replies"], 1);
    assert!(bravo.page(&path).await.contains("a heron."), "the reply stands here too");
    let link =
        between(&page, "<section class=\"narrow replies\"", "</section>").and_then(|replies| between(replies, "href=\"", "\""));
    assert_eq!(link, Some(bravo.at("/people/noor").as_str()), "the author can be found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_is_led_home_to_follow_from_postgres() {
    let (alpha, bravo) = two_islands(Engine::Sqlite, Engine::Postgres).await;
    let noor = Visitor::join(&bravo, "noor", "Noor Voorbeeld").await;
    let stranger = Visitor::stranger(&alpha);
    let screen = stranger.send("/labs/spoor/follow", "/labs/spoor/follow", &[("address", &bravo.address("noor"))]).await;
    assert!(screen.starts_with(&bravo.at("/authorize_interaction?uri=")), "{screen}");
    let known = format!("/labs/spoor@{}", alpha.host());
    assert_eq!(noor.send(&screen, &format!("{known}/follow"), &[]).await, known);
    wait_for("a follow that is answered", 15, async || noor.page(&known).await.contains("You follow this lab.").then_some(()))
        .await;
    assert_eq!(alpha.list(&["follower", "list"]).await[0]["actor"], bravo.at("/people/noor"));
    noor.send(&known, &format!("{known}/unfollow"), &[]).await;
    wait_for("a follower who left", 15, async || alpha.list(&["follower", "list"]).await.is_empty().then_some(())).await;
}
