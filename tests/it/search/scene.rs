//! An archipelago to look through: two labs, and shares in two languages that are the same each time.

use archipel::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        language::LanguageTag,
        search::{Query, Scope, Thing, Wanted},
        share::{Outcome, Share, ShareKind},
        text::Html,
    },
    storage::{
        actor, listing,
        search::{self, Found},
        share,
    },
};

use crate::support::{Engine, TestStore, cast, store};

/// Titles, and what is said below them.
pub const LIBRARY: [(&str, &str); 8] = [
    ("Brieven van gemeenten in klare taal", "De gemeente herschreef een brief met inwoners. De brief werkt, de gemeente leert."),
    ("Onderzoek naar reïntegratie", "Wij onderzoeken met onderzoekers wat werkt in de re-integratie van de gemeente Één."),
    ("Onderzoeksvragen van inwoners", "Een onderzoek begint met een vraag. Foto’s zeggen meer dan een brief."),
    ("Co-creatie met taalmodellen", "Een taalmodel schrijft klare taal, maar niet voor iedereen. Het experiment is gestopt."),
    ("Experiments in learning cities", "The city learned from an experiment. Two experiments worked; the letters did not."),
    ("A letter is read aloud", "The municipality reads every letter aloud before it is sent. Experimenting is learning."),
    ("Loket", "Het loket gaat lopen: de gemeente komt langs bij inwoners."),
    ("", "Vandaag een experiment met brieven van de gemeente."),
];

/// A store with labs and shares.
pub struct Scene {
    pub store: TestStore,
    pub ours: Actor,
    pub elsewhere: Actor,
}

impl Scene {
    /// So many shares, over four years.
    pub fn set(engine: Engine, count: u32) -> Self {
        let store = store(engine);
        let [ours, elsewhere] = [cast::spoor(), cast::a_remote_actor(ActorKind::Lab, "eb_en_vloed", "bravo.example")]
            .map(|lab| Actor { id: list(&store, &lab), ..lab });
        let scene = Self { store, ours, elsewhere };
        for number in 0..count {
            scene.add(&scene.numbered(number));
        }
        scene
    }

    fn numbered(&self, number: u32) -> Share {
        let lab = if number.is_multiple_of(3) { &self.elsewhere } else { &self.ours };
        let (title, text) = LIBRARY[number as usize % LIBRARY.len()];
        let at = cast::october(2) - chrono::TimeDelta::days(i64::from(number * 37 % 1_500));
        Share {
            title: if number.is_multiple_of(5) { format!("{title} {number}") } else { title.to_owned() },
            summary: text.chars().take(60).collect(),
            content: Html::sanitise(&format!("<p>{text}</p><p>Nummer {} van de reeks.</p>", number % 50)),
            language: language(if title.contains("letter") || title.contains("cities") { "en" } else { "nl" }),
            kind: ShareKind::ALL[number as usize % ShareKind::ALL.len()],
            outcome: Outcome::ALL.get(number as usize % 6).copied(),
            published_at: at,
            updated_at: at,
            ..cast::a_share(number + 1, lab, lab)
        }
    }

    /// A share of ours without a number.
    pub fn a_share(&self) -> Share {
        cast::a_share(900, &self.ours, &self.ours)
    }

    pub fn add(&self, new: &Share) -> Share {
        let id = self.store.commit(|tx| share::add(tx, new)).expect("a new share");
        Share { id, ..new.clone() }
    }

    pub fn meet(&self, actor: &Actor) -> Actor {
        Actor { id: list(&self.store, actor), ..actor.clone() }
    }

    pub fn find(&self, wanted: &Wanted) -> Found {
        self.store.read_now(|tx| search::find(tx, wanted, self.store.now(), 0, 1_000)).expect("an answer")
    }

    /// The shares that are found, in order.
    pub fn shares(&self, typed: &str) -> Vec<i64> {
        self.find(&wanted(typed)).hits.iter().filter_map(|hit| hit.share).collect()
    }

    /// How many labs there are.
    pub fn labs(&self) -> usize {
        self.store.pairs("SELECT name AS one, uri AS other FROM actors WHERE kind = 'lab' AND gone_at IS NULL").len()
    }

    /// How many documents have words in the index.
    pub fn left_in_the_index(&self) -> usize {
        let id = if self.store.has_single_writer() { "rowid" } else { "id::text" };
        let id = if id == "rowid" { "CAST(rowid AS TEXT)" } else { id };
        self.store.pairs(&format!("SELECT {id} AS one, '' AS other FROM search_index")).len()
    }
}

/// Someone types this.
pub fn wanted(typed: &str) -> Wanted {
    Wanted { query: Query::read(typed), ..Wanted::default() }
}

/// The same with each facet.
pub fn narrowed(typed: &str, scene: &Scene) -> Vec<Wanted> {
    let all = wanted(typed);
    vec![
        Wanted { scope: Scope::Here, ..all.clone() },
        Wanted { scope: Scope::Followed, followed: vec![scene.elsewhere.id], ..all.clone() },
        Wanted { thing: Some(Thing::Lab), ..all.clone() },
        Wanted { kind: Some(ShareKind::Term), ..all.clone() },
        Wanted { outcome: Some(Outcome::DidNotWork), thing: Some(Thing::Share), ..all.clone() },
        Wanted { language: Some(language("en")), ..all.clone() },
        Wanted { host: Some("bravo.example".into()), ..all },
    ]
}

pub fn language(tag: &str) -> LanguageTag {
    LanguageTag::parse(tag).expect("a language")
}

/// Keeps an actor; a lab of another host is listed by its organisation.
fn list(store: &TestStore, actor: &Actor) -> ActorId {
    store.commit(|tx| {
        let id = actor::save(tx, actor)?;
        if actor.kind == ActorKind::Lab && !actor.local {
            let theirs = actor::save(tx, &cast::a_remote_actor(ActorKind::Organisation, "theirs", &actor.host))?;
            listing::confirm(tx, &Actor { id, ..actor.clone() }, Some(theirs), store.now())?;
        }
        Ok(id)
    })
}
