//! Someone was writing when the session ended: what they typed is kept on a page, to be sent again once they are signed in.
//! Nothing is kept here: not in the database, not in memory, and never an upload.

use actix_web::HttpResponse;
use askama::Template;

use crate::web::{
    error::{self, Error},
    request::Visit,
};

/// What was typed into a form.
#[derive(Debug)]
pub struct Typed {
    /// Where the form leads.
    pub action: String,
    /// Whether it is sent in parts, as forms with a file are.
    pub in_parts: bool,
    /// The text, under the name `body`.
    pub body: String,
    /// Everything else.
    pub others: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "membership/again.html")]
struct AgainPage<'a> {
    visit: &'a Visit,
    typed: Typed,
}

/// The page that keeps it.
///
/// # Errors
/// `Failed` where it cannot be rendered.
pub fn keep(visit: &Visit, typed: Typed) -> Result<HttpResponse, Error> {
    visit.page_with(error::SIGN_IN_AGAIN, &AgainPage { visit, typed })
}
