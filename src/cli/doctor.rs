//! `archipel doctor`: looks at an installation from the inside and the outside; each line is ok, warn or fail, with what to do.
//! It changes nothing, but for a file that it writes to see whether it can.

use std::{fmt::Display, os::unix::fs::PermissionsExt, path::Path};

use chrono::TimeDelta;
use serde_json::Value;

use super::{Installation, build_runtime, say, trouble::Trouble};
use crate::{
    config::{Clock, Database, SettingError, Settings},
    domain::{delivery::DeliveryState, moment::Moment, reading::ReadingKind, text::one_line},
    federation::Federation,
    storage::{Failed, Store, Tx, actor, delivery, lab, lane, membership, queue, reading},
    worker::Lock,
};

/// Looks, tells, and fails where something must be mended.
///
/// # Errors
/// `Told` where a line says fail.
pub fn run(settings: Result<Settings, SettingError>) -> Result<(), Trouble> {
    let mut findings = Findings::default();
    match settings {
        Ok(settings) => examine(&mut findings, settings)?,
        Err(error) => findings.fail("settings", error, ""),
    }
    if findings.failures > 0 { Err(Trouble::Told) } else { Ok(()) }
}

/// What was found so far; each line is shown as it is found.
#[derive(Debug, Default)]
struct Findings {
    failures: usize,
}

impl Findings {
    fn ok(&mut self, subject: &str, told: impl Display) {
        self.tell("ok", subject, told, "");
    }

    fn warn(&mut self, subject: &str, told: impl Display, fix: &str) {
        self.tell("warn", subject, told, fix);
    }

    fn fail(&mut self, subject: &str, told: impl Display, fix: &str) {
        self.tell("fail", subject, told, fix);
    }

    fn tell(&mut self, verdict: &str, subject: &str, told: impl Display, fix: &str) {
        self.failures += usize::from(verdict == "fail");
        let told = one_line(&told.to_string());
        let told = if fix.is_empty() { told } else { format!("{}. {fix}", told.trim_end_matches('.')) };
        say(format!("{verdict:4}  {subject:12}  {told}"));
    }
}

fn examine(findings: &mut Findings, settings: Settings) -> Result<(), Trouble> {
    findings.ok("settings", format!("{} at {}", settings.organisation_name, settings.url));
    if settings.development {
        findings.warn(
            "development",
            "it is on",
            "Nobody beyond this machine can follow anything; never use it for a real instance.",
        );
    }
    if !settings.data_dir.is_dir() {
        let told = format!("{} does not exist", settings.data_dir.display());
        findings.fail("data folder", told, "`archipel serve` makes it at the first start.");
        return Ok(());
    }
    examine_folder(findings, "data folder", &settings.data_dir);
    let media = settings.media_dir();
    if media.is_dir() {
        examine_folder(findings, "pictures", &media);
    } else {
        findings.ok("pictures", "there are none yet");
    }
    let Some(installation) = examine_database(findings, settings) else { return Ok(()) };
    examine_clock(findings, &installation);
    examine_keys(findings, &installation)?;
    examine_queue(findings, &installation)?;
    examine_worker(findings, &installation);
    build_runtime()?.block_on(async {
        examine_bell(findings, &installation.federation.store).await;
        examine_from_outside(findings, &installation.federation).await;
    });
    Ok(())
}

fn examine_folder(findings: &mut Findings, subject: &str, folder: &Path) {
    let at = folder.display();
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let written = std::fs::write(&probe, b"ok");
    let _ = std::fs::remove_file(&probe);
    if let Err(error) = written {
        return findings.fail(
            subject,
            format!("{at} cannot be written ({error})"),
            "Run this as the user of the service, or give it the folder.",
        );
    }
    let mode = std::fs::metadata(folder).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
    if subject == "data folder" && mode & 0o077 != 0 {
        let fix = format!("It holds the keys; close it with: chmod 700 {at}");
        return findings.warn(subject, format!("{at} can be entered by other users of this machine"), &fix);
    }
    findings.ok(subject, format!("{at} can be written"));
}

