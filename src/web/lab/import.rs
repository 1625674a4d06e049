//! Labs from a table, for whoever looks after this instance: first what it would do, or all that is wrong with it; then, when that is
//! confirmed, all of it at once.

use std::io::Read;

use actix_multipart::form::{MultipartForm, tempfile::TempFile, text::Text};
use actix_web::HttpResponse;
use askama::Template;

use crate::{
    domain::{
        lab::sheet::{CellProblem, Sheet},
        refusal::Refused,
    },
    federation::key,
    i18n,
    storage::Failed,
    usecases::{
        self, KeyPair,
        lab::import::{self as labs, Plan, Planned, Step},
    },
    web::{
        error::{self, Error},
        page::Problem,
        request::{Administering, Visit},
    },
};

/// Most labs that are registered in one go by form: each takes a tenth of a second, and somebody waits.
const NEW: usize = 200;

/// Most bytes of a table that the form takes: it is sent once more, to be confirmed, as text.
const BYTES: usize = 900 * 1024;

#[derive(Template)]
#[template(path = "lab/import.html")]
struct Page<'a> {
    visit: &'a Visit,
    /// The table, to be confirmed.
    table: String,
    update: bool,
    plan: Option<Plan>,
    wrong: Vec<CellProblem>,
    count: i64,
    problem: Problem,
}

impl<'a> Page<'a> {
    fn empty(visit: &'a Visit) -> Self {
        let (table, wrong, problem) = (String::new(), Vec::new(), Problem::default());
        Self { visit, table, update: false, plan: None, wrong, count: 0, problem }
    }

    fn explain(&self, problem: &CellProblem) -> String {
        let what = i18n::explain(self.visit.language, &problem.refused);
        let arguments = [("row", problem.row.to_string()), ("column", problem.heading.to_owned()), ("what", what)];
        let key = if problem.heading.is_empty() { "cli-labs-row" } else { "cli-labs-cell" };
        i18n::say_with(self.visit.language, key, &arguments)
    }
}

/// What a browser sends.
#[derive(MultipartForm)]
pub struct Sent {
    #[multipart(limit = "1KB")]
    form_token: Option<Text<String>>,
    #[multipart(limit = "900KB")]
    table: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    update: Option<Text<String>>,
    #[multipart(limit = "1KB")]
    confirmed: Option<Text<String>>,
    #[multipart(limit = "6MB")]
    file: Option<TempFile>,
}

/// The form.
pub async fn ask(visit: Administering) -> Result<HttpResponse, Error> {
    visit.page(&Page::empty(&visit))
}

/// Shows what a table would do, or does it where that was confirmed.
pub async fn import(visit: Administering, sent: MultipartForm<Sent>) -> Result<HttpResponse, Error> {
    let sent = sent.into_inner();
    visit.check(sent.form_token.as_ref().map_or("", |token| token.as_str()))?;
    let (update, confirmed) = (sent.update.is_some(), sent.confirmed.is_some());
    let bytes = match sent.file.filter(|file| file.size > 0) {
        Some(file) => read(file)?,
        None => sent.table.map(Text::into_inner).unwrap_or_default().into_bytes(),
    };
    match take_in(&visit, &bytes, update, confirmed).await {
        Ok(Ok(_)) if confirmed => Ok(visit.lead_to("/labs?where=own")),
        Ok(Ok(plan)) => {
            let table = String::from_utf8_lossy(&bytes).into_owned();
            visit.page(&Page { table, update, plan: Some(plan), ..Page::empty(&visit) })
        }
        Ok(Err((wrong, count))) => {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            visit.page_with(error::MEND, &Page { update, wrong, count, ..Page::empty(&visit) })
        }
        Err(usecases::Error::Refused(refused)) => {
            let problem = Problem::in_field(&visit, "file", &refused);
            visit.page_with(error::MEND, &Page { update, problem, ..Page::empty(&visit) })
        }
        Err(other) => Err(other.into()),
    }
}

async fn take_in(visit: &Administering, bytes: &[u8], update: bool, confirmed: bool) -> usecases::Outcome<Planned> {
    if bytes.len() > BYTES {
        return Err(Refused::invalid("table-upload").with("limit", BYTES / 1024).into());
    }
    let sheet = Sheet::parse(bytes)?;
    let (by, links, now) = (visit.by(), visit.state.links().clone(), visit.state.clock().now());
    let (planned, sheet, by, links) = visit
        .state
        .store()
        .read(move |tx| Ok::<_, usecases::Error>((labs::plan(tx, &links, Some(&by), &sheet, update)?, sheet, by, links)))
        .await?;
    let new = planned.as_ref().map_or(0, Plan::count_new);
    if new > NEW {
        return Err(Refused::invalid("table-new-many").with("limit", NEW).into());
    }
    if !confirmed || planned.is_err() {
        return Ok(planned);
    }
    let make = move || (0..new).map(|_| key::generate()).collect::<Result<Vec<KeyPair>, _>>();
    let keys = tokio::task::spawn_blocking(make).await.map_err(Failed::because("finish making keys"))??;
    let write = visit.state.store().write(move |tx| labs::import(tx, now, &links, Some(&by), (&sheet, update), &keys));
    write.await
}

fn read(file: TempFile) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    let mut opened = file.file;
    opened.read_to_end(&mut bytes).map_err(Failed::because("read an upload"))?;
    Ok(bytes)
}
