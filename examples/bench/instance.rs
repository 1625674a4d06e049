//! The instance that is measured: the real program in a process of its own, with a data folder that goes when it does.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use archipel::{
    config::{Clock, Settings},
    domain::actor::{Actor, ActorKind},
    federation::{Federation, key},
    storage::{Failed, Store, activity, actor, share::list_newest},
    usecases::KeyPair,
};
use url::Url;

use super::{Measured, pause, stage};

/// The program under measurement, and the library's view of the same database.
pub struct Instance {
    folder: PathBuf,
    address: String,
    database: Option<String>,
    federation: Federation,
    process: Option<Child>,
}

impl Instance {
    /// Founds an instance with one lab, on SQLite or in an empty PostgreSQL database where one is given, and starts it.
    pub fn found_on(database: Option<String>) -> Measured<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("archipel-bench-{}-{number}", std::process::id()));
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let settings = Settings::read(|name| setting(name, &folder.display().to_string(), &address, database.as_deref()))?;
        let federation = Federation::open(&settings, Store::open(&settings)?, Clock::System)?;
        stage::open_lab(&federation, &key::generate()?, "bench")?;
        let mut instance = Self { folder, address, database, federation, process: None };
        instance.start()?;
        Ok(instance)
    }

    /// Starts the program; how long its first answer took.
    pub fn start(&mut self) -> Measured<Duration> {
        let program = std::env::current_exe()?.with_file_name("../archipel");
        let mut command = Command::new(program);
        let folder = self.folder.display().to_string();
        for name in ["URL", "LISTEN", "DATA_DIR", "DATABASE_URL", "ORGANISATION_NAME", "DEVELOPMENT", "LOG"] {
            let name = format!("ARCHIPEL_{name}");
            if let Some(value) = setting(&name, &folder, &self.address, self.database.as_deref()) {
                command.env(&name, value);
            }
        }
        let begun = Instant::now();
        // Its input closes with this process, however that ends; so it is never left behind.
        command.args(["serve", "--while-stdin-is-open"]).stdin(Stdio::piped()).stdout(Stdio::null());
        self.process = Some(command.spawn()?);
        while self.get("/health/ready").is_err() {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err("the instance did not answer within 20 s".into());
            }
            pause(Duration::from_millis(2));
        }
        Ok(begun.elapsed())
    }

    /// Stops the program and waits for its end.
    pub fn stop(&mut self) -> Measured<()> {
        if let Some(mut process) = self.process.take() {
            Command::new("kill").arg(process.id().to_string()).status()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Asks for a page; an error unless it answers 200.
    pub fn get(&self, path: &str) -> Measured<()> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(format!("{path} did not answer 200").into()) }
    }

    /// The same; how many milliseconds the whole answer took.
    pub fn time(&self, path: &str) -> Measured<f64> {
        let begun = Instant::now();
        self.get(path)?;
        Ok(begun.elapsed().as_secs_f64() * 1_000.0)
    }

    /// Keeps an actor for each of these inboxes: known, with a key, and following nobody.
    pub fn meet(&self, keys: &KeyPair, inboxes: &[String]) -> Measured<()> {
        let bench = self.federation.store.read_now(|tx| actor::find_local(tx, "bench"))?.ok_or("no lab")?;
        self.federation
            .store
            .write_now(|tx| inboxes.iter().try_for_each(|inbox| actor::save(tx, &follower(&bench, inbox, keys)?).map(|_| ())))?;
        Ok(())
    }

    /// The newest shares of the lab, by their ids on the wire.
    pub fn shares(&self, most: i64) -> Measured<Vec<String>> {
        let newest = self.federation.store.read_now(|tx| list_newest(tx, true, most))?;
        Ok(newest.into_iter().map(|share| share.uri.to_string()).collect())
    }

    /// How many of these activities were committed as received.
    pub fn count_received<'a>(&self, ids: impl Iterator<Item = &'a String>) -> Measured<usize> {
        let mut count = 0;
        self.federation.store.read_now(|tx| {
            for id in ids {
                count += usize::from(activity::find_received(tx, id)?.is_some());
            }
            Ok::<_, Failed>(())
        })?;
        Ok(count)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The library's view of the same database.
    pub const fn federation(&self) -> &Federation {
        &self.federation
    }

    /// The process that runs.
    pub fn pid(&self) -> Measured<u32> {
        Ok(self.process.as_ref().ok_or("the instance does not run")?.id())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            println!("the instance could not be stopped: {error}");
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            println!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

fn setting(name: &str, folder: &str, address: &str, database: Option<&str>) -> Option<String> {
    match name {
        "ARCHIPEL_DATABASE_URL" => database.map(str::to_owned),
        "ARCHIPEL_URL" => Some(format!("http://{address}")),
        "ARCHIPEL_LISTEN" => Some(address.to_owned()),
        "ARCHIPEL_DATA_DIR" => Some(folder.to_owned()),
        "ARCHIPEL_ORGANISATION_NAME" => Some("Measuring Office".to_owned()),
        "ARCHIPEL_DEVELOPMENT" => Some("true".to_owned()),
        "ARCHIPEL_LOG" => Some("warn".to_owned()),
        _ => None,
    }
}

fn follower(like: &Actor, inbox: &str, keys: &KeyPair) -> Result<Actor, Failed> {
    let url = |text: &str| Url::parse(text).map_err(Failed::because("build a follower"));
    let uri = url(inbox.trim_end_matches("/inbox"))?;
    Ok(Actor {
        kind: ActorKind::Member,
        local: false,
        handle: uri.path().replace('/', "_"),
        host: archipel::domain::peer::canonical_host(&uri),
        page: uri.clone(),
        inbox: url(inbox)?,
        shared_inbox: None,
        outbox: None,
        key_uri: format!("{uri}#main-key"),
        public_key: keys.public.clone(),
        uri,
        ..like.clone()
    })
}