fn examine_database(findings: &mut Findings, settings: Settings) -> Option<Installation> {
    let engine = match &settings.database {
        Database::Sqlite(path) => format!("SQLite in {}", path.display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let store = match Store::connect(&settings) {
        Ok(store) => store,
        Err(error) => {
            findings.fail("database", error, "Is the server up, and is ARCHIPEL_DATABASE_URL right?");
            return None;
        }
    };
    match store.is_current() {
        Ok(true) => findings.ok("database", format!("{engine}, up to date")),
        Ok(false) => {
            findings.fail(
                "database",
                format!("{engine} has tables of an older version"),
                "Back up, then run `archipel migrate`.",
            );
            return None;
        }
        Err(error) => {
            findings.fail("database", error, "Restore a backup, or ask for help with this line.");
            return None;
        }
    }
    match Federation::open(&settings, store, Clock::System) {
        Ok(federation) => Some(Installation { settings, federation }),
        Err(error) => {
            findings.fail("address", Trouble::from(error).explain(settings.language), "");
            None
        }
    }
}

fn examine_clock(findings: &mut Findings, installation: &Installation) {
    let now = installation.now();
    let founded = installation.federation.founded.instance.created_at;
    if now < founded {
        let fix = "Synchronise the clock (timedatectl): signatures carry the time, and others refuse those of another day.";
        return findings.fail("clock", format!("it is {now} here, before this instance was founded"), fix);
    }
    findings.ok("clock", format!("{}", now.format("%Y-%m-%d %H:%M:%S UTC")));
}

fn examine_keys(findings: &mut Findings, installation: &Installation) -> Result<(), Trouble> {
    let (all, without) = installation.read(|tx| Ok(list_actors_without_key(tx, installation)?))?;
    if without.is_empty() {
        findings.ok("keys", format!("each of our {all} actors has one"));
    } else {
        let fix = "They cannot sign; restore a backup that has the keys.";
        findings.fail("keys", format!("missing for {}", without.join(", ")), fix);
    }
    Ok(())
}

fn list_actors_without_key(tx: &mut Tx<'_>, installation: &Installation) -> Result<(usize, Vec<String>), Failed> {
    let founded = &installation.federation.founded;
    let mut actors = vec![founded.instance.clone(), founded.organisation.clone()];
    actors.extend(lab::list(tx)?.into_iter().map(|lab| lab.actor));
    actors.extend(membership::list(tx)?.into_iter().map(|member| member.actor));
    let mut without = Vec::new();
    for one in &actors {
        if actor::find_key(tx, one.id)?.is_none() {
            without.push(one.handle.clone());
        }
    }
    Ok((actors.len(), without))
}

/// What the queue holds.
struct Queued {
    changes: i64,
    parked: i64,
    deliveries: i64,
    readings: i64,
    expired: i64,
    next_due: Option<Moment>,
}

fn examine_queue(findings: &mut Findings, installation: &Installation) -> Result<(), Trouble> {
    let queued = installation.read(|tx| Ok(read_queue(tx)?))?;
    let told = format!(
        "{} deliveries and {} changes wait; {} things are read at other hosts, now or later",
        queued.deliveries, queued.changes, queued.readings
    );
    let overdue = queued.next_due.is_some_and(|due| due < installation.now() - TimeDelta::minutes(5));
    if overdue {
        findings.fail(
            "queue",
            format!("{told}, some for minutes past their time"),
            "Is `archipel serve` or `archipel work` running?",
        );
    } else {
        findings.ok("queue", told);
    }
    if queued.parked > 0 {
        let told = format!("{} changes could not be sent after many attempts", queued.parked);
        findings.warn("parked", told, "The log says why; report it with those lines.");
    }
    if queued.expired > 0 {
        let told = format!("{} deliveries were given up after 30 days", queued.expired);
        findings.warn(
            "expired",
            told,
            "`archipel delivery list --state expired` shows them, `archipel delivery retry` tries again.",
        );
    }
    Ok(())
}

fn read_queue(tx: &mut Tx<'_>) -> Result<Queued, Failed> {
    let (changes, parked) = queue::count(tx)?;
    let due = [queue::next_due(tx)?, lane::next_due(tx)?];
    let mut readings = 0;
    for kind in ReadingKind::ALL {
        readings += reading::count(tx, kind)?.0;
    }
    Ok(Queued {
        readings,
        changes,
        parked,
        deliveries: delivery::count(tx, DeliveryState::Waiting)?,
        expired: delivery::count(tx, DeliveryState::Expired)?,
        next_due: due.into_iter().flatten().min(),
    })
}

/// On SQLite the one worker holds a lock; on PostgreSQL the queue itself tells.
fn examine_worker(findings: &mut Findings, installation: &Installation) {
    let store = &installation.federation.store;
    if !store.has_single_writer() {
        return;
    }
    match Lock::take(&installation.settings, store) {
        Ok(free) => {
            drop(free);
            findings.warn("worker", "nobody sends deliveries", "Start `archipel serve`.");
        }
        Err(_) => findings.ok("worker", "it runs"),
    }
}

/// On SQLite there is one worker, on this machine; on PostgreSQL the database tells all of them.
async fn examine_bell(findings: &mut Findings, store: &Store) {
    if store.has_single_writer() {
        return;
    }
    match store.try_the_bell().await {
        Ok(()) => findings.ok("new work", "the database tells every process of it at once"),
        Err(error) => findings.warn(
            "new work",
            format!("it is noticed within seconds, and not at once: {error}"),
            "Name the database itself, no pool that lends connections by the transaction, and only options that this line does not name.",
        ),
    }
}

/// As others see us: through the address of this instance, and so through the proxy in front of it.
async fn examine_from_outside(findings: &mut Findings, federation: &Federation) {
    let proxy = "Is `archipel serve` running, and does the proxy pass this address to it?";
    match federation.fetch_own("/health/ready").await {
        Ok((200, _)) => findings.ok("outside", format!("{} answers", federation.links.home())),
        Ok((status, _)) => {
            return findings.fail("outside", format!("{}health/ready answers {status}", federation.links.home()), proxy);
        }
        Err(error) => return findings.fail("outside", error, proxy),
    }
    let organisation = &federation.founded.organisation;
    let resource = format!("/.well-known/webfinger?resource=acct:{}", organisation.address());
    let found = read_json(federation.fetch_own(&resource).await, |document| {
        document["links"].as_array().is_some_and(|links| links.iter().any(|link| link["href"] == organisation.uri.as_str()))
    });
    match found {
        Ok(()) => findings.ok("webfinger", format!("@{} is found", organisation.address())),
        Err(told) => findings.fail("webfinger", told, "The proxy must pass /.well-known/webfinger as it is, with its query."),
    }
    let instance = &federation.founded.instance;
    let read = read_json(federation.fetch_own("/actor").await, |document| document["id"] == instance.uri.as_str());
    match read {
        Ok(()) => findings.ok("actor", format!("{} is a document for other servers", instance.uri)),
        Err(told) => {
            findings.fail("actor", told, "The proxy must pass Accept as it came, and honour Vary: Accept when it caches.");
        }
    }
}

fn read_json(answer: Result<(u16, String), Failed>, fits: impl Fn(&Value) -> bool) -> Result<(), String> {
    let (status, body) = answer.map_err(|error| error.to_string())?;
    if status != 200 {
        return Err(format!("it answers {status}"));
    }
    let document: Value = serde_json::from_str(&body).map_err(|_| "it answers with something that is no JSON".to_owned())?;
    if fits(&document) { Ok(()) } else { Err("it answers about something else".to_owned()) }
}
