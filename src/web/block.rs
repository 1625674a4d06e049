//! Whom this instance has nothing to do with, for whoever looks after it: to look at, to add to, and to take back.
//! What a block closes is shown before it is made.

use actix_web::{
    HttpResponse,
    web::{Form, Query},
};
use askama::Template;

use super::{
    error::{self, Error},
    page::Problem,
    request::{Administering, Visit},
};
use crate::{
    domain::{
        block::{Block, Blockable},
        refusal::Refused,
    },
    i18n,
    storage::{Failed, block},
    usecases::{
        self, Outcome,
        block::{self as blocks, Closed, Reach},
    },
};

/// How many of those that a block would reach are named.
const NAMED: usize = 5;

/// What the list is told by the page before it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Told {
    done: String,
    subject: String,
    actors: u32,
    deliveries: u32,
}

#[derive(Template)]
#[template(path = "block/list.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    blocks: Vec<Block>,
    done: String,
    values: Sent,
    problem: Problem,
}

/// Everyone who is blocked, and the form to block someone.
pub async fn list(visit: Administering, told: Query<Told>) -> Result<HttpResponse, Error> {
    let blocks = list_blocks(&visit).await?;
    let done = describe(&visit, &told, &blocks);
    visit.page(&ListPage { visit: &visit, blocks, done, values: Sent::default(), problem: Problem::default() })
}

/// What was done just now; a link from elsewhere can only make us say what is true.
fn describe(visit: &Visit, told: &Told, blocks: &[Block]) -> String {
    let is_blocked = blocks.iter().any(|known| known.subject.to_string() == told.subject);
    match (told.done.as_str(), is_blocked) {
        ("added", true) => {
            let arguments = [
                ("subject", told.subject.clone()),
                ("actors", told.actors.to_string()),
                ("deliveries", told.deliveries.to_string()),
            ];
            i18n::say_with(visit.language, "cli-block-added", &arguments)
        }
        ("removed", _) => visit.say("blocks-removed"),
        _ => String::new(),
    }
}

/// What the forms send.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Sent {
    form_token: String,
    subject: String,
    reason: String,
    confirmed: String,
}

#[derive(Template)]
#[template(path = "block/confirm.html")]
struct ConfirmPage<'a> {
    visit: &'a Visit,
    subject: Blockable,
    reason: String,
    known: i64,
    named: Vec<String>,
    unnamed: i64,
    covered_by: String,
}

impl<'a> ConfirmPage<'a> {
    fn of(visit: &'a Visit, subject: Blockable, reason: String, reach: Reach) -> Self {
        let count = |actors: usize| i64::try_from(actors).unwrap_or(i64::MAX);
        Self {
            known: count(reach.actors.len()),
            named: reach.actors.iter().take(NAMED).map(|actor| format!("@{}", actor.address())).collect(),
            unnamed: count(reach.actors.len().saturating_sub(NAMED)),
            covered_by: reach.known.map_or_else(String::new, |block| block.subject.to_string()),
            visit,
            subject,
            reason,
        }
    }
}

/// Shows what a block would close; blocks once that was confirmed.
pub async fn add(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let sent = sent.into_inner();
    if sent.confirmed == "yes" {
        return match block(&visit, &sent).await {
            Ok((subject, closed)) => Ok(visit.lead_to(&path_after(&subject, closed))),
            Err(usecases::Error::Refused(refused)) => mend(&visit, sent, &refused).await,
            Err(other) => Err(other.into()),
        };
    }
    match foresee(&visit, &sent).await {
        Ok((subject, reach)) => visit.page(&ConfirmPage::of(&visit, subject, one_line(&sent.reason), reach)),
        Err(usecases::Error::Refused(refused)) => mend(&visit, sent, &refused).await,
        Err(other) => Err(other.into()),
    }
}

async fn foresee(visit: &Administering, sent: &Sent) -> Outcome<(Blockable, Reach)> {
    let (by, links, text) = (visit.by(), visit.state.links().clone(), sent.subject.trim().to_owned());
    let read = visit.state.store().read(move |tx| {
        let subject = blocks::read_subject(tx, &text)?;
        let reach = blocks::foresee(tx, &links, Some(&by), &subject)?;
        Ok((subject, reach))
    });
    read.await
}

async fn block(visit: &Administering, sent: &Sent) -> Outcome<(Blockable, Closed)> {
    let (by, now, links) = (visit.by(), visit.state.clock().now(), visit.state.links().clone());
    let (text, reason) = (sent.subject.trim().to_owned(), one_line(&sent.reason));
    let write = visit.state.store().write(move |tx| {
        let subject = blocks::read_subject(tx, &text)?;
        let closed = blocks::block(tx, now, &links, Some(&by), &subject, Some(&reason))?;
        Ok((subject, closed))
    });
    write.await
}

async fn mend(visit: &Administering, values: Sent, refused: &Refused) -> Result<HttpResponse, Error> {
    let blocks = list_blocks(visit).await?;
    let problem = Problem::in_field(visit, "subject", refused);
    visit.page_with(error::MEND, &ListPage { visit, blocks, done: String::new(), values, problem })
}

/// What is to be taken back.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    subject: String,
}

#[derive(Template)]
#[template(path = "block/remove.html")]
struct RemovePage<'a> {
    visit: &'a Visit,
    known: Block,
}

/// Asks whether it is meant.
pub async fn ask(visit: Administering, asked: Query<Asked>) -> Result<HttpResponse, Error> {
    let blocks = list_blocks(&visit).await?;
    let found = blocks.into_iter().find(|known| known.subject.to_string() == asked.subject);
    let known = found.ok_or_else(|| Refused::unknown("block-unknown").with("subject", &asked.subject))?;
    visit.page(&RemovePage { visit: &visit, known })
}

/// Takes a block back.
pub async fn remove(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let (by, subject) = (visit.by(), Blockable::parse(&sent.subject)?);
    visit.state.store().write(move |tx| blocks::unblock(tx, Some(&by), &subject)).await?;
    Ok(visit.lead_to("/blocks?done=removed"))
}

async fn list_blocks(visit: &Visit) -> Result<Vec<Block>, Failed> {
    visit.state.store().read(block::list).await
}

fn path_after(subject: &Blockable, closed: Closed) -> String {
    let (subject, actors, deliveries) = (subject.to_string(), closed.actors.to_string(), closed.deliveries.to_string());
    let pairs = [("done", "added"), ("subject", &subject), ("actors", &actors), ("deliveries", &deliveries)];
    format!("/blocks?{}", url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}
