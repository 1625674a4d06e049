//! Shares as JSON: ours as others read them (Article or Note, by length), others' as we read them.

use serde_json::{Value, json};
use url::Url;

use super::{activity::Envelope, actor::picture, wire, wire::PUBLIC};
use crate::{
    domain::{
        actor::Actor,
        audience::Counts,
        language::{Language, LanguageTag},
        links::{Links, activity},
        moment::{Moment, to_wire},
        peer::canonical_host,
        share::{Form, Licence, Outcome, Share, ShareKind},
        text::{self, Html},
    },
    usecases::share::ReceivedShare,
};

/// Types that are read as shares; what another type is called elsewhere has no page here.
pub const TYPES: [&str; 6] = ["Article", "Note", "Page", "Event", "Video", "Audio"];

/// A share of ours with those it concerns.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// The share.
    pub share: Share,
    /// Its author.
    pub author: Actor,
    /// Its lab; the author itself where the lab speaks.
    pub lab: Actor,
    /// What it has called forth.
    pub counts: Counts,
}

impl Spoken {
    /// Whether the lab itself speaks.
    #[must_use]
    pub fn is_by_lab(&self) -> bool {
        self.share.author == self.share.lab
    }

    /// The object as others read it, without a context.
    #[must_use]
    pub fn to_object(&self, links: &Links) -> Value {
        let share = &self.share;
        let content = self.content();
        let mut object = json!({
            "id": share.uri.as_str(),
            "type": share.form.code(),
            "kind": share.kind.code(),
            "attributedTo": self.author.uri.as_str(),
            "to": self.to(),
            "cc": self.cc(),
            "content": content,
            "contentMap": {share.language.as_str(): content},
            "mediaType": "text/html",
            "source": {"content": share.body, "mediaType": "text/markdown"},
            "language": {"identifier": share.language.as_str(), "name": share.language.name()},
            "url": share.page.as_str(),
            "attachment": [],
            "sensitive": false,
            "published": to_wire(share.published_at),
            "tag": self.tags(links),
            "replies": {"id": below(share, "replies"), "type": "Collection", "totalItems": self.counts.replies},
            "likes": {"id": below(share, "likes"), "type": "Collection", "totalItems": self.counts.likes},
            "shares": {"id": below(share, "boosts"), "type": "Collection", "totalItems": self.counts.boosts},
        });
        for (name, value) in self.by_form() {
            object[name] = value;
        }
        object
    }

    /// The Create of the share, by its author.
    #[must_use]
    pub fn create(&self, links: &Links) -> Envelope<'_> {
        self.envelope("Create", activity::create(&self.share.uri), self.share.published_at, self.to_object(links))
    }

    /// The Update of the share as it is now.
    #[must_use]
    pub fn update(&self, links: &Links) -> Envelope<'_> {
        let id = activity::update(&self.share.uri, i64::from(self.share.revision));
        self.envelope("Update", id, self.share.updated_at, self.to_object(links))
    }

    fn envelope<'a>(&'a self, kind: &'a str, id: String, at: Moment, object: Value) -> Envelope<'a> {
        let audience = (!self.is_by_lab()).then_some(&self.lab.uri);
        Envelope { kind, id, actor: &self.author, to: self.to(), cc: self.cc(), at, audience, more: Vec::new(), object }
    }

    /// The lab stands first: forums take the first group they find for the community.
    fn to(&self) -> Vec<String> {
        let lab = (!self.is_by_lab()).then(|| self.lab.uri.to_string());
        lab.into_iter().chain([PUBLIC.to_owned()]).collect()
    }

    fn cc(&self) -> Vec<String> {
        let lab = (!self.is_by_lab()).then(|| self.lab.followers_uri());
        let mentioned = self.share.mentions.iter().map(|mention| mention.uri.to_string());
        std::iter::once(self.author.followers_uri()).chain(lab).chain(mentioned).collect()
    }

    /// A Note has no title on the wire, so its text begins with it and ends with where it can be read.
    fn content(&self) -> String {
        let share = &self.share;
        match share.form {
            Form::Article => share.content.as_str().to_owned(),
            Form::Note => {
                let (head, foot) = frame(&share.title, &share.page);
                format!("{head}{}{foot}", share.content)
            }
        }
    }

    fn tags(&self, links: &Links) -> Vec<Value> {
        let lab = (!self.is_by_lab())
            .then(|| json!({"type": "Mention", "href": self.lab.uri.as_str(), "name": format!("@{}", self.lab.address())}));
        let mentions = self.share.mentions.iter();
        let mentions =
            mentions.map(|known| json!({"type": "Mention", "href": known.uri.as_str(), "name": format!("@{}", known.address)}));
        let hashtags = self.share.tags.iter();
        let hashtags = hashtags.map(|tag| json!({"type": "Hashtag", "name": format!("#{tag}"), "href": links.tag(tag).as_str()}));
        lab.into_iter().chain(mentions).chain(hashtags).collect()
    }

    fn by_form(&self) -> Vec<(&'static str, Value)> {
        let share = &self.share;
        let mut properties = Vec::new();
        if share.form == Form::Article {
            properties.push(("name", share.title.as_str().into()));
            properties.push(("summary", share.summary.as_str().into()));
            let preview = format!("<p><strong>{}</strong></p><p>{}</p>", escape(&share.title), escape(&share.summary));
            properties.push(("preview", json!({"type": "Note", "content": preview})));
        }
        if share.form == Form::Note {
            properties.push(("title", share.title.as_str().into()));
        }
        if let Some(picture) = &share.picture {
            let image = json!({"type": "Image", "mediaType": picture.media_type(), "url": picture.url.as_str(), "name": picture.description});
            properties.push(if share.form == Form::Article { ("image", image) } else { ("attachment", json!([image])) });
        }
        if share.updated_at > share.published_at {
            properties.push(("updated", to_wire(share.updated_at).into()));
        }
        if !self.is_by_lab() {
            properties.push(("audience", self.lab.uri.as_str().into()));
        }
        properties.extend(share.licence.map(|licence| ("license", licence.url().into())));
        properties.extend(share.outcome.map(|outcome| ("outcome", outcome.code().into())));
        properties
    }
}

