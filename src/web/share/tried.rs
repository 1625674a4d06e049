//! What was already tried: shares like the one that somebody writes, shown while it can still be changed or left.

use actix_web::HttpResponse;

use super::form::{Desk, Values, form_with_preview, form_with_tried};
use crate::{
    domain::search::keys,
    storage::{Failed, Tx, search, share},
    web::{card::ShareCard, error::Error, request::SignedIn},
};

/// How many are shown.
const ALIKE: usize = 5;

/// Shows what was written with what is like it: the share as it would be, or the form alone.
pub(super) async fn look(signed: &SignedIn, desk: &Desk, values: Values) -> Result<HttpResponse, Error> {
    let (keys, except) = (keys(&values.title, &values.body), desk.share.as_ref().map(|share| share.id));
    let read: Result<_, Failed> = signed.state.store().read(move |tx| find(tx, &keys, except)).await;
    let alike = read?;
    if values.is_preview() {
        let worth_saying = desk.share.is_none() && !alike.is_empty();
        return form_with_preview(signed, desk, values, worth_saying.then_some(alike));
    }
    form_with_tried(signed, desk, values, alike)
}

fn find(tx: &mut Tx<'_>, keys: &[crate::domain::search::Key], except: Option<i64>) -> Result<Vec<ShareCard>, Failed> {
    let ids = search::similar(tx, keys, except, ALIKE)?;
    let shares = share::list(tx, &ids)?;
    ShareCard::list(tx, shares)
}
