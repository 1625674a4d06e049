//! What was sent to other servers and what waits, for whoever looks after this instance: to look at, and to try again.

mod picture;

use actix_web::{
    HttpResponse,
    web::{Form, Query},
};
use askama::Template;

use super::{
    error::Error,
    request::{Administering, Visit},
};
use crate::{
    domain::{
        delivery::{DeliveryState, Lane},
        dispatch::{Again, Cause, Deed, Dispatch, Selection, can_be_tried},
        moment::Moment,
        slice::{Cursor, Slice},
    },
    storage::{Failed, Tx, dispatch, lane},
    usecases,
};
use picture::Picture;

/// How many deliveries a page shows.
const DELIVERIES: i64 = 30;

/// How many hosts are shown.
const HOSTS: i64 = 10;

/// What somebody looks at, as links say it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    host: String,
    before: String,
    tried: String,
}

#[derive(Template)]
#[template(path = "delivery/list.html")]
struct DeliveryPage<'a> {
    visit: &'a Visit,
    now: Moment,
    wanted: Selection,
    found: Found,
    tried: Option<i64>,
}

/// What is shown.
struct Found {
    states: Picture,
    open: i64,
    hosts: Vec<Resting>,
    dispatches: Vec<Dispatch>,
    older: Option<Cursor>,
    is_first: bool,
}

/// A host that something waits for, and why.
struct Resting {
    lane: Lane,
    share: i64,
    error: Option<String>,
}

/// How deliveries stand, whom most waits for, and those of a state or a host one by one.
pub async fn list(visit: Administering, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let wanted = Selection::read(&asked.state, &asked.host);
    let (selection, slice) = (wanted.clone(), Slice::read(Some(&asked.before), DELIVERIES));
    let read = visit.state.store().read(move |tx| find(tx, &selection, slice));
    let found: Result<Found, Failed> = read.await;
    let tried = asked.tried.parse().ok().filter(|count| *count >= 0);
    visit.page(&DeliveryPage { visit: &visit, now: visit.state.clock().now(), wanted, found: found?, tried })
}

fn find(tx: &mut Tx<'_>, wanted: &Selection, slice: Slice) -> Result<Found, Failed> {
    let counts = dispatch::count(tx, wanted.host.as_deref())?;
    let mut dispatches = dispatch::list(tx, wanted, slice.and_one())?;
    let older = slice.cut(&mut dispatches, dispatch::place);
    Ok(Found {
        open: counts.iter().filter(|(state, _)| can_be_tried(*state)).map(|(_, count)| count).sum(),
        states: Picture::of(&counts),
        hosts: find_resting(tx)?,
        dispatches,
        older,
        is_first: slice.is_first(),
    })
}

fn find_resting(tx: &mut Tx<'_>) -> Result<Vec<Resting>, Failed> {
    let lanes = lane::list(tx, HOSTS)?;
    let most = lanes.iter().map(|lane| lane.waiting).max().unwrap_or(1).max(1);
    let mut hosts = Vec::with_capacity(lanes.len());
    for lane in lanes {
        let error = dispatch::find_error_of_host(tx, &lane.host)?;
        hosts.push(Resting { share: (lane.waiting * 1_000 / most).max(8), error, lane });
    }
    Ok(hosts)
}

/// What the buttons send: what to try, and what was looked at.
#[derive(Debug, serde::Deserialize)]
pub struct Sent {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    host: String,
}

impl Sent {
    fn which(&self) -> Again {
        match (self.id.parse(), self.to.as_str()) {
            (Ok(id), _) => Again::One(id),
            (Err(_), "") => Again::Everything,
            (Err(_), host) => Again::Host(host.to_owned()),
        }
    }
}

/// Tries again what a button stands for, and leads back to what was looked at.
pub async fn retry(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let (by, now, which) = (visit.by(), visit.state.clock().now(), sent.which());
    let write = visit.state.store().write(move |tx| usecases::delivery::retry(tx, now, Some(&by), &which));
    let tried = write.await?.to_string();
    let seen = Selection::read(&sent.state, &sent.host);
    Ok(visit.lead_to(&path_to(seen.state, seen.host.as_deref(), &[("tried", &tried)])))
}

/// The address of what somebody looks at: it can be passed on as a link.
fn path_to(state: Option<DeliveryState>, host: Option<&str>, more: &[(&str, &str)]) -> String {
    let pairs = [("state", state.map(DeliveryState::code)), ("host", host)];
    let chosen = pairs.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(chosen.chain(more.iter().copied())).finish();
    if query.is_empty() { "/deliveries".to_owned() } else { format!("/deliveries?{query}") }
}

/// What the template calls.
impl DeliveryPage<'_> {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass fields by reference")]
    fn of_state(&self, state: &DeliveryState) -> String {
        self.visit.to(path_to(Some(*state), self.wanted.host.as_deref(), &[]))
    }

    fn of_every_state(&self) -> String {
        self.visit.to(path_to(None, self.wanted.host.as_deref(), &[]))
    }

    fn of_host(&self, host: &str) -> String {
        self.visit.to(path_to(self.wanted.state, Some(host), &[]))
    }

    fn of_every_host(&self) -> String {
        self.visit.to(path_to(self.wanted.state, None, &[]))
    }

    fn before(&self, cursor: &Cursor) -> String {
        let cursor = cursor.to_string();
        self.visit.to(path_to(self.wanted.state, self.wanted.host.as_deref(), &[("before", &cursor)]))
    }

    fn newest(&self) -> String {
        self.visit.to(path_to(self.wanted.state, self.wanted.host.as_deref(), &[]))
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass fields by reference")]
    fn is_chosen(&self, state: &DeliveryState) -> bool {
        self.wanted.state == Some(*state)
    }

    fn host(&self) -> &str {
        self.wanted.host.as_deref().unwrap_or_default()
    }

    fn state(&self) -> &'static str {
        self.wanted.state.map_or("", DeliveryState::code)
    }

    /// What it says, and the page here of what it is about.
    fn said(&self, dispatch: &Dispatch) -> (String, String) {
        let (deed, about) = Deed::read(&dispatch.delivery.activity);
        let path = url::Url::parse(about).map_or_else(|_| String::new(), |url| url.path().to_owned());
        (self.visit.word("deed", deed.code()), path)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass fields by reference")]
    fn tries(&self, attempts: &i32) -> String {
        self.visit.count("deliveries-failures", &i64::from(*attempts))
    }

    fn is_due(&self, at: &Moment) -> bool {
        *at <= self.now
    }

    fn why(&self, error: &str) -> String {
        self.visit.word("cause", Cause::read(error).code())
    }
}
