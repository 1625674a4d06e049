//! The program as an administrator meets it: the real binary, a real data folder, both engines.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use archipel::config::Database;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{TestStore, on_both_engines, patience::wait_for, store};

on_both_engines! {
    fn labs_members_and_shares_are_listed_for_people_and_machines(engine) {
        let store = store(engine);
        assert_eq!(say(&store, &["lab", "add", "wind", "--name", "Lab Wind"]), "https://alpha.example/labs/wind\n");
        say(&store, &["member", "add", "noor", "--name", "Noor Voorbeeld", "--lab", "wind", "--role", "editor"]);
        let url = publish(&store, "Eerste metingen");

        let labs = list(&store, &["lab", "list"]);
        assert_eq!(labs[0]["address"], "@wind@alpha.example");
        assert_eq!((&labs[0]["shares"], &labs[0]["followers"]), (&1.into(), &0.into()));
        let members = list(&store, &["member", "list"]);
        assert_eq!((&members[0]["handle"], &members[0]["administrator"]), (&"noor".into(), &true.into()));
        assert_eq!(members[0]["roles"], serde_json::json!([{ "lab": "wind", "role": "editor" }]));
        let shares = list(&store, &["share", "list", "--lab", "wind"]);
        assert_eq!((&shares[0]["url"], &shares[0]["title"]), (&url.as_str().into(), &"Eerste metingen".into()));
        assert_eq!(list(&store, &["follower", "list"]), Value::Array(vec![]));
        assert_eq!(list(&store, &["delivery", "list"]), Value::Array(vec![]));
        assert_eq!(list(&store, &["reading", "list", "--kind", "outbox"]), Value::Array(vec![]));
        assert_eq!(list(&store, &["reading", "stats"])["kinds"]["actor"], serde_json::json!({"readings": 0, "failing": 0}));
        assert!(say(&store, &["share", "list"]).lines().nth(1).is_some_and(|line| line.ends_with("Eerste metingen")));
    }

    fn a_share_is_revised_and_withdrawn_at_its_own_address(engine) {
        let store = store(engine);
        say(&store, &["lab", "add", "wind", "--name", "Lab Wind"]);
        let url = publish(&store, "Eerste metingen");
        assert_eq!(say(&store, &["share", "revise", &url, "--title", "Tweede metingen"]).trim(), url);
        assert_eq!(list(&store, &["share", "list"])[0]["title"], "Tweede metingen");
        say(&store, &["share", "withdraw", &url]);
        assert_eq!(list(&store, &["share", "list"]), Value::Array(vec![]));
        refuse(&store, &["share", "withdraw", &url]);
    }

    fn what_cannot_be_done_is_one_sentence_and_changes_nothing(engine) {
        let store = store(engine);
        say(&store, &["lab", "add", "wind", "--name", "Lab Wind"]);
        let text = file(&store, "text.md", b"# Kop\n\nTekst");
        let picture = file(&store, "picture.md", b"\x89PNG\r\n\x1a\n\x00\x00");
        let long = "x".repeat(201);
        let share = |lab: &str, kind: &str, title: &str, file: &str| {
            ["share", "publish", "--lab", lab, "--kind", kind, "--title", title, "--file", file].map(str::to_owned).to_vec()
        };
        let before = everything(&store);
        let no_text = refuse(&store, &strings(&share("wind", "story", "Titel", &picture)));
        assert!(no_text.contains("picture.md"), "{no_text}");
        assert!(refuse(&store, &strings(&share("wind", "story", &long, &text))).contains("200"));
        assert!(refuse(&store, &strings(&share("storm", "story", "Titel", &text))).contains("lab"));
        assert!(refuse(&store, &strings(&share("wind", "tale", "Titel", &text))).contains("tale"));
        refuse(&store, &strings(&share("wind", "story", "Titel", "/nowhere.md")));
        refuse(&store, &["lab", "add", "wind", "--name", "Another"]);
        refuse(&store, &["lab", "add", "No Handle", "--name", "Another"]);
        refuse(&store, &["member", "add", "wind", "--name", "A person"]);
        refuse(&store, &["member", "add", "noor", "--name", "Noor Voorbeeld", "--lab", "storm"]);
        refuse(&store, &["member", "password", "nobody"]);
        refuse(&store, &["follow", "no address", "--as", "wind"]);
        refuse(&store, &["delivery", "list", "--state", "lost"]);
        assert!(refuse(&store, &["reading", "list", "--kind", "dream"]).contains("dream"));
        refuse(&store, &["share", "withdraw", "https://alpha.example/shares/aaaaaaaaaa"]);
        refuse(&store, &["share", "revise", "https://bravo.example/shares/aaaaaaaaaa", "--title", "Titel"]);
        assert_eq!(everything(&store), before);
    }

    async fn a_worker_alone_does_what_a_command_left_to_do_and_hears_the_next_one(engine) {
        let store = store(engine);
        say(&store, &["lab", "add", "wind", "--name", "Lab Wind"]);
        publish(&store, "Eerste metingen");
        assert_eq!(count_changes(&store), 2, "a lab and a share");
        let mut worker = Running::start(program(&store).arg("work"), "https://alpha.example");
        wait_for("the worker to do what waited", 20, async || (count_changes(&store) == 0).then_some(())).await;
        publish(&store, "Tweede metingen");
        // By itself it looks every five seconds; it is rung.
        wait_for("the worker to hear the next one", 4, async || (count_changes(&store) == 0).then_some(())).await;
        worker.terminate();
    }

    fn a_password_is_read_from_standard_input_or_made_and_shown_once(engine) {
        let store = store(engine);
        let made = say(&store, &["member", "add", "noor", "--name", "Noor Voorbeeld"]);
        assert_eq!(made.lines().nth(1).map(str::len), Some(19), "{made}");
        let given = run_with_input(&store, &["member", "add", "sam", "--name", "Sam Proef", "--password-stdin"], "eb en vloed\n");
        assert_eq!(String::from_utf8_lossy(&given.stdout), "https://alpha.example/people/sam\n");
        let short = run_with_input(&store, &["member", "password", "sam", "--password-stdin"], "eb\n");
        assert_eq!(short.status.code(), Some(2));
    }
}

