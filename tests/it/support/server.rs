//! A real `archipel serve`: a process, a port, a data folder and a database of its own, all gone with the test.
//! It is used as administrators and visitors use it; what it logs is shown when the test fails.

use std::{
    fs::File,
    net::TcpListener,
    path::PathBuf,
    process::{Output, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use archipel::{
    config::{Clock, Settings},
    federation::Federation,
    storage::{Store, queue},
};
use reqwest::{Client, Response, header, redirect::Policy};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
};

use super::{Engine, patience::wait_for, postgres, store};

/// An installation with its server, where that was started.
pub struct Server {
    settings: Vec<(&'static str, String)>,
    origin: String,
    client: Client,
    serving: Option<Child>,
    folder: TempDir,
    database: Option<postgres::Database>,
}

impl Server {
    /// An installation of this organisation that nobody serves yet; commands found it.
    pub fn prepare(engine: Engine, organisation: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let database = (engine == Engine::Postgres).then(postgres::Database::create_empty);
        let listen = format!("127.0.0.1:{}", find_port());
        let origin = format!("http://{listen}");
        let mut settings = vec![
            ("ARCHIPEL_URL", origin.clone()),
            ("ARCHIPEL_LISTEN", listen),
            ("ARCHIPEL_DATA_DIR", folder.path().join("data").display().to_string()),
            ("ARCHIPEL_ORGANISATION_NAME", organisation.to_owned()),
            ("ARCHIPEL_LANGUAGE", "en".to_owned()),
            ("ARCHIPEL_DEVELOPMENT", "true".to_owned()),
        ];
        settings.extend(database.as_ref().map(|database| ("ARCHIPEL_DATABASE_URL", database.url())));
        Self { settings, origin, client: outside(), serving: None, folder, database }
    }

    /// The same, known to the world under the address of what stands before it.
    pub fn behind(mut self, origin: &str) -> Self {
        self.settings.retain(|(name, _)| *name != "ARCHIPEL_URL");
        self.settings.push(("ARCHIPEL_URL", origin.to_owned()));
        origin.clone_into(&mut self.origin);
        self
    }

    /// Another process of the same instance, as on another machine: the same database, and a data folder of its own.
    pub fn beside(&self) -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut settings = self.settings.clone();
        settings.retain(|(name, _)| *name != "ARCHIPEL_DATA_DIR");
        settings.push(("ARCHIPEL_DATA_DIR", folder.path().join("data").display().to_string()));
        Self { settings, origin: self.origin.clone(), client: outside(), serving: None, folder, database: None }
    }

    /// An installation of this organisation that answers.
    pub async fn start(engine: Engine, organisation: &str) -> Self {
        let mut server = Self::prepare(engine, organisation);
        server.serve().await;
        server
    }

    /// Serves, until it answers.
    pub async fn serve(&mut self) {
        self.begin(&["serve", "--while-stdin-is-open"]);
        wait_for("a server that answers", 60, async || {
            let ended = self.serving.as_mut().and_then(|child| child.try_wait().ok().flatten());
            assert!(ended.is_none(), "archipel serve ended with {ended:?}");
            let answer = self.client.get(self.at("/health/ready")).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Works the queue, and nothing else.
    pub fn work(&mut self) {
        self.begin(&["work"]);
    }

    fn begin(&mut self, arguments: &[&str]) {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log");
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(log.try_clone().expect("a log")).stderr(log);
        self.serving = Some(command.spawn().expect("archipel starts"));
    }

    /// Sends its process a signal.
    pub async fn signal(&self, name: &str) {
        let id = self.process().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().await.expect("kill").success());
    }

    /// Ends it as the kernel does when there is no memory left: at once, in the middle of everything.
    pub async fn kill(&mut self) {
        self.serving.take().expect("a server").kill().await.expect("the server ends");
    }

    /// Ends it as systemd does, and waits.
    pub async fn stop(&mut self) {
        let mut child = self.serving.take().expect("a server");
        let id = child.id().expect("a running server").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.expect("kill").success());
        let ended = tokio::time::timeout(Duration::from_secs(40), child.wait()).await.expect("it stops in time");
        assert!(ended.expect("it ends").success());
    }

    /// Where it listens, whatever stands before it.
    pub fn listen(&self) -> &str {
        let listen = self.settings.iter().find(|(name, _)| *name == "ARCHIPEL_LISTEN");
        listen.map(|(_, address)| address.as_str()).expect("an address")
    }

    /// The scheme, address and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host, as it stands in addresses.
    pub fn host(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// `@handle@host`.
    pub fn address(&self, handle: &str) -> String {
        format!("@{handle}@{}", self.host())
    }

    /// A URL here.
    pub fn at(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.origin) }
    }

    /// What the server wrote down so far.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Runs a command, which must succeed; what it printed.
    pub async fn run(&self, arguments: &[&str]) -> String {
        self.run_with_input(arguments, "").await
    }

    /// The same for a command that reads its standard input.
    pub async fn run_with_input(&self, arguments: &[&str], input: &str) -> String {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut stdin = child.stdin.take().expect("standard input");
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = child.wait_with_output().await.expect("the command ends");
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// What a command lists.
    pub async fn list(&self, arguments: &[&str]) -> Vec<Value> {
        let listed = self.run(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&listed).expect("an array of objects")
    }

    /// Publishes a text; the new address. `options` are those of the command line.
    pub async fn publish(&self, lab: &str, title: &str, text: &str, options: &[&str]) -> String {
        let share = ["share", "publish", "--lab", lab, "--title", title, "--kind", "story", "--language", "en", "--file", "-"];
        self.run_with_input(&[&share, options].concat(), text).await
    }

    /// A page that must be there, as text.
    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path, "text/html").await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("a page")
    }

    /// The status of an ActivityPub document, and the document.
    pub async fn document(&self, path: &str) -> (u16, Value) {
        let answer = self.get(path, "application/activity+json").await;
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.expect("a document")).unwrap_or_default())
    }

    /// The library on this installation's database, beside the server or instead of it.
    pub fn open(&self) -> Federation {
        let lookup = |name: &str| self.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        let settings = Settings::read(lookup).expect("settings");
        let store = Store::open(&settings).expect("the store opens");
        Federation::open(&settings, store, Clock::System).expect("the instance opens")
    }

    /// Waits until every change so far was reacted to: what had to be said about it is on its way.
    pub async fn wait_until_idle(&self) {
        let store = self.open().store;
        wait_for("changes that are reacted to", 15, async || {
            (store.read_now(queue::count).expect("a count") == (0, 0)).then_some(())
        })
        .await;
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.serving.as_ref().and_then(Child::id).expect("a server that runs")
    }

    /// Where it keeps its files.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The same with one more setting, or variable of its environment.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    /// Every row of every table, past the store: what kind of thing, and all of it.
    pub fn everything(&self) -> Vec<(String, String)> {
        match &self.database {
            Some(database) => store::everything_in_postgres(&mut database.connect()),
            None => store::everything_in_sqlite(&self.folder.path().join("data/archipel.sqlite")),
        }
    }

    /// What a query past the store counts, under the name `number`.
    pub fn number(&self, query: &str) -> i64 {
        self.database.as_ref().expect("an instance on PostgreSQL").number(query)
    }

    /// Whoever asks from outside.
    pub const fn client(&self) -> &Client {
        &self.client
    }

    async fn get(&self, path: &str, accept: &str) -> Response {
        let request = self.client.get(self.at(path)).header(header::ACCEPT, accept);
        request.send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// One of the settings it was given.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Nothing of the environment of this test reaches the program.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_archipel"));
        let settings = self.settings.iter().map(|(name, value)| (name, value));
        command.args(arguments).env_clear().envs(settings).current_dir(self.folder.path()).kill_on_drop(true);
        command
    }

    /// The file that it writes down in what happens.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Server {
    #[expect(clippy::print_stderr, reason = "what a server said is the first thing to read when a test fails")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.logged();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("--- {} said last:\n{}", self.origin, lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

/// Follows no redirect, keeps no cookie, and knows no proxy.
#[expect(clippy::disallowed_methods, reason = "a visitor's connections are not ours to guard")]
pub fn outside() -> Client {
    let builder = Client::builder().redirect(Policy::none()).no_proxy().timeout(Duration::from_secs(15));
    builder.build().expect("a client")
}

/// A port that stays free while a server is down: none that the system gives to connections that go out.
pub fn find_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begun = Instant::now();
    let first = u16::try_from(std::process::id() * 13 % 20_000).expect("a small number");
    while begun.elapsed() < Duration::from_secs(5) {
        let port = 10_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
