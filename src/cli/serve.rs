//! `archipel serve` and `archipel work`: start, say where, and stop when asked, after finishing what is under way.
//! A stop takes at most forty seconds; what is not done by then is in the database and goes on at the next start.

use std::time::Duration;

use clap::Args;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

use super::{build_runtime, say, trouble::Trouble, warn};
use crate::{
    config::{Clock, Settings},
    federation::Federation,
    storage::{Failed, Store},
    telemetry, usecases, web,
    worker::{Lock, Worker},
};

/// How to serve.
#[derive(Debug, Args)]
pub struct Options {
    /// Stop when standard input closes: then whoever started this process cannot leave it behind
    #[arg(long, hide = true)]
    while_stdin_is_open: bool,
}

/// How long visitors may take to finish, once we stop.
const VISITORS: Duration = Duration::from_secs(25);

/// How long deliveries under way may take, after that.
const DELIVERIES: Duration = Duration::from_secs(12);

/// Answers visitors and other servers, and works the queue.
///
/// # Errors
/// What is wrong with the settings, or with us.
pub fn serve(settings: &Settings, options: &Options) -> Result<(), Trouble> {
    let (federation, lock) = open(settings)?;
    let runtime = build_runtime()?;
    let outcome = runtime.block_on(async {
        let stop = stop_signal(options.while_stdin_is_open)?;
        let state = web::State { settings: settings.clone(), federation: federation.clone() };
        let server = web::start(state).map_err(|error| cannot_listen(settings, &error))?;
        let handle = server.handle();
        let mut serving = tokio::spawn(server);
        let worker = Working::start(federation);
        say(format!("Archipel serves {} on {}. Ctrl-C stops it.", settings.url, settings.listen));
        tokio::select! {
            () = stop => {}
            ended = &mut serving => return Err(ended_early(ended)),
        }
        let _ = timeout(VISITORS, handle.stop(true)).await;
        worker.stop().await;
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_secs(2));
    drop(lock);
    outcome
}

/// Works the queue, and nothing else.
///
/// # Errors
/// What is wrong with the settings, or with us.
pub fn work(settings: &Settings) -> Result<(), Trouble> {
    let (federation, lock) = open(settings)?;
    let runtime = build_runtime()?;
    let outcome = runtime.block_on(async {
        let stop = stop_signal(false)?;
        let worker = Working::start(federation);
        say(format!("Archipel works the queue of {}. Ctrl-C stops it.", settings.url));
        stop.await;
        worker.stop().await;
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_secs(2));
    drop(lock);
    outcome
}

/// Resolves when this process is asked to stop: by a signal, or by a closed standard input where `watch_stdin`.
///
/// # Errors
/// `Failed` where signals cannot be heard.
pub fn stop_signal(watch_stdin: bool) -> Result<impl Future<Output = ()>, Failed> {
    let failed = Failed::because::<std::io::Error>;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed("listen for signals"))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed("listen for signals"))?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(failed("listen for signals"))?;
    let (closed, mut stdin_closed) = watch::channel(false);
    if watch_stdin {
        // A blocked read cannot be cancelled, so it gets a thread that ends with the process.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            let _ = closed.send(true);
        });
    }
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            Ok(_) = stdin_closed.wait_for(|closed| *closed), if watch_stdin => {}
        }
    })
}

fn open(settings: &Settings) -> Result<(Federation, Lock), Trouble> {
    telemetry::start(&settings.log);
    let store = Store::open(settings)?;
    let federation = Federation::open(settings, store.clone(), Clock::System)?;
    let lock = Lock::take(settings, &store).map_err(usecases::Error::from)?;
    Ok((federation, lock))
}

/// A worker in this process.
struct Working {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Working {
    fn start(federation: Federation) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(Worker::new(federation).run(stopped)) }
    }

    async fn stop(self) {
        let _ = self.stop.send(true);
        if timeout(DELIVERIES, self.task).await.is_err() {
            warn("Some deliveries were still under way; they go on at the next start.");
        }
    }
}

fn cannot_listen(settings: &Settings, error: &std::io::Error) -> Trouble {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return Trouble::mistake("cli-address-in-use").with("address", settings.listen);
    }
    Failed::new("listen", format!("{} cannot be used ({error})", settings.listen)).into()
}

fn ended_early(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> Trouble {
    match ended {
        Ok(Ok(())) => Failed::new("keep serving", "the server stopped by itself").into(),
        Ok(Err(error)) => Failed::new("keep serving", error).into(),
        Err(error) => Failed::new("keep serving", error).into(),
    }
}