#[test]
fn the_settings_in_force_are_shown_without_secrets() {
    let folder = TempDir::new().unwrap();
    let output = command(folder.path())
        .args(["config"])
        .env("ARCHIPEL_URL", "https://alpha.example")
        .env("ARCHIPEL_ORGANISATION_NAME", "Ministerie van Voorbeelden")
        .env("ARCHIPEL_DATABASE_URL", "postgres://archipel:geheim@db.example/archipel")
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("db.example") && !shown.contains("geheim"), "{shown}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it makes nothing");
}

#[test]
fn a_setting_that_cannot_be_used_is_named_with_the_fix() {
    let folder = TempDir::new().unwrap();
    let output = command(folder.path()).args(["serve"]).env("ARCHIPEL_URL", "http://alpha.example").output().unwrap();
    let told = require_one_sentence(&output);
    assert!(told.contains("ARCHIPEL_URL") && told.contains("https"), "{told}");
}

#[test]
fn a_second_server_on_one_sqlite_folder_is_refused() {
    let folder = TempDir::new().unwrap();
    let mut first = Running::serve(folder.path(), free_port());
    let second = serving(folder.path(), free_port()).output().unwrap();
    let told = require_one_sentence(&second);
    assert!(told.contains("data"), "{told}");
    first.terminate();
    let mut third = Running::serve(folder.path(), free_port());
    third.terminate();
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = TempDir::new().unwrap();
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let output = serving(folder.path(), port).output().unwrap();
    let told = require_one_sentence(&output);
    assert!(told.contains(&port.to_string()), "{told}");
}

#[test]
fn the_doctor_says_what_to_mend_and_fails() {
    let folder = TempDir::new().unwrap();
    let port = free_port();
    let mut served = Running::serve(folder.path(), port);
    let well = doctor(folder.path(), port);
    assert!(well.status.success(), "{}", String::from_utf8_lossy(&well.stdout));
    served.terminate();
    let ill = doctor(folder.path(), port);
    assert_eq!(ill.status.code(), Some(1));
    let told = String::from_utf8_lossy(&ill.stdout).into_owned();
    assert!(told.lines().any(|line| line.starts_with("fail  outside") && line.contains("archipel serve")), "{told}");
}

