//! Reads JSON as peers write it: one value or a list, an id or the whole object, a text or a map of languages.
//! It never fetches a context and never trusts an embedded object; it only says what is written.

use serde_json::Value;
use url::Url;

use crate::domain::{
    language::LanguageTag,
    moment::{Moment, parse_wire},
    peer::is_plain,
};

/// The collection that stands for everyone.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// How the collection of everyone is written by one or the other.
const EVERYONE: [&str; 3] = [PUBLIC, "as:Public", "Public"];

/// Most values of a list that are looked at.
const LIST_LIMIT: usize = 200;

/// Most bytes of an id or a link.
const URL_LIMIT: usize = 2_000;

/// The values of a property: none, one, or those of its list; at most 200.
pub fn many<'a>(object: &'a Value, property: &str) -> impl Iterator<Item = &'a Value> {
    let values = match object.get(property) {
        None | Some(Value::Null) => [].as_slice(),
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    values.iter().take(LIST_LIMIT)
}

/// The first value of a property.
#[must_use]
pub fn one<'a>(object: &'a Value, property: &str) -> Option<&'a Value> {
    many(object, property).next()
}

/// A property's text; blank counts as none.
#[must_use]
pub fn text<'a>(object: &'a Value, property: &str) -> Option<&'a str> {
    one(object, property)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The id of a value: the text itself, or the `id` (or `href`) of an object.
#[must_use]
pub fn id(value: &Value) -> Option<&str> {
    match value {
        Value::String(id) => Some(id.as_str()),
        Value::Object(object) => object.get("id").or_else(|| object.get("href"))?.as_str(),
        _ => None,
    }
}

/// The id of the first value of a property, as a URL.
#[must_use]
pub fn url(object: &Value, property: &str) -> Option<Url> {
    one(object, property).and_then(id).and_then(parse_url)
}

/// An http(s) URL without user information, of at most 2 000 bytes; none that readers of URLs mend each in their own way.
#[must_use]
pub fn parse_url(text: &str) -> Option<Url> {
    let plain = text.len() <= URL_LIMIT && !text.contains(|letter: char| letter.is_control() || matches!(letter, '\\' | ' '));
    let url = Url::parse(text).ok().filter(|_| plain)?;
    is_plain(&url).then_some(url)
}

/// The names of an object's types.
pub fn types(object: &Value) -> impl Iterator<Item = &str> {
    many(object, "type").filter_map(Value::as_str)
}

/// Whether an object has one of these types.
#[must_use]
pub fn is_any(object: &Value, names: &[&str]) -> bool {
    types(object).any(|name| names.contains(&name))
}

/// A property's date.
#[must_use]
pub fn moment(object: &Value, property: &str) -> Option<Moment> {
    parse_wire(text(object, property)?)
}

/// Whether everyone is addressed, by the object itself.
#[must_use]
pub fn is_public(object: &Value) -> bool {
    ["to", "cc"].iter().flat_map(|property| many(object, property)).filter_map(id).any(|to| EVERYONE.contains(&to))
}

/// Takes away who was addressed in secret, at every depth: nobody else may learn of them.
pub fn forget_secret_addressees(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "bto" && name != "bcc");
            fields.values_mut().for_each(forget_secret_addressees);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_secret_addressees),
        _ => {}
    }
}

/// A text with its language: the property itself, with the first key of its map; the map alone where that is all there is.
#[must_use]
pub fn language_text(object: &Value, property: &str) -> (Option<String>, Option<LanguageTag>) {
    let map = object.get(format!("{property}Map")).and_then(Value::as_object);
    let first = map.and_then(|map| map.iter().next());
    let language = first.and_then(|(tag, _)| LanguageTag::parse(tag).ok()).or_else(|| language_of(object));
    let mapped = || first.and_then(|(_, text)| text.as_str());
    (text(object, property).or_else(mapped).map(str::to_owned), language)
}

/// Lemmy's way of telling a language.
fn language_of(object: &Value) -> Option<LanguageTag> {
    LanguageTag::parse(object.get("language")?.get("identifier")?.as_str()?).ok()
}

/// The page for people: the first link that is HTML, or the first of any kind.
#[must_use]
pub fn page(object: &Value) -> Option<Url> {
    let links: Vec<&Value> = many(object, "url").collect();
    let html = links.iter().find(|link| link.get("mediaType").and_then(Value::as_str) == Some("text/html"));
    let plain = || links.iter().find(|link| link.is_string()).or_else(|| links.first());
    html.or_else(plain).and_then(|link| id(link)).and_then(parse_url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_value_and_a_list_of_one_are_the_same() {
        assert_eq!(text(&json!({"to": "a"}), "to"), text(&json!({"to": ["a"]}), "to"));
        assert_eq!(many(&json!({"to": null}), "to").count(), 0);
    }

    #[test]
    fn everyone_is_recognised_in_each_spelling() {
        for spelling in EVERYONE {
            assert!(is_public(&json!({"cc": spelling})) && is_public(&json!({"to": [spelling]})), "{spelling}");
        }
        assert!(!is_public(&json!({"to": "https://a.example/followers"})));
    }

    #[test]
    fn the_page_among_several_links_is_the_html_one() {
        let video = json!({"url": [{"type": "Link", "mediaType": "video/mp4", "href": "https://v.example/1.mp4"},
                                   {"type": "Link", "mediaType": "text/html", "href": "https://v.example/w/1"}]});
        assert_eq!(page(&video).unwrap().as_str(), "https://v.example/w/1");
    }
}
