//! The page about the API, for people: how to read and how to publish, with commands to copy. It explains, and does nothing.

use actix_web::HttpResponse;
use askama::Template;

use super::answer;
use crate::{
    domain::token::Scope,
    web::{error::Error, request::Visit},
};

#[derive(Template)]
#[template(path = "api/show.html")]
struct Guide<'a> {
    visit: &'a Visit,
    /// Where the API is.
    root: String,
}

/// How to read and how to publish.
pub async fn show(visit: Visit) -> Result<HttpResponse, Error> {
    let root = answer::at(visit.state.links(), "").to_string();
    visit.page(&Guide { visit: &visit, root })
}

impl Guide<'_> {
    fn scopes(&self) -> Vec<(&'static str, String)> {
        Scope::ALL.map(|scope| (scope.code(), self.visit.word("scope", scope.word()))).into()
    }
}