fn publish(store: &TestStore, title: &str) -> String {
    let text = file(store, "text.md", b"# Kop\n\nTekst");
    let arguments =
        ["share", "publish", "--lab", "wind", "--kind", "story", "--title", title, "--language", "nl", "--file", &text];
    say(store, &arguments).trim().to_owned()
}

fn say(store: &TestStore, arguments: &[&str]) -> String {
    let output = run_with_input(store, arguments, "");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn list(store: &TestStore, arguments: &[&str]) -> Value {
    serde_json::from_str(&say(store, &[arguments, &["--json"]].concat())).unwrap()
}

fn refuse(store: &TestStore, arguments: &[&str]) -> String {
    require_one_sentence(&run_with_input(store, arguments, ""))
}

fn require_one_sentence(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    let is_key = told.starts_with("refused-") || told.starts_with("cli-");
    assert!(told.trim_end().ends_with('.') && !is_key, "{told}");
    assert!(output.stdout.is_empty(), "{told}");
    told
}

fn run_with_input(store: &TestStore, arguments: &[&str], input: &str) -> Output {
    let mut command = program(store);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that refuses early does not read it, and need not.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// The program, with the settings of this store.
fn program(store: &TestStore) -> Command {
    let mut command = command(store.settings.data_dir.parent().unwrap());
    command
        .env("ARCHIPEL_URL", store.settings.url.as_str())
        .env("ARCHIPEL_ORGANISATION_NAME", &store.settings.organisation_name)
        .env("ARCHIPEL_DATA_DIR", &store.settings.data_dir);
    if let Database::Postgres(url) = &store.settings.database {
        command.env("ARCHIPEL_DATABASE_URL", url);
    }
    command
}

/// Nothing of the environment of this test reaches the program.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archipel"));
    command.env_clear().current_dir(folder);
    command
}

fn everything(store: &TestStore) -> Vec<(String, String)> {
    store.pairs(
        "SELECT uri AS one, name AS other FROM actors UNION ALL SELECT uri, title FROM shares \
         UNION ALL SELECT change, 'change' FROM jobs ORDER BY 1",
    )
}

fn count_changes(store: &TestStore) -> usize {
    store.pairs("SELECT change AS one, 'change' AS other FROM jobs").len()
}

fn file(store: &TestStore, name: &str, content: &[u8]) -> String {
    let path = store.settings.data_dir.join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

fn strings(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn serving(folder: &Path, port: u16) -> Command {
    // The address is for good, whichever port this start listens on.
    let url = folder.join("url");
    let address = std::fs::read_to_string(&url).unwrap_or_else(|_| format!("http://127.0.0.1:{port}"));
    std::fs::write(&url, &address).unwrap();
    let mut command = command(folder);
    command
        .arg("serve")
        .env("ARCHIPEL_URL", address)
        .env("ARCHIPEL_LISTEN", format!("127.0.0.1:{port}"))
        .env("ARCHIPEL_ORGANISATION_NAME", "Ministerie van Voorbeelden")
        .env("ARCHIPEL_DEVELOPMENT", "true")
        .env("ARCHIPEL_DATA_DIR", folder.join("data"))
        .env("ARCHIPEL_LOG", "error");
    command
}

fn doctor(folder: &Path, port: u16) -> Output {
    let mut command = serving(folder, port);
    let environment: Vec<_> = command.get_envs().map(|(name, value)| (name.to_owned(), value.unwrap().to_owned())).collect();
    command = self::command(folder);
    command.arg("doctor").envs(environment).output().unwrap()
}

/// A process that has said that it runs, and does not outlive the test.
struct Running {
    child: Child,
}

impl Running {
    fn start(command: &mut Command, says: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains(says), "{line}");
        Self { child }
    }

    fn serve(folder: &Path, port: u16) -> Self {
        Self::start(&mut serving(folder, port), &port.to_string())
    }

    /// As systemd does it.
    fn terminate(&mut self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        assert!(status.success() && begun.elapsed() < Duration::from_secs(40), "{status}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
