//! What search engines read of a page: schema.org as JSON-LD, of our own labs, shares and organisation. It is data, and never runs.

use serde_json::{Value, json};

use super::card::LabCard;
use crate::domain::{
    actor::{Actor, ActorKind},
    language::{Language, LanguageTag},
    moment::to_wire,
    organisation::{Organisation, OrganisationKind, Tooi},
    register::Mark,
    share::{Licence, Share},
};

/// A lab.
#[must_use]
pub fn of_lab(card: &LabCard, language: Language) -> String {
    let (actor, profile) = (&card.actor, &card.profile);
    let parent = card.organisation.as_ref().map(|known| {
        let (is, uri) = (&known.is, known.uri.as_str());
        json!({"@type": kind(is), "@id": uri, "name": known.name, "identifier": identifier(card.mark.as_ref())})
    });
    let place = Some(&profile.place).filter(|place| !place.is_empty());
    let themes: Vec<&str> = card.themes.iter().map(|theme| theme.labels.of(language)).collect();
    write(json!({
        "@type": "Organization", "@id": actor.uri.as_str(), "name": actor.name, "url": actor.page.as_str(), "description": card.excerpt,
        "parentOrganization": parent, "location": place.map(|place| json!({"@type": "Place", "name": place.as_str()})),
        "foundingDate": profile.founded.map(|day| day.to_string()), "dissolutionDate": profile.ended.map(|day| day.to_string()),
        "knowsLanguage": profile.languages.iter().map(LanguageTag::as_str).collect::<Vec<_>>(), "knowsAbout": themes,
    }))
}

/// The organisation.
#[must_use]
pub fn of_organisation(id: &str, name: &str, is: &Organisation, mark: Option<&Mark>, labs: &[LabCard]) -> String {
    let labs: Vec<Value> = labs
        .iter()
        .map(|card| json!({"@type": "Organization", "@id": card.actor.uri.as_str(), "name": card.actor.name}))
        .collect();
    let tooi = is.tooi.as_ref().map(ToString::to_string);
    let identifier = identifier(mark);
    write(json!({
        "@type": kind(is), "@id": id, "name": name, "url": id, "sameAs": tooi, "identifier": identifier, "subOrganization": labs,
    }))
}

/// A share.
#[must_use]
pub fn of_share(share: &Share, headline: &str, author: &Actor, lab: &Actor) -> String {
    let named = |actor: &Actor| {
        let kind = if actor.kind == ActorKind::Member { "Person" } else { "Organization" };
        json!({"@type": kind, "@id": actor.uri.as_str(), "name": actor.name})
    };
    write(json!({
        "@type": "Article", "@id": share.uri.as_str(), "url": share.page.as_str(), "headline": headline, "description": share.summary,
        "author": named(author), "publisher": named(lab), "inLanguage": share.language.as_str(),
        "datePublished": to_wire(share.published_at), "dateModified": to_wire(share.updated_at), "keywords": share.tags,
        "license": share.licence.map(Licence::url), "image": share.picture.as_ref().map(|picture| picture.url.as_str()),
    }))
}

/// By which identifier the register knows the holder of the domain: what an organisation says of itself is its `sameAs`.
fn identifier(mark: Option<&Mark>) -> Option<Value> {
    let tooi: &Tooi = mark?.registrant.tooi.as_ref()?;
    Some(json!({"@type": "PropertyValue", "propertyID": "TOOI", "value": tooi.as_str()}))
}

fn kind(is: &Organisation) -> &'static str {
    is.kind.map_or("Organization", OrganisationKind::schema_type)
}

/// What is not known is left out; nothing in it can end the element that it stands in.
fn write(mut value: Value) -> String {
    value["@context"] = "https://schema.org".into();
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|values| !values.is_empty()));
    }
    value.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_element_early_and_what_is_unknown_is_left_out() {
        let text = of_organisation("https://a.example/organisation", "</script><b>", &Organisation::default(), None, &[]);
        assert!(!text.contains('<') && !text.contains("sameAs") && !text.contains("subOrganization"), "{text}");
    }
}
