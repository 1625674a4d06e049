//! The instance that is measured: the real program in a process of its own, with a data folder that goes when it does.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use archipel::{
    config::{Chance, Clock, Settings},
    domain::{
        actor::{Actor, ActorKind, Handle},
        lab::{LabProfile, NewLab},
        language::{Language, LanguageTag},
        share::{Draft, Licence, ShareKind, Voice},
    },
    federation::Federation,
    storage::{Failed, Store, actor, delivery, queue},
    usecases::{self, KeyPair, audience, lab, share},
};
use url::Url;

use super::{Measured, pause, sink::Sink};

/// The program under measurement, and the library's view of the same database.
pub struct Instance {
    folder: PathBuf,
    address: String,
    federation: Federation,
    process: Option<Child>,
}

impl Instance {
    /// Founds an instance with one lab, and starts it.
    pub fn found() -> Measured<Self> {
        let folder = std::env::temp_dir().join(format!("archipel-bench-{}", std::process::id()));
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let settings = Settings::read(|name| setting(name, &folder.display().to_string(), &address))?;
        let federation = Federation::open(&settings, Store::open(&settings)?, Clock::System)?;
        let keys = archipel::federation::key::generate()?;
        let profile = LabProfile::parse("Bench", "lab", "Measured, not guessed.")?;
        let new = NewLab { handle: Handle::parse("bench")?, profile };
        federation.store.write_now(|tx| lab::register(tx, Clock::System.now(), &federation.links, &keys, None, new))?;
        let mut instance = Self { folder, address, federation, process: None };
        instance.start()?;
        Ok(instance)
    }

    /// Starts the program; how long its first answer took.
    pub fn start(&mut self) -> Measured<Duration> {
        let program = std::env::current_exe()?.with_file_name("../archipel");
        let mut command = Command::new(program);
        let folder = self.folder.display().to_string();
        for name in ["URL", "LISTEN", "DATA_DIR", "ORGANISATION_NAME", "DEVELOPMENT", "LOG"] {
            let name = format!("ARCHIPEL_{name}");
            command.env(&name, setting(&name, &folder, &self.address).unwrap_or_default());
        }
        let begun = Instant::now();
        self.process = Some(command.arg("serve").stdout(Stdio::null()).spawn()?);
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

    /// Kilobytes of the process that are in memory.
    pub fn resident_kilobytes(&self) -> Measured<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.split_whitespace().next().ok_or("no VmRSS")?.parse()?)
    }

    /// Hundredths of a second of CPU that the process has used.
    pub fn cpu_ticks(&self) -> Measured<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        let fields: Vec<&str> = stat.rsplit_once(") ").ok_or("no stat")?.1.split(' ').collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).ok_or("no stat");
        Ok(ticks(11)? + ticks(12)?)
    }

    /// Lets actors with these inboxes follow the lab.
    pub fn add_followers(&self, keys: &KeyPair, inboxes: &[String]) -> Measured<()> {
        let now = Clock::System.now();
        let bench = self.federation.store.read_now(|tx| actor::find_local(tx, "bench"))?.ok_or("no lab")?;
        self.federation.store.write_now(|tx| {
            for inbox in inboxes {
                let follower = follower(&bench, inbox, keys)?;
                let id = actor::save(tx, &follower)?;
                audience::be_followed(tx, now, id, bench.id, &format!("{}#follow", follower.uri))?;
            }
            Ok::<_, Failed>(())
        })?;
        Ok(())
    }

    /// Waits until every Accept has gone out.
    pub fn work_off(&self, sink: &Sink) -> Measured<()> {
        let begun = Instant::now();
        loop {
            let open = |tx: &mut archipel::storage::Tx<'_>| Ok::<_, Failed>((queue::count(tx)?, delivery::next_due(tx)?));
            let ((waiting, _), due) = self.federation.store.read_now(open)?;
            if waiting == 0 && due.is_none() {
                return Ok(());
            }
            if begun.elapsed() > Duration::from_mins(2) {
                return Err(format!("the queue was not worked off; {} activities arrived", sink.received()).into());
            }
            pause(Duration::from_millis(20));
        }
    }

    /// Publishes a share of the lab, committed when this returns.
    pub fn publish(&self) -> Measured<()> {
        let language = LanguageTag::from(Language::En);
        let draft = Draft::parse(ShareKind::Update, "A measured share", "It is short, and it is sent.", language, Licence::Cc0)?;
        let publish = |tx: &mut archipel::storage::Tx<'_>| {
            share::publish(
                tx,
                Clock::System.now(),
                &self.federation.links,
                Chance.public_id(),
                None,
                ("bench", &Voice::Lab, draft),
            )
        };
        self.federation.store.write_now::<_, usecases::Error>(publish)?;
        Ok(())
    }

    fn pid(&self) -> Measured<u32> {
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

fn setting(name: &str, folder: &str, address: &str) -> Option<String> {
    match name {
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
