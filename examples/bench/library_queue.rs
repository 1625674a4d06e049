//! The federation library's own queue, in memory, in a process of its own: the same activity, key and sink, so that what a
//! delivery costs can be compared. It keeps nothing and retries only in memory, so it does less than a delivery of ours.

use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use activitypub_federation::{
    activity_queue::queue_activity,
    config::{Data, FederationConfig},
    error::Error as LibraryError,
    traits::{Activity, Actor, Object},
};
use archipel::{domain::links::activity as ids, storage::activity};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::{Bench, Measured, instance::Instance, number, process::cpu_seconds, sink::Sink};

/// What the other process is told to send.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    private_key: String,
    body: Value,
    inboxes: usize,
    shares: usize,
}

/// Deliveries per second of CPU, once per repeat, of the share with this address to so many inboxes.
pub fn measure(bench: &Bench, instance: &Instance, share: &str, inboxes: usize) -> Measured<Vec<f64>> {
    let uri = Url::parse(share)?;
    let stored = instance.federation().store.read_now(|tx| activity::find_public(tx, &ids::create(&uri)))?;
    let order = Order {
        private_key: bench.keys.private.clone(),
        body: serde_json::from_str(&stored.ok_or("the share was not said")?)?,
        inboxes,
        shares: bench.options.pick(2_000, 10_usize).div_ceil(inboxes),
    };
    (0..bench.options.repeats()).map(|_| send(bench, &order)).collect()
}

fn send(bench: &Bench, order: &Order) -> Measured<f64> {
    let sink = Sink::start(&bench.runtime)?;
    let mut child = Ended(start(&sink)?);
    let mut said = BufReader::new(child.0.stdout.take().ok_or("no output")?).lines();
    let mut ordered = child.0.stdin.take().ok_or("no input")?;
    writeln!(ordered, "{}", serde_json::to_string(order)?)?;
    if said.next().transpose()?.as_deref() != Some("ready") {
        return Err("the library's queue does not start".into());
    }
    let (cpu, count) = (cpu_seconds(child.0.id())?, order.inboxes * order.shares);
    writeln!(ordered, "go")?;
    sink.wait_for(count, bench.limit())?;
    Ok(number(count) / (cpu_seconds(child.0.id())? - cpu).max(0.01))
}

fn start(sink: &Sink) -> Measured<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--library-queue").arg(sink.port().to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    // Without this the library connects to nothing on this machine.
    Ok(command.env("DANGER_FEDERATION_ALLOW_LOCAL_IP", "1").spawn()?)
}

/// Ends with its owner.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            println!("the library's queue could not be ended: {error}");
        }
    }
}

/// The other process: takes an order, says that it is ready, sends when it is told to, and stays until its input closes.
pub async fn run(port: u16) -> Measured<()> {
    let mut lines = std::io::stdin().lines();
    let order: Order = serde_json::from_str(&lines.next().ok_or("no order")??)?;
    let config = FederationConfig::builder()
        .domain("bench.example")
        .app_data(())
        .allow_http_urls(true)
        .client(build_client(port)?.into())
        .build()
        .await?;
    let data = config.to_request_data();
    let text = |name: &str| Url::parse(order.body[name].as_str().unwrap_or_default());
    let sender = Sender { id: text("actor")?, private_key: order.private_key };
    // The library resolves names with the system, which may know no name under localhost: each inbox is a path there.
    let inboxes = (0..order.inboxes).map(|number| Url::parse(&format!("http://localhost/peer{number}/inbox")));
    let inboxes = inboxes.collect::<Result<Vec<_>, _>>()?;
    println!("ready");
    lines.next().ok_or("no word to go")??;
    for number in 0..order.shares {
        let mut body = order.body.clone();
        let id = Url::parse(&format!("{}?{number}", text("id")?))?;
        body["id"] = id.as_str().into();
        queue_activity(&Said { id, actor: sender.id.clone(), body }, &sender, inboxes.clone(), &data).await?;
    }
    lines.next();
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the library brings its own guard; this only leads its names to the sink")]
fn build_client(port: u16) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().dns_resolver(ToSink(port)).build()
}

/// Leads every name to one port of loopback.
struct ToSink(u16);

impl Resolve for ToSink {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new([SocketAddr::from(([127, 0, 0, 1], self.0))].into_iter());
        Box::pin(async move { Ok(addresses) })
    }
}

/// An actor that only sends.
#[derive(Debug)]
struct Sender {
    id: Url,
    private_key: String,
}

#[async_trait::async_trait]
impl Object for Sender {
    type DataType = ();
    type Kind = ();
    type Error = LibraryError;

    fn id(&self) -> &Url {
        &self.id
    }

    async fn read_from_id(_: Url, _: &Data<()>) -> Result<Option<Self>, LibraryError> {
        Ok(None)
    }

    async fn into_json(self, _: &Data<()>) -> Result<(), LibraryError> {
        Ok(())
    }

    async fn verify((): &(), _: &Url, _: &Data<()>) -> Result<(), LibraryError> {
        Ok(())
    }

    async fn from_json((): (), _: &Data<()>) -> Result<Self, LibraryError> {
        Err(LibraryError::NotFound)
    }
}

impl Actor for Sender {
    fn public_key_pem(&self) -> &'static str {
        ""
    }

    fn private_key_pem(&self) -> Option<String> {
        Some(self.private_key.clone())
    }

    fn inbox(&self) -> Url {
        self.id.clone()
    }
}

/// What it says.
#[derive(Debug, Serialize)]
struct Said {
    #[serde(skip)]
    id: Url,
    #[serde(skip)]
    actor: Url,
    #[serde(flatten)]
    body: Value,
}

#[async_trait::async_trait]
impl Activity for Said {
    type DataType = ();
    type Error = LibraryError;

    fn id(&self) -> &Url {
        &self.id
    }

    fn actor(&self) -> &Url {
        &self.actor
    }

    async fn verify(&self, _: &Data<()>) -> Result<(), LibraryError> {
        Ok(())
    }

    async fn receive(self, _: &Data<()>) -> Result<(), LibraryError> {
        Ok(())
    }
}
