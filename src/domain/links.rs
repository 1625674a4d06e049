//! Every URL we mint or read back (decision 0005). Nobody else writes a path of ours.

use url::Url;

use super::{
    actor::ActorKind,
    peer::{canonical_host, same_origin},
    share::PublicId,
    theme::Slug,
};

/// Mints the addresses of this instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    base: Url,
}

/// What an address of ours points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `/actor`
    Instance,
    /// `/organisation`
    Organisation,
    /// `/labs/{handle}`
    Lab(String),
    /// `/people/{handle}`
    Member(String),
    /// `/shares/{id}`
    Share(PublicId),
}

impl Links {
    /// Mints under this origin; path, query and fragment of `base` are dropped.
    #[must_use]
    pub fn new(mut base: Url) -> Self {
        base.set_path("/");
        base.set_query(None);
        base.set_fragment(None);
        Self { base }
    }

    /// `/`
    #[must_use]
    pub fn home(&self) -> &Url {
        &self.base
    }

    /// Our host as peers write it in an address.
    #[must_use]
    pub fn host(&self) -> String {
        canonical_host(&self.base)
    }

    /// Whether a URL is one of ours.
    #[must_use]
    pub fn owns(&self, url: &Url) -> bool {
        same_origin(&self.base, url)
    }

    /// A URL of ours by its path, which callers write as a literal or mint here.
    #[must_use]
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// The id of an actor of ours.
    #[must_use]
    pub fn actor(&self, kind: ActorKind, handle: &str) -> Url {
        match kind {
            ActorKind::Instance => self.at("/actor"),
            ActorKind::Organisation => self.at("/organisation"),
            ActorKind::Lab => self.at(&format!("/labs/{handle}")),
            ActorKind::Member => self.at(&format!("/people/{handle}")),
        }
    }

    /// The inbox that serves everyone here.
    #[must_use]
    pub fn shared_inbox(&self) -> Url {
        self.at("/inbox")
    }

    /// A share's id and page.
    #[must_use]
    pub fn share(&self, id: &PublicId) -> Url {
        self.at(&format!("/shares/{}", id.as_str()))
    }

    /// A reply written by a member.
    #[must_use]
    pub fn reply(&self, id: &PublicId) -> Url {
        self.at(&format!("/replies/{}", id.as_str()))
    }

    /// The page of a hashtag.
    #[must_use]
    pub fn tag(&self, tag: &str) -> Url {
        self.at(&format!("/tags/{tag}"))
    }

    /// A theme's identifier, which is its page.
    #[must_use]
    pub fn theme(&self, slug: &Slug) -> Url {
        self.at(&format!("/themes/{slug}"))
    }

    /// A collection of labs that the organisation shows, by its word.
    #[must_use]
    pub fn featured(&self, word: &str) -> Url {
        self.at(&format!("/organisation/collections/{word}"))
    }

    /// A lab in such a collection, by its number.
    #[must_use]
    pub fn featured_item(&self, word: &str, number: i64) -> Url {
        self.at(&format!("/organisation/collections/{word}/items/{number}"))
    }

    /// The number of the lab that an activity of ours asked for, by that activity's id.
    #[must_use]
    pub fn read_feature_request(&self, url: &Url) -> Option<i64> {
        let segments: Vec<&str> = url.path_segments().filter(|_| self.owns(url))?.collect();
        match segments.as_slice() {
            ["organisation", "collections", _, "items", number, "request"] => number.parse().ok(),
            _ => None,
        }
    }

    /// The consent of a lab of ours to be in a collection, by its number.
    #[must_use]
    pub fn stamp(&self, lab: &str, number: i64) -> Url {
        self.at(&format!("/labs/{lab}/stamps/{number}"))
    }

    /// A picture we serve.
    #[must_use]
    pub fn media(&self, name: &str) -> Url {
        self.at(&format!("/media/{name}"))
    }

    /// Our JSON-LD terms.
    #[must_use]
    pub fn context(&self) -> Url {
        self.at("/ns")
    }

