//! The one way out: every connection we open goes through this guard, in every build.
//! Global addresses only, checked when connecting; in development loopback only. Nothing is read past a limit or a deadline.

use std::{
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Certificate, Client as Http, RequestBuilder, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use url::{Host, Url};

use crate::{config::Settings, storage::Failed};

mod address;

pub(crate) use address::is_global;

/// Most bytes of an answer that are read.
const ANSWER_LIMIT: usize = 1_000_000;

/// A whole request, from the name to the last byte.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// Opens guarded connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
    guard: Guard,
}

/// Why a URL or an answer is not used; the text is for administrators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// Not a URL we would ever open.
    #[error("{0} may not be opened: {1}")]
    Address(String, &'static str),
    /// It broke off, or took too long.
    #[error("no answer from {0}: {1}")]
    Unreachable(String, String),
    /// There is no connection: no such host, nobody listens, or it cannot prove who it is.
    #[error("no connection to {0}: {1}")]
    Closed(String, String),
    /// The answer is compressed, though we did not ask for that.
    #[error("the answer of {0} is compressed")]
    Compressed(String),
    /// The answer is larger than anything we read.
    #[error("the answer of {0} is too large")]
    TooLarge(String),
}

impl Client {
    /// A client with the system's certificates and, where the settings name one, another authority's.
    ///
    /// # Errors
    /// `Failed` where the certificates cannot be read.
    pub fn new(settings: &Settings) -> Result<Self, Failed> {
        Self::with_names(settings, ask_the_system)
    }

    #[expect(clippy::disallowed_methods, reason = "the one guarded client is built here")]
    fn with_names<N: Names>(settings: &Settings, names: N) -> Result<Self, Failed> {
        let guard = Guard { development: settings.development };
        let mut builder = Http::builder()
            .dns_resolver(Arc::new(Resolver { guard, names }))
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(Duration::from_secs(5))
            .timeout(DEADLINE)
            .pool_max_idle_per_host(8)
            .user_agent(format!("Archipel/{} (+{})", env!("CARGO_PKG_VERSION"), settings.url));
        if let Some(path) = &settings.ca_file {
            let pem = std::fs::read(path).map_err(Failed::because("read the extra certificates"))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(Failed::because("read the extra certificates"))?;
            builder = certificates.into_iter().fold(builder, reqwest::ClientBuilder::add_root_certificate);
        }
        Ok(Self { http: builder.build().map_err(Failed::because("prepare outgoing connections"))?, guard })
    }

    /// Whether this client connects to loopback, and to nothing else.
    #[must_use]
    pub const fn is_for_development(&self) -> bool {
        self.guard.development
    }

    /// A GET, once the URL passes the guard.
    ///
    /// # Errors
    /// [`Barred`] where it does not.
    pub fn get(&self, url: &Url) -> Result<RequestBuilder, Barred> {
        self.guard.check(url)?;
        Ok(self.http.get(url.clone()))
    }

    /// A POST, once the URL passes the guard.
    ///
    /// # Errors
    /// [`Barred`] where it does not.
    pub fn post(&self, url: &Url) -> Result<RequestBuilder, Barred> {
        self.guard.check(url)?;
        Ok(self.http.post(url.clone()))
    }
}

/// Sends a request.
///
/// # Errors
/// [`Barred`] where there is no connection, or no answer in time.
pub async fn send(request: RequestBuilder, url: &Url) -> Result<Response, Barred> {
    request.send().await.map_err(|error| unreachable(url, &error))
}

