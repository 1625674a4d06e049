//! The register of organisations and their domains, for whoever looks after this instance: what is here, which known hosts are marked
//! by it, and a form that takes in another. A file that cannot be used changes nothing, and the page says why.

use std::io::BufReader;

use actix_multipart::{
    MultipartError,
    form::{MultipartForm, MultipartFormConfig, tempfile::TempFile, text::Text},
};
use actix_web::{HttpResponse, error::PayloadError, web::Query};
use askama::Template;
use chrono::TimeDelta;

use super::{
    error::{self, Error},
    page::Problem,
    request::{Administering, Visit},
};
use crate::{
    domain::{
        moment::Moment,
        profile::Day,
        refusal::Refused,
        register::{Export, Mark, Register, Source},
    },
    storage::{
        Failed,
        register::{self, MarkedHost},
    },
    usecases::{self, register as registers},
};

/// Most bytes that the form takes; what is larger is for the command line.
const UPLOAD: usize = 64 * 1024 * 1024;

/// How many hosts a page shows.
const HOSTS: usize = 100;

/// From when on a register is called old.
const OLD: TimeDelta = TimeDelta::days(90);

/// How much the form may send.
pub fn limits() -> MultipartFormConfig {
    let too_large = || Error::from(Refused::invalid("register-upload").with("limit", UPLOAD / 1024 / 1024));
    MultipartFormConfig::default().total_limit(UPLOAD + 64 * 1024).memory_limit(64 * 1024).error_handler(move |error, _| {
        match error {
            MultipartError::Payload(PayloadError::Overflow) => too_large().into(),
            other => other.into(),
        }
    })
}

/// What the page shows.
struct Found {
    register: Option<Register>,
    own: Option<Mark>,
    hosts: Vec<MarkedHost>,
    further: Option<String>,
}

#[derive(Template)]
#[template(path = "register/show.html")]
struct Page<'a> {
    visit: &'a Visit,
    now: Moment,
    found: Found,
    source: String,
    date: String,
    problem: Problem,
}

impl Page<'_> {
    /// What was left out, by reason.
    fn left(&self) -> Vec<(&'static str, i64)> {
        let left = self.found.register.as_ref().map(|register| register.left_out).unwrap_or_default();
        let counts = [
            ("register-left-ended", left.ended),
            ("register-left-pages", left.pages),
            ("register-left-unreadable", left.no_name),
            ("register-left-nameless", left.nameless),
        ];
        let some = counts.into_iter().filter(|(_, count)| *count > 0);
        some.map(|(key, count)| (key, i64::try_from(count).unwrap_or(i64::MAX))).collect()
    }

    fn is_old(&self) -> bool {
        self.found.register.as_ref().is_some_and(|register| self.now - register.dated.begins() > OLD)
    }
}

/// Where the list of hosts begins.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

/// What is here.
pub async fn show(visit: Administering, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let found = find(&visit, asked.after.clone()).await?;
    let now = visit.state.clock().now();
    let (source, date, problem) = (String::new(), String::new(), Problem::default());
    visit.page(&Page { visit: &visit, now, found, source, date, problem })
}

async fn find(visit: &Visit, after: String) -> Result<Found, Failed> {
    let own = visit.host();
    let read = visit.state.store().read(move |tx| {
        let mut hosts = register::list_marked_hosts(tx, &after, i64::try_from(HOSTS + 1).unwrap_or(i64::MAX))?;
        let further = (hosts.len() > HOSTS).then(|| hosts[HOSTS - 1].host.clone());
        hosts.truncate(HOSTS);
        Ok(Found { register: register::find(tx)?, own: register::find_mark(tx, &own)?, hosts, further })
    });
    read.await
}

/// What a browser sends.
#[derive(MultipartForm)]
pub struct Sent {
    #[multipart(limit = "1KB")]
    form_token: Option<Text<String>>,
    #[multipart(limit = "2KB")]
    source: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    date: Option<Text<String>>,
    #[multipart(limit = "64MB")]
    file: Option<TempFile>,
}

/// Takes in a file in place of what is here.
pub async fn import(visit: Administering, sent: MultipartForm<Sent>) -> Result<HttpResponse, Error> {
    let text = |field: Option<Text<String>>| field.map(Text::into_inner).unwrap_or_default();
    let sent = sent.into_inner();
    visit.check(&text(sent.form_token))?;
    let (source, date) = (text(sent.source), text(sent.date));
    match take_in(&visit, sent.file, &source, &date).await {
        Ok(()) => Ok(visit.lead_to("/register")),
        Err(usecases::Error::Refused(refused)) => {
            let (found, now) = (find(&visit, String::new()).await?, visit.state.clock().now());
            let field = if matches!(refused.key, "day" | "register-undated") { "date" } else { "file" };
            let problem = Problem::in_field(&visit, field, &refused);
            visit.page_with(error::MEND, &Page { visit: &visit, now, found, source, date, problem })
        }
        Err(other) => Err(other.into()),
    }
}

async fn take_in(visit: &Administering, file: Option<TempFile>, source: &str, date: &str) -> usecases::Outcome<()> {
    let file = file.filter(|file| file.size > 0).ok_or_else(|| Refused::invalid("register-file"))?;
    let given = Day::parse(date)?;
    let named = file.file_name.clone().unwrap_or_default();
    let source = Source::told(if source.trim().is_empty() { &named } else { source });
    let (by, now) = (visit.by(), visit.state.clock().now());
    let write = visit.state.store().write(move |tx| {
        let mut export = Export::open(BufReader::with_capacity(128 * 1024, file.file.into_file()), Day::of(now))?;
        registers::import(tx, now, Some(&by), &mut export, (source, given)).map(|_| ())
    });
    write.await
}

/// What the form that forgets sends.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Forgetting {
    form_token: String,
}

/// Forgets the register, and every mark.
pub async fn remove(visit: Administering, sent: actix_web::web::Form<Forgetting>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let by = visit.by();
    visit.state.store().write(move |tx| registers::remove(tx, Some(&by))).await?;
    Ok(visit.lead_to("/register"))
}