    /// What a URL points at here; `None` for other hosts and for pages that are no thing.
    #[must_use]
    pub fn read(&self, url: &Url) -> Option<Place> {
        if !self.owns(url) {
            return None;
        }
        let segments: Vec<&str> = url.path_segments()?.collect();
        match segments.as_slice() {
            ["actor"] => Some(Place::Instance),
            ["organisation" | ""] => Some(Place::Organisation),
            ["labs", handle] => Some(Place::Lab((*handle).to_owned())),
            ["people", handle] => Some(Place::Member((*handle).to_owned())),
            ["shares", id] => PublicId::parse(id).map(Place::Share),
            _ => None,
        }
    }
}

/// Ids of activities: derived from what they are about, so that doing something twice mints the same id (decision 0006).
pub mod activity {
    use super::Url;

    /// The Create of a share.
    #[must_use]
    pub fn create(share: &Url) -> String {
        format!("{share}/create")
    }

    /// The Update of a share or an actor, by its revision.
    #[must_use]
    pub fn update(object: &Url, revision: i64) -> String {
        format!("{object}/update/{revision}")
    }

    /// The Delete of a share.
    #[must_use]
    pub fn delete(share: &str) -> String {
        format!("{share}/delete")
    }

    /// A lab's Announce of a share's id.
    #[must_use]
    pub fn announce(share: &str) -> String {
        format!("{share}/announce")
    }

    /// The organisation's Announce of a share's id.
    #[must_use]
    pub fn announce_widely(share: &str) -> String {
        format!("{share}/announce/organisation")
    }

    /// The request to a lab to be in a collection.
    #[must_use]
    pub fn ask(item: &Url) -> String {
        format!("{item}/request")
    }

    /// The answer of a lab of ours to such a request, at this millisecond.
    #[must_use]
    pub fn answer(lab: &Url, kind: &str, at: i64) -> String {
        format!("{lab}/stamps/{}-{at}", kind.to_ascii_lowercase())
    }

    /// An Add, an Update or a Remove of a collection of ours, at this millisecond.
    #[must_use]
    pub fn show(collection: &Url, kind: &str, at: i64) -> String {
        format!("{collection}/{}/{at}", kind.to_ascii_lowercase())
    }

    /// The Move of a lab that went elsewhere, at this millisecond.
    #[must_use]
    pub fn depart(lab: &Url, at: i64) -> String {
        format!("{lab}/moves/{at}")
    }

    /// An Add or a Remove of a lab in our directory, at this millisecond.
    #[must_use]
    pub fn list(lab: &Url, kind: &str, at: i64) -> String {
        format!("{lab}/listed/{}-{at}", kind.to_ascii_lowercase())
    }

    /// A lab's Announce of another activity, wrapped: same id with a word behind it.
    #[must_use]
    pub fn wrap(activity: &str) -> String {
        format!("{activity}/announce")
    }

    /// A Follow by an actor of ours, by its row.
    #[must_use]
    pub fn follow(follower: &Url, number: i64) -> String {
        format!("{follower}/follows/{number}")
    }

    /// The Undo of an activity.
    #[must_use]
    pub fn undo(activity: &str) -> String {
        format!("{activity}/undo")
    }

    /// The Accept of a Follow, by the follow's row and the second of this answer.
    #[must_use]
    pub fn accept(actor: &Url, number: i64, answered: i64) -> String {
        format!("{actor}/accepts/{number}-{answered}")
    }

    /// An Announce by a lab of an answer from elsewhere, by the received activity's row.
    #[must_use]
    pub fn pass_on(lab: &Url, number: i64) -> String {
        format!("{lab}/announces/{number}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new(Url::parse("https://alpha.example").unwrap())
    }

    #[test]
    fn an_address_of_ours_is_read_back() {
        let lab = links().actor(ActorKind::Lab, "spoor");
        assert_eq!(lab.as_str(), "https://alpha.example/labs/spoor");
        assert_eq!(links().read(&lab), Some(Place::Lab("spoor".into())));
    }

    #[test]
    fn another_host_is_never_ours() {
        for foreign in
            ["https://alpha.example.evil/labs/spoor", "http://alpha.example/labs/spoor", "https://alpha.example:8443/actor"]
        {
            assert_eq!(links().read(&Url::parse(foreign).unwrap()), None, "{foreign}");
        }
    }

    #[test]
    fn case_and_default_port_do_not_hide_that_it_is_ours() {
        assert!(links().owns(&Url::parse("https://ALPHA.example:443/x").unwrap()));
    }
}