/// Reads an answer, up to the limit. We ask for no compression, so that what arrives is as large as what is read.
///
/// # Errors
/// [`Barred`] where it is compressed or larger, or breaks off.
pub async fn read(mut response: Response, url: &Url) -> Result<Vec<u8>, Barred> {
    let plain = |value: &reqwest::header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !response.headers().get_all(reqwest::header::CONTENT_ENCODING).iter().all(plain) {
        return Err(Barred::Compressed(url.to_string()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(url, &error))? {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(Barred::TooLarge(url.to_string()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unreachable(url: &Url, error: &reqwest::Error) -> Barred {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let told = if error.is_timeout() { "it took too long".to_owned() } else { cause.to_string() };
    let host = url.host_str().unwrap_or_default().to_owned();
    if error.is_connect() { Barred::Closed(host, told) } else { Barred::Unreachable(host, told) }
}

#[derive(Debug, Clone, Copy)]
struct Guard {
    development: bool,
}

impl Guard {
    fn check(self, url: &Url) -> Result<(), Barred> {
        let barred = |reason| Err(Barred::Address(url.to_string(), reason));
        if !url.username().is_empty() || url.password().is_some() {
            return barred("it carries a user name");
        }
        match (url.scheme(), self.development) {
            ("https", _) | ("http", true) => {}
            _ => return barred("it is not https"),
        }
        if url.port().is_some() && !self.development {
            return barred("it has a port");
        }
        match url.host() {
            Some(Host::Domain(_)) => Ok(()),
            Some(Host::Ipv4(address)) if self.admits(IpAddr::V4(address)) && self.development => Ok(()),
            Some(Host::Ipv6(address)) if self.admits(IpAddr::V6(address)) && self.development => Ok(()),
            _ => barred("it names no host"),
        }
    }

    fn admits(self, address: IpAddr) -> bool {
        if self.development { address.is_loopback() } else { is_global(address) }
    }
}

/// Who is asked for the addresses of a name.
trait Names: Fn(String) -> Found + Send + Sync + 'static {}

impl<N: Fn(String) -> Found + Send + Sync + 'static> Names for N {}

type Found = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

fn ask_the_system(name: String) -> Found {
    Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
}

/// Asks once for each connection; the answer that was checked is the answer that is connected to.
struct Resolver<N> {
    guard: Guard,
    names: N,
}

impl<N: Names> Resolve for Resolver<N> {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, name) = (self.guard, name.as_str().to_owned());
        let asked = (!guard.development || !is_localhost(&name)).then(|| (self.names)(name.clone()));
        Box::pin(async move {
            let found = match asked {
                Some(asked) => asked.await?,
                None => vec![SocketAddr::from(([127, 0, 0, 1], 0))],
            };
            let admitted: Vec<SocketAddr> = found.into_iter().filter(|address| guard.admits(address.ip())).collect();
            if admitted.is_empty() {
                return Err(format!("{name} has no address that may be connected to").into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

/// Names under `localhost` are loopback by definition (RFC 6761), whether or not the system knows them.
fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn check(development: bool, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| Guard { development }.check(&url).is_ok())
    }

    #[test]
    fn only_plain_https_names_are_opened() {
        assert!(check(false, "https://bravo.example/labs/x"));
        for url in [
            "http://bravo.example/",
            "https://bravo.example:8443/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://good@evil.example/",
            "ftp://bravo.example/",
            "https://0x7f.1/",
            "file:///etc/passwd",
        ] {
            assert!(!check(false, url), "{url} should be barred");
        }
    }

    /// A client that is told these addresses one after the other, and how often it asked.
    fn told(development: bool, answers: Vec<Vec<&'static str>>) -> (Client, Arc<AtomicUsize>) {
        let given = |name: &str| match name {
            "ARCHIPEL_URL" => Some("https://alpha.example".to_owned()),
            "ARCHIPEL_ORGANISATION_NAME" => Some("Alpha".to_owned()),
            _ => None,
        };
        let settings = Settings { development, ..Settings::read(given).unwrap() };
        let (asked, count) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        let names = move |_name: String| -> Found {
            let turn = asked.fetch_add(1, Ordering::SeqCst);
            counted.store(turn + 1, Ordering::SeqCst);
            let answer =
                answers[turn.min(answers.len() - 1)].iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect();
            Box::pin(async move { Ok(answer) })
        };
        (Client::with_names(&settings, names).unwrap(), count)
    }

    async fn open(client: &Client, url: &str) -> Result<u16, String> {
        let url = Url::parse(url).unwrap();
        let answer = send(client.get(&url).unwrap(), &url).await;
        answer.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn fe11_only_the_address_that_was_checked_is_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://bravo.example:{}/", listener.local_addr().unwrap().port());
        let serving = tokio::spawn(async move {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 4_096]).await;
                stream.write_all(b"HTTP/1.1 204 x\r\nconnection: close\r\n\r\n").await.unwrap();
            }
        });
        let (client, asked) = told(true, vec![vec!["127.0.0.1"], vec!["10.0.0.1"], vec!["169.254.169.254", "127.0.0.1"]]);
        assert_eq!(open(&client, &url).await, Ok(204));
        assert_eq!(asked.load(Ordering::SeqCst), 1, "nobody asks a second time between the check and the connection");
        assert!(
            open(&client, &url).await.unwrap_err().contains("no address that may be connected to"),
            "the next answer is checked anew"
        );
        assert_eq!(open(&client, &url).await, Ok(204), "of two addresses the one that may be");
        serving.await.unwrap();
    }

    #[tokio::test]
    async fn fe08_fe09_fe16_a_name_with_any_special_address_gets_one_and_the_same_answer() {
        let each = address::tests::SPECIAL.iter().map(|address| vec![*address]);
        let (client, asked) = told(false, each.chain([address::tests::SPECIAL.to_vec()]).collect());
        let mut answers = Vec::new();
        for turn in 1..=address::tests::SPECIAL.len() + 1 {
            answers.push(open(&client, "https://bravo.example/").await.unwrap_err());
            assert_eq!(asked.load(Ordering::SeqCst), turn, "asked once each time");
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "each alone, and all of them together: {answers:?}");
    }

    #[test]
    fn development_opens_loopback_and_nothing_else() {
        assert!(check(true, "http://127.0.0.1:4001/") && check(true, "http://localhost:4001/"));
        assert!(!check(true, "http://10.0.0.1/") && !check(true, "http://192.0.2.1/"));
    }
}
