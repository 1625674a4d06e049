//! snac2, a small real server: it follows a lab, shows what the lab shares, answers it, and leaves; and is followed from here.

use tempfile::TempDir;

use crate::support::{
    Engine, Server,
    patience::wait_for,
    program::{self, Program},
    server,
};

const TEXT: &str = "## What we tried\n\nWe moved the counter into the **market**, and people came.\n";

/// snac's server with its one user, `sanne`.
struct Snac {
    program: Program,
    folder: TempDir,
}

impl Snac {
    async fn start() -> Self {
        program::require_program("snac");
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("snac").display().to_string();
        let program = Program::start("snac.sh", &["start", &path, &server::find_port().to_string()]).await;
        Self { program, folder }
    }

    fn sanne(&self) -> &str {
        &self.program.said
    }

    fn address(&self) -> String {
        let (origin, name) = self.program.said.trim_start_matches("http://").split_once('/').expect("a URL");
        format!("@{name}@{origin}")
    }

    /// Runs a verb of `snac.sh`; what it printed.
    async fn run(&self, verb: &str, words: &[&str]) -> String {
        let mut command = program::command("snac.sh");
        let output = command.arg(verb).arg(self.folder.path().join("snac")).args(words).output().await.expect("snac.sh");
        assert!(output.status.success(), "{verb} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// It works through its queues every few seconds.
const PATIENCE: u64 = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snac_follows_a_lab_shows_its_share_and_answers_it() {
    let (alpha, snac) = tokio::join!(Server::start(Engine::Sqlite, "Ministry of Alpha"), Snac::start());
    alpha.run(&["lab", "add", "spoor", "--name", "Spoor"]).await;
    alpha.run(&["member", "add", "noor", "--name", "Noor Voorbeeld"]).await;
    snac.run("follow", &[&alpha.address("spoor")]).await;
    wait_for("a follower", PATIENCE, async || {
        let followers = alpha.list(&["follower", "list", "--lab", "spoor"]).await;
        followers.iter().any(|row| row["actor"] == snac.sanne()).then_some(())
    })
    .await;
    wait_for("snac to see the answer", PATIENCE, async || {
        snac.run("following", &[]).await.contains(&alpha.at("/labs/spoor")).then_some(())
    })
    .await;
    let share = alpha.publish("spoor", "A counter in the market", TEXT, &[]).await;
    wait_for("the share in snac's timeline", PATIENCE, async || {
        let timeline = snac.run("timeline", &[]).await;
        (timeline.contains("A counter in the market") && timeline.contains("<strong>market</strong>")).then_some(())
    })
    .await;
    answer(&alpha, &snac, &share).await;
    be_followed(&alpha, &snac).await;
    snac.run("unfollow", &[&alpha.at("/labs/spoor")]).await;
    wait_for("a follower who left", PATIENCE, async || alpha.list(&["follower", "list"]).await.is_empty().then_some(())).await;
}

async fn answer(alpha: &Server, snac: &Snac, share: &str) {
    snac.run("reply", &[share, "We saw herons there."]).await;
    snac.run("like", &[share]).await;
    snac.run("boost", &[share]).await;
    let page = wait_for("a reply, a like and a boost", PATIENCE, async || {
        let page = alpha.page(share).await;
        let all = ["We saw herons there.", "1 reply", "1 like", "1 boost"].iter().all(|text| page.contains(text));
        all.then_some(page)
    })
    .await;
    assert!(page.contains(&snac.address()), "{page}");
    snac.run("unlike", &[share]).await;
    snac.run("unboost", &[share]).await;
    wait_for("no like and no boost", PATIENCE, async || {
        let shares = alpha.list(&["share", "list"]).await;
        (shares[0]["likes"] == 0 && shares[0]["boosts"] == 0 && shares[0]["replies"] == 1).then_some(())
    })
    .await;
}

async fn be_followed(alpha: &Server, snac: &Snac) {
    alpha.run(&["follow", &snac.address(), "--as", "noor"]).await;
    wait_for("a follower at snac", PATIENCE, async || {
        snac.run("followers", &[]).await.contains(&alpha.at("/people/noor")).then_some(())
    })
    .await;
    snac.run("note", &["A day at the shore."]).await;
    let page = format!("/labs/{}", snac.address().trim_start_matches('@'));
    wait_for("snac's note on our page", PATIENCE, async || alpha.page(&page).await.contains("A day at the shore.").then_some(()))
        .await;
}
