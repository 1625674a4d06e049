//! `archipel demo`: it shows what it promises, and leaves no process, no port and no folder behind, however it ends.

use std::{fs, net::TcpListener, path::Path, process::Stdio, time::Duration};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::support::{patience::wait_for, server};

/// How many the demo shows, each on a port of its own.
const ORGANISATIONS: u16 = 5;

fn demo(folder: &Path, port: u16, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archipel"));
    command.args(["demo", "--port", &port.to_string()]).args(options).env_clear().env("TMPDIR", folder).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_shows_five_organisations_with_one_directory_and_leaves_nothing_behind() {
    let (folder, port) = (TempDir::new().unwrap(), server::find_port());
    let running = demo(folder.path(), port, &["--once"]).output();
    let output = timeout(Duration::from_secs(90), running).await.expect("a demo that ends").unwrap();
    let (shown, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    for organisation in 0..ORGANISATIONS {
        assert!(shown.contains(&format!("http://127.0.0.1:{}", port + organisation)), "{shown}");
    }
    assert!(shown.contains("@wandelend_loket@127.0.0.1:") && !shown.contains("Not everything arrived"), "{shown}");
    require_nothing_left(folder.path(), port);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_while_the_demo_begins_leaves_nothing_behind() {
    let (folder, port) = (TempDir::new().unwrap(), server::find_port());
    let mut running = demo(folder.path(), port, &[]).spawn().unwrap();
    wait_for("a server of the demo", 60, async || (!processes_of(folder.path()).is_empty()).then_some(())).await;
    interrupt(&mut running).await;
    require_nothing_left(folder.path(), port);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_demo_finds_what_others_have_and_ctrl_c_leaves_nothing_behind() {
    let (folder, port) = (TempDir::new().unwrap(), server::find_port());
    let mut running = demo(folder.path(), port, &[]).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let shown = timeout(Duration::from_secs(90), read_until_the_end(&mut lines)).await.expect("a demo that is ready");
    assert!(shown.contains(&format!("http://127.0.0.1:{port}")), "{shown}");
    for (path, found) in [
        ("/labs?state=ended", "Lab Laatste Bus"),
        ("/labs?organisation_kind=knowledge_institution", "Waiting Room"),
        ("/themes/ai", "Second Look"),
        ("/search?q=loketten", "<mark>loket</mark> gaat lopen"),
    ] {
        wait_for(&format!("{found} at {path}"), 20, async || {
            let answer = server::outside().get(format!("http://127.0.0.1:{port}{path}")).send().await.unwrap();
            answer.text().await.unwrap().contains(found).then_some(())
        })
        .await;
    }
    assert_eq!(processes_of(folder.path()).len(), usize::from(ORGANISATIONS));
    interrupt(&mut running).await;
    require_nothing_left(folder.path(), port);
}

async fn read_until_the_end(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let mut shown = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        shown.push_str(&line);
        shown.push('\n');
        if line.contains("Ctrl-C") {
            break;
        }
    }
    shown
}

async fn interrupt(running: &mut Child) {
    let id = running.id().expect("a running demo").to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    let ended = timeout(Duration::from_secs(30), running.wait()).await.expect("a demo that stops").unwrap();
    assert!(ended.success(), "{ended}");
}

fn require_nothing_left(folder: &Path, port: u16) {
    assert_eq!(processes_of(folder), Vec::<String>::new());
    let left: Vec<_> = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "{left:?}");
    for organisation in 0..ORGANISATIONS {
        assert!(TcpListener::bind(("127.0.0.1", port + organisation)).is_ok(), "port {} is still held", port + organisation);
    }
}

/// The servers that work in this folder; the demo tells each where its settings are.
fn processes_of(folder: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ours = processes.filter(|process| {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        let settings = format!("ARCHIPEL_CONFIG={}", folder.display());
        environment.windows(settings.len()).any(|window| window == settings.as_bytes())
    });
    ours.map(|process| process.file_name().to_string_lossy().into_owned()).collect()
}
