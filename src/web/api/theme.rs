//! Themes in the API: the vocabulary of this instance.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer::read, ask, lab::Names};
use crate::{
    domain::{
        links::Links,
        theme::{self as domain, ThemeId},
    },
    storage::{Failed, theme},
    web::{State, error::Error},
};

/// All our themes: a vocabulary is small, and has one part.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThemePage {
    /// The themes, by their name in Dutch.
    items: Vec<Theme>,
    /// Always `null`: there is one part.
    next: Option<String>,
}

/// What labs work on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Theme {
    /// Its name in this API: the last part of its address.
    #[schema(example = "plain-language")]
    slug: String,
    /// Its identifier.
    #[schema(format = "uri")]
    activity_pub_id: String,
    /// Its page.
    #[schema(format = "uri")]
    url: String,
    /// What it is called.
    name: Names,
    /// The identifiers that others give to the same thing.
    same_as: Vec<String>,
    /// How many labs in the directory work on it.
    labs: i64,
}

impl Theme {
    fn of(theme: &domain::Theme, links: &Links, counts: &HashMap<ThemeId, i64>) -> Option<Self> {
        let slug = theme.slug.as_ref()?;
        Some(Self {
            slug: slug.to_string(),
            activity_pub_id: theme.uri.to_string(),
            url: links.theme(slug).to_string(),
            name: Names::of(&theme.labels),
            same_as: theme.same_as.iter().map(ToString::to_string).collect(),
            labs: counts.get(&theme.id).copied().unwrap_or(0),
        })
    }
}

/// List themes
///
/// What labs work on, in the words of this instance, with how many labs in the directory do.
#[utoipa::path(
    get, path = "/themes", operation_id = "listThemes", tag = "themes",
    responses((status = 200, description = "Our themes", body = ThemePage))
)]
pub async fn list(request: HttpRequest, state: Data<State>) -> Result<HttpResponse, Error> {
    ask::nothing(&request)?;
    let links = state.links().clone();
    let found = state.store().read(|tx| Ok::<_, Failed>((theme::list(tx)?, theme::count_labs(tx)?)));
    let (themes, counts) = found.await?;
    read(&ThemePage { items: themes.iter().filter_map(|theme| Theme::of(theme, &links, &counts)).collect(), next: None })
}
