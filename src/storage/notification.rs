//! PostgreSQL tells the workers itself: a transaction that queues something says so, and its commit is heard on a connection that
//! does nothing else. It never says that there is no work: who hears nothing looks all the same.

use std::{future::poll_fn, path::PathBuf, sync::Arc, time::Duration};

use diesel::{PgConnection, QueryResult, connection::SimpleConnection};
use native_tls::{Certificate, TlsConnector};
use postgres_native_tls::MakeTlsConnector;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_postgres::{AsyncMessage, Client, Config};

use super::Failed;

/// The first wait after the connection was lost; it doubles.
const SHORTEST: Duration = Duration::from_millis(250);

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(30);

/// How long a silent connection is trusted before the system asks whether it is still there.
const TRUSTED_FOR: Duration = Duration::from_secs(30);

/// Says in this transaction that it queued something; nobody hears it before the commit, or without one.
pub(super) fn say(connection: &mut PgConnection) -> QueryResult<()> {
    connection.batch_execute("NOTIFY archipel_work")
}

/// Hears what is said, for ever, and rings for it. A lost connection is told once, and opened again.
pub(super) async fn hear(url: String, here: Arc<Notify>) {
    let (mut pause, mut is_lost) = (SHORTEST, false);
    loop {
        let error = match open(&url, &here).await {
            Ok(line) => {
                if is_lost {
                    tracing::info!("the database tells of new work again");
                }
                (pause, is_lost) = (SHORTEST, false);
                // What was queued while nobody listened.
                here.notify_one();
                line.end().await
            }
            Err(error) => error,
        };
        if !is_lost {
            tracing::warn!(%error, "new work is noticed only every few seconds, until the database tells of it again");
        }
        is_lost = true;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

/// A connection that listens; it is closed when this is dropped.
pub(super) struct Line {
    _client: Client,
    hearing: JoinHandle<Result<(), tokio_postgres::Error>>,
}

impl Line {
    /// Waits until the connection is lost; why it was.
    async fn end(self) -> Failed {
        let context = "go on listening to the database";
        match self.hearing.await {
            Ok(Ok(())) => Failed::new(context, "it closed the connection"),
            Ok(Err(error)) => failed(context, error),
            Err(error) => Failed::new(context, error),
        }
    }
}

/// Opens a connection and listens on it.
///
/// # Errors
/// `Failed` where the URL is not understood, or the database does not answer.
pub(super) async fn open(url: &str, here: &Arc<Notify>) -> Result<Line, Failed> {
    let (config, tls) = read(url)?;
    let (client, mut connection) = config.connect(tls).await.map_err(|error| failed("open a connection to listen on", error))?;
    let here = here.clone();
    let hearing = tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if matches!(message?, AsyncMessage::Notification(_)) {
                here.notify_one();
            }
        }
        Ok(())
    });
    client.batch_execute("LISTEN archipel_work").await.map_err(|error| failed("listen to the database", error))?;
    Ok(Line { _client: client, hearing })
}

/// Understands what libpq understands of a URL, but for options that no one needs to listen: those are an error that names them.
fn read(url: &str) -> Result<(Config, MakeTlsConnector), Failed> {
    let (url, trust) = Trust::take_from(url);
    let understand = "understand ARCHIPEL_DATABASE_URL well enough to listen to the database";
    let mut config: Config = url.parse().map_err(|error| failed(understand, error))?;
    if config.get_application_name().is_none() {
        config.application_name("archipel");
    }
    config.keepalives_idle(TRUSTED_FOR).tcp_user_timeout(TRUSTED_FOR);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(TRUSTED_FOR);
    }
    let tls = trust.connector().map_err(|source| Failed { context: "prepare a safe connection to listen on", source })?;
    Ok((config, MakeTlsConnector::new(tls)))
}

/// With its cause, which such an error does not tell by itself.
fn failed(context: &'static str, error: tokio_postgres::Error) -> Failed {
    let told = error.to_string();
    let told = error.into_source().map_or_else(|| told.clone(), |cause| format!("{told}: {cause}"));
    Failed::new(context, told)
}

/// Whom the database has to be certified by, as libpq's `sslmode` and `sslrootcert` say it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Trust {
    mode: String,
    root: Option<PathBuf>,
}

impl Trust {
    /// Takes off what only libpq knows; the rest stays as it was written.
    fn take_from(url: &str) -> (String, Self) {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut trust, mut left) = (Self::default(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let read = url::form_urlencoded::parse(pair.as_bytes()).next();
            match read.as_ref().map(|(name, value)| (name.as_ref(), value.as_ref())) {
                Some(("sslmode", mode)) => mode.clone_into(&mut trust.mode),
                Some(("sslrootcert", path)) => trust.root = Some(path.into()).filter(|path| path != "system"),
                _ => left.push(pair.to_owned()),
            }
        }
        let mode = match trust.mode.as_str() {
            "" => None,
            "allow" => Some("prefer"),
            "verify-ca" | "verify-full" => Some("require"),
            other => Some(other),
        };
        left.extend(mode.map(|mode| format!("sslmode={mode}")));
        let joint = if left.is_empty() { "" } else { "?" };
        (format!("{address}{joint}{}", left.join("&")), trust)
    }

    /// As libpq does it: encryption alone asks for no certificate, unless one is named.
    fn connector(&self) -> Result<TlsConnector, Box<dyn std::error::Error + Send + Sync>> {
        let name = self.mode == "verify-full";
        let authority = name || self.mode == "verify-ca" || (self.mode == "require" && self.root.is_some());
        let mut builder = TlsConnector::builder();
        builder.danger_accept_invalid_certs(!authority).danger_accept_invalid_hostnames(!name);
        if let Some(path) = &self.root {
            builder.disable_built_in_roots(true);
            for certificate in Certificate::stack_from_pem(&std::fs::read(path)?)? {
                builder.add_root_certificate(certificate);
            }
        }
        Ok(builder.build()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_libpq_knows_is_taken_off_and_the_rest_stays_as_written() {
        let take = |url: &str| {
            let (left, trust) = Trust::take_from(url);
            (left, trust.mode, trust.root)
        };
        let plain = "postgres://archipel:p%26q@db.example:5433/archipel";
        assert_eq!(take(plain), (plain.into(), String::new(), None));
        let full = take(&format!("{plain}?sslmode=verify-full&options=-c%20a%3Db&sslrootcert=/etc/ca%20x.pem"));
        assert_eq!(
            full,
            (format!("{plain}?options=-c%20a%3Db&sslmode=require"), "verify-full".into(), Some("/etc/ca x.pem".into()))
        );
        assert_eq!(
            take("postgres:///archipel?sslmode=allow&host=/run/postgresql").0,
            "postgres:///archipel?host=/run/postgresql&sslmode=prefer"
        );
        assert_eq!(take(&format!("{plain}?sslrootcert=system")).2, None);
    }

    #[test]
    fn an_option_that_is_not_understood_is_named() {
        let failed = read("postgres://db.example/archipel?service=big").err().unwrap().to_string();
        assert!(failed.contains("ARCHIPEL_DATABASE_URL") && failed.contains("service"), "{failed}");
        assert!(read("postgres://db.example/archipel?sslmode=perhaps").is_err());
        assert!(read("postgres://db.example/archipel?sslmode=verify-full&sslrootcert=/nowhere.pem").is_err());
        assert!(read("postgres:///archipel?host=/run/postgresql&user=archipel").is_ok());
    }
}
