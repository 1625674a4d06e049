//! `archipel demo`: five organisations on this machine, each its own process, port, database and keys, following each other and
//! making one directory over real HTTP. Whatever happens, it stops what it started and removes what it made, unless asked to keep it.

mod cast;
mod directory;
mod home;
mod instance;
mod process;
mod progress;
mod summary;

use std::{
    net::TcpListener,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use futures_util::future::{select_all, try_join_all};
use tokio::time::sleep;

use super::{build_runtime, say, serve::stop_signal, trouble::Trouble, warn};
use crate::storage::{Failed, reply};
use cast::{Answer, Cast};
use home::{Home, Remembered, SignIn};
use instance::Instance;
use process::Process;
use progress::Progress;

/// How to run the demo.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  archipel demo\n  archipel demo --keep ./islands    the second time it starts where it was")]
pub struct Options {
    /// The first of five ports
    #[arg(long, default_value_t = 4001)]
    port: u16,
    /// Keep everything in this folder; a later run goes on with it
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Do everything, print the summary, and stop
    #[arg(long)]
    once: bool,
}

/// How long what was sent may be under way.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the demo until Ctrl-C.
///
/// # Errors
/// What is wrong with what was asked, or with us; nothing is left behind then either.
pub fn run(options: &Options) -> Result<(), Trouble> {
    let cast = cast::read()?;
    let mut home = Home::prepare(options.keep.as_deref())?;
    let runtime = build_runtime()?;
    let outcome = runtime.block_on(async {
        let stop = stop_signal(false)?;
        let mut processes = Vec::new();
        let outcome = tokio::select! {
            outcome = play(options, cast, &mut home, &mut processes) => outcome,
            () = stop => Ok(()),
        };
        if !processes.is_empty() {
            warn("Stopping ...");
        }
        futures_util::future::join_all(processes.into_iter().map(Process::stop)).await;
        outcome
    });
    // What is still under way in a thread must not write into a folder that goes.
    runtime.shutdown_timeout(Duration::from_secs(5));
    outcome
}

async fn play(options: &Options, cast: Cast, home: &mut Home, processes: &mut Vec<Process>) -> Result<(), Trouble> {
    let progress = Progress::start(count_steps(&cast));
    let remembered = home.remembered.clone();
    let ports = choose_ports(options, remembered.as_ref(), cast.organisations.len())?;
    progress.step("Founding five organisations");
    let founding = cast.organisations.into_iter().zip(&ports).map(|(one, port)| Instance::found(home, one, *port));
    let instances = try_join_all(founding).await?;
    let (sign_ins, missing) = if let Some(remembered) = remembered {
        start(&instances, processes, &progress).await?;
        (remembered.sign_ins, Vec::new())
    } else {
        begin(&instances, processes, &progress).await?
    };
    progress.finish();
    let ending = tell_ending(options, home);
    if options.keep.is_some() && missing.is_empty() {
        home.remember(&Remembered { ports, sign_ins: sign_ins.clone() })?;
    }
    say(summary::write(&instances, &sign_ins, &missing, &ending));
    if options.once {
        return Ok(());
    }
    Err(wait_for_any(processes).await.into())
}

/// Fills the instances, starts them, and lets them meet; who can sign in, and what did not arrive.
async fn begin(
    instances: &[Instance],
    processes: &mut Vec<Process>,
    progress: &Progress,
) -> Result<(Vec<SignIn>, Vec<String>), Trouble> {
    progress.step("Adding labs, members and shares");
    let sign_ins = try_join_all(instances.iter().map(|instance| instance.fill(progress))).await?.concat();
    start(instances, processes, progress).await?;
    progress.step("Following each other");
    try_join_all(instances.iter().map(|instance| follow(instance, instances, progress))).await?;
    progress.step("Making one directory");
    let mut missing = directory::make_one(instances, progress).await?;
    progress.step("Waiting for the answers");
    missing.extend(wait_for_follows(instances).await?);
    progress.step("Replying to each other");
    let replied = try_join_all(instances.iter().map(|instance| reply_everywhere(instance, instances, progress))).await?;
    missing.extend(replied.concat());
    Ok((sign_ins, missing))
}

async fn start(instances: &[Instance], processes: &mut Vec<Process>, progress: &Progress) -> Result<(), Trouble> {
    progress.step("Starting five servers");
    for instance in instances {
        processes.push(Process::start(&instance.file)?);
    }
    for (instance, process) in instances.iter().zip(processes) {
        wait_until_ready(instance, process).await?;
        progress.done();
    }
    Ok(())
}

async fn wait_until_ready(instance: &Instance, process: &mut Process) -> Result<(), Failed> {
    let begun = Instant::now();
    loop {
        process.require_running()?;
        match instance.federation.fetch_own("/health/ready").await {
            Ok((200, _)) => return Ok(()),
            Err(error) if begun.elapsed() > PATIENCE => return Err(error),
            Ok((status, _)) if begun.elapsed() > PATIENCE => {
                return Err(Failed::new("wait for a server", format!("it answers {status}")));
            }
            _ => sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn follow(instance: &Instance, all: &[Instance], progress: &Progress) -> Result<(), Trouble> {
    for wish in &instance.organisation.follows {
        let (_, key) = wish.target();
        instance.follow(wish, &find(all, key)?.federation.links.host()).await?;
        progress.done();
    }
    Ok(())
}

async fn wait_for_follows(instances: &[Instance]) -> Result<Vec<String>, Trouble> {
    let begun = Instant::now();
    loop {
        let mut missing = Vec::new();
        for instance in instances {
            if !instance.is_accepted_everywhere().await? {
                missing.push(format!("some follows by {} were not answered", instance.organisation.name));
            }
        }
        if missing.is_empty() || begun.elapsed() > PATIENCE {
            return Ok(missing);
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Each reply waits for its share to arrive here, then for itself to arrive there.
async fn reply_everywhere(instance: &Instance, all: &[Instance], progress: &Progress) -> Result<Vec<String>, Trouble> {
    let replying = instance.organisation.replies.iter().enumerate().map(|(number, answer)| async move {
        let told = reply_once(instance, all, answer, number).await?;
        progress.done();
        Ok::<_, Trouble>(told)
    });
    Ok(try_join_all(replying).await?.into_iter().flatten().collect())
}

async fn reply_once(instance: &Instance, all: &[Instance], answer: &Answer, number: usize) -> Result<Option<String>, Trouble> {
    let begun = Instant::now();
    let (key, name) = answer.target();
    let origin = find(all, key)?;
    let share = origin.find_share(name).await?.ok_or_else(|| Failed::new("find a share of the demo", name.to_owned()))?;
    let written = loop {
        match instance.reply(answer, &share, number).await? {
            Some(uri) => break uri,
            None if begun.elapsed() > PATIENCE => {
                return Ok(Some(format!("{share} did not reach {}", instance.organisation.name)));
            }
            None => sleep(Duration::from_millis(50)).await,
        }
    };
    loop {
        let uri = written.clone();
        if origin.federation.store.read(move |tx| reply::find_share_of(tx, uri.as_str())).await?.is_some() {
            return Ok(None);
        }
        if begun.elapsed() > PATIENCE {
            return Ok(Some(format!("{written} did not reach {}", origin.organisation.name)));
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn wait_for_any(processes: &mut [Process]) -> Failed {
    select_all(processes.iter_mut().map(|process| Box::pin(process.wait()))).await.0
}

fn find<'all>(all: &'all [Instance], key: &str) -> Result<&'all Instance, Failed> {
    let found = all.iter().find(|instance| instance.organisation.key == key);
    found.ok_or_else(|| Failed::new("find an organisation of the demo", key.to_owned()))
}

/// The wanted ports where they are free, else others, which it says. A kept demo has the ports it began with: they are part of
/// its addresses.
fn choose_ports(options: &Options, remembered: Option<&Remembered>, count: usize) -> Result<Vec<u16>, Trouble> {
    if let Some(remembered) = remembered {
        let taken = remembered.ports.iter().find(|port| !is_free(**port));
        return match taken {
            Some(port) => Err(Trouble::mistake("cli-address-in-use").with("address", format!("127.0.0.1:{port}"))),
            None => Ok(remembered.ports.clone()),
        };
    }
    let wanted: Vec<u16> = (options.port..=u16::MAX).take(count).collect();
    if wanted.len() == count && wanted.iter().all(|port| is_free(*port)) {
        return Ok(wanted);
    }
    let free = find_free_ports(count)?;
    warn(format!("Ports from {} on are taken; using {free:?}.", options.port));
    Ok(free)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn find_free_ports(count: usize) -> Result<Vec<u16>, Failed> {
    let told = Failed::because::<std::io::Error>;
    // All are held until all are known, so that no two are the same.
    let held: Result<Vec<TcpListener>, _> = (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0))).collect();
    let addresses: Result<Vec<_>, _> = held.map_err(told("find free ports"))?.iter().map(TcpListener::local_addr).collect();
    Ok(addresses.map_err(told("find free ports"))?.iter().map(std::net::SocketAddr::port).collect())
}

fn count_steps(cast: &Cast) -> usize {
    let of_one = |one: &cast::Organisation| {
        1 + one.labs.len() + one.members.len() + one.shares.len() + one.follows.len() + one.replies.len()
    };
    cast.organisations.iter().map(of_one).sum::<usize>() + directory::count_steps(cast.organisations.len())
}

fn tell_ending(options: &Options, home: &Home) -> String {
    let folder = home.folder().display();
    match (&options.keep, options.once) {
        (Some(_), true) => format!("Everything is kept in {folder}."),
        (Some(_), false) => format!("Ctrl-C stops them all; everything is kept in {folder}."),
        (None, true) => "That was all; it is removed again now.".to_owned(),
        (None, false) => format!("Ctrl-C stops them all and removes {folder}."),
    }
}
