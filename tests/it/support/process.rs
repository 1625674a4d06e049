//! More processes of one installation than its one server, and what the system does to processes: end them, stop them, let them go on.

use std::{
    fs::File,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    process::{Child, ChildStdin, Command},
    time::timeout,
};

use super::{
    Server,
    patience::wait_for,
    server::{find_port, outside},
};

/// A process of ours; killed when this is dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub listen: String,
    // Whoever serves ends when this closes, so that a test that is ended leaves nobody behind.
    _stdin: Option<ChildStdin>,
}

impl Server {
    /// A worker beside the server, or instead of it.
    pub fn worker(&self) -> Process {
        self.spawn(&["work"], &[])
    }

    /// Another server of this installation, on a port of its own, with these variables in its environment.
    pub async fn serve_beside(&self, environment: &[(&'static str, String)]) -> Process {
        let listen = format!("127.0.0.1:{}", find_port());
        let environment = [environment, &[("ARCHIPEL_LISTEN", listen.clone())]].concat();
        let mut process = self.spawn(&["serve", "--while-stdin-is-open"], &environment);
        process.listen = listen;
        process.answers().await;
        process
    }

    /// A process that runs this command.
    pub fn spawn(&self, arguments: &[&str], environment: &[(&'static str, String)]) -> Process {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log");
        let mut command = self.command(arguments);
        let variables = environment.iter().map(|(name, value)| (name, value));
        command.envs(variables).stdin(Stdio::piped()).stdout(log.try_clone().expect("a log")).stderr(log);
        let mut child = command.spawn().expect("the process starts");
        let stdin = child.stdin.take();
        Process { child, listen: String::new(), _stdin: stdin }
    }
}

impl Process {
    /// Waits until it answers.
    pub async fn answers(&mut self) {
        let (client, url) = (outside(), format!("http://{}/health/ready", self.listen));
        wait_for("a server that answers", 60, async || {
            assert!(!self.has_ended(), "archipel serve ended");
            client.get(&url).send().await.ok()?.status().is_success().then_some(())
        })
        .await;
    }

    /// Sends it a signal.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("a running process").to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().await.expect("kill").success());
    }

    /// Ends it at once, in the middle of everything.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the process ends");
    }

    /// Ends it as systemd does, and waits.
    pub async fn stop(self) {
        self.signal("TERM").await;
        assert!(self.wait().await.success(), "it did not end well");
    }

    /// Waits for its end.
    pub async fn wait(mut self) -> ExitStatus {
        timeout(Duration::from_secs(40), self.child.wait()).await.expect("it ends in time").expect("it ends")
    }

    /// Whether it is over.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a process of ours").is_some()
    }
}