/// What stands around the text of a Note: its title, and where it can be read. Other instances know it by our own term
/// `title` and take it off again.
fn frame(title: &str, page: &Url) -> (Html, Html) {
    let link = format!("<p><a href=\"{page}\">{}{}</a></p>", canonical_host(page), page.path());
    (Html::sanitise(&format!("<p><strong>{}</strong></p>", escape(title))), Html::sanitise(&link))
}

fn unframe(content: &Html, title: &str, page: &Url) -> Html {
    let (head, foot) = frame(title, page);
    let bare = content.as_str().strip_prefix(head.as_str()).and_then(|rest| rest.trim_end().strip_suffix(foot.as_str()));
    bare.map_or_else(|| content.clone(), Html::sanitise)
}

fn below(share: &Share, word: &str) -> String {
    format!("{}/{word}", share.uri)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A share of another host, as its own document tells it; `None` where it is not public or no share.
#[must_use]
pub fn read(object: &Value, now: Moment) -> Option<ReceivedShare> {
    let uri = wire::id(object).and_then(wire::parse_url)?;
    if !wire::is_any(object, &TYPES) || !wire::is_public(object) {
        return None;
    }
    let form = if wire::is_any(object, &["Note"]) { Form::Note } else { Form::Article };
    let (content, language) = wire::language_text(object, "content");
    let name = wire::language_text(object, "name").0.or_else(|| wire::text(object, "title").map(str::to_owned));
    let title = text::excerpt(&name.unwrap_or_default(), 200);
    let page = wire::page(object).unwrap_or_else(|| uri.clone());
    let content = unframe(&Html::sanitise(&content.unwrap_or_default()), &title, &page);
    let summary = wire::text(object, "summary").map_or_else(|| content.lead(), |text| Html::sanitise(text).to_plain());
    // A date of the future would keep a share on top for ever.
    let published_at = wire::moment(object, "published").unwrap_or(now).min(now);
    Some(ReceivedShare {
        kind: wire::text(object, "kind").and_then(|kind| ShareKind::parse(kind).ok()).unwrap_or(ShareKind::Update),
        title,
        summary: text::excerpt(&summary, 280),
        language: language.unwrap_or_else(|| LanguageTag::from(Language::En)),
        licence: wire::text(object, "license").and_then(Licence::from_url),
        outcome: wire::text(object, "outcome").and_then(|outcome| Outcome::parse(outcome).ok()),
        tags: hashtags(object),
        picture: picture(object, "image").or_else(|| picture(object, "attachment")),
        updated_at: wire::moment(object, "updated").unwrap_or(published_at),
        page,
        published_at,
        content,
        form,
        uri,
    })
}

/// The one author of an object: the first that it names.
#[must_use]
pub fn author(object: &Value) -> Option<Url> {
    wire::url(object, "attributedTo").or_else(|| wire::url(object, "actor"))
}

fn hashtags(object: &Value) -> Vec<String> {
    let named = wire::many(object, "tag").filter(|tag| wire::is_any(tag, &["Hashtag"]));
    let names = named.filter_map(|tag| wire::text(tag, "name")).map(|name| name.trim_start_matches('#').to_lowercase());
    let mut tags: Vec<String> =
        names.filter(|tag| !tag.is_empty() && tag.chars().count() <= 60 && !tag.contains(char::is_whitespace)).collect();
    tags.dedup();
    tags.truncate(20);
    tags
}
