//! A starter list: several addresses at once, each looked at before an administrator decides. One that cannot be reached does not
//! keep the others away.

use actix_web::{HttpResponse, web::Form};
use askama::Template;
use futures_util::{StreamExt, stream};

use super::{connect, mend};
use crate::{
    domain::{peer::read_list, refusal::Refused},
    federation::peer::Sighting,
    i18n, usecases,
    web::{
        error::Error,
        request::{Administering, Visit},
    },
};

/// Most addresses that are looked at for one page.
const MOST: usize = 25;

/// How many are asked at once.
const AT_ONCE: usize = 5;

/// What the forms send.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Sent {
    form_token: String,
    addresses: String,
}

#[derive(Template)]
#[template(path = "peer/several.html")]
struct Page<'a> {
    visit: &'a Visit,
    seen: Vec<Sighting>,
    /// Who could not be seen, and why.
    missed: Vec<(String, String)>,
    /// Those that were seen, as they were typed.
    addresses: String,
    /// Whether these are connected now.
    done: bool,
}

/// Shows who is at these addresses, before anything is decided.
pub async fn look(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    answer(&visit, &sent, false).await
}

/// Wants all of them that can be seen.
pub async fn add(visit: Administering, sent: Form<Sent>) -> Result<HttpResponse, Error> {
    answer(&visit, &sent, true).await
}

async fn answer(visit: &Administering, sent: &Sent, connects: bool) -> Result<HttpResponse, Error> {
    visit.check(&sent.form_token)?;
    let wanted = read_list(&sent.addresses);
    if wanted.is_empty() || wanted.len() > MOST {
        let refused = Refused::invalid("peers-several").with("most", MOST);
        return mend(visit, String::new(), &refused).await;
    }
    let asked = stream::iter(wanted).map(async |address| (try_one(visit, &address, connects).await, address));
    let mut page = Page { visit, seen: Vec::new(), missed: Vec::new(), addresses: String::new(), done: connects };
    for (found, address) in asked.buffered(AT_ONCE).collect::<Vec<_>>().await {
        match found {
            Ok(sighting) => {
                page.seen.push(sighting);
                page.addresses += &format!("{address}\n");
            }
            Err(usecases::Error::Refused(refused)) => page.missed.push((address, i18n::explain(visit.language, &refused))),
            Err(other) => return Err(other.into()),
        }
    }
    visit.page(&page)
}

async fn try_one(visit: &Administering, address: &str, connects: bool) -> usecases::Outcome<Sighting> {
    let seen = visit.state.federation.look_at(address).await?;
    if connects { connect(visit, seen.clone()).await.map(|_| seen) } else { Ok(seen) }
}
