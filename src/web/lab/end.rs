//! The page that asks whether a lab ends, and who goes on with its work.

use actix_web::{
    HttpResponse,
    web::{Form, Path},
};
use askama::Template;

use crate::{
    domain::{
        membership::{Action, require},
        peer::Address,
        profile::Day,
        refusal::Refused,
    },
    usecases::{self, Outcome},
    web::{
        error::{self, Error},
        page::Problem,
        request::{SignedIn, Visit},
    },
};

#[derive(Template)]
#[template(path = "lab/end.html")]
struct Page<'a> {
    visit: &'a Visit,
    /// The lab's handle.
    lab: String,
    name: String,
    values: Sent,
    problem: Problem,
}

/// What the form holds.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Sent {
    form_token: String,
    ended: String,
    successor: String,
}

/// Asks when it ended and who goes on.
pub async fn ask(signed: SignedIn, handle: Path<String>) -> Result<HttpResponse, Error> {
    let (name, values) = find(&signed, &handle).await?;
    signed.page(&Page { visit: &signed, lab: handle.into_inner(), name, values, problem: Problem::default() })
}

/// Ends the lab, and leads to its page.
pub async fn end(signed: SignedIn, handle: Path<String>, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    signed.check(&sent.form_token)?;
    let (values, lab) = (sent.into_inner(), handle.into_inner());
    let (name, _) = find(&signed, &lab).await?;
    match finish(&signed, &lab, &values).await {
        Ok(()) => Ok(signed.lead_to(&format!("/labs/{lab}"))),
        Err(usecases::Error::Refused(refused)) if error::can_be_mended(refused.reason) => {
            let problem = problem(&signed, &refused);
            signed.page_with(error::status(refused.reason), &Page { visit: &signed, lab, name, values, problem })
        }
        Err(other) => Err(other.into()),
    }
}

fn problem(visit: &Visit, refused: &Refused) -> Problem {
    match refused.key {
        "day" => Problem::in_field(visit, "ended", refused),
        _ => Problem::in_field(visit, "successor", refused),
    }
}

async fn finish(signed: &SignedIn, lab: &str, values: &Sent) -> Outcome<()> {
    let ended = Day::parse(&values.ended)?;
    let successor = match values.successor.trim() {
        "" => None,
        text => Some(Address::parse(text)?),
    };
    let (by, now, lab) = (signed.by(), signed.state.clock().now(), lab.to_owned());
    let write = signed
        .state
        .store()
        .write(move |tx| usecases::lab::end(tx, now, Some(&by), &lab, (ended, successor.as_ref())).map(|_| ()));
    write.await
}

/// The lab's name and what the form begins with, where the member may end it.
async fn find(signed: &SignedIn, handle: &str) -> Outcome<(String, Sent)> {
    let (by, handle, today) = (signed.by(), handle.to_owned(), Day::of(signed.state.clock().now()));
    let read = signed.state.store().read(move |tx| {
        let lab = usecases::lab::find(tx, &handle)?;
        require(usecases::lab::standing(tx, Some(&by), &lab.actor)?, Action::EndLab)?;
        let values = Sent {
            ended: lab.profile.ended.unwrap_or(today).to_string(),
            successor: lab.profile.successor.map(String::from).unwrap_or_default(),
            ..Sent::default()
        };
        Ok::<_, usecases::Error>((lab.actor.name, values))
    });
    read.await
}
