//! One organisation of the demo on its own instance: founded, filled with what it has to tell, and acting for its people.
//! It uses the same use cases as everyone; only the dates are of days ago.

use chrono::TimeDelta;
use tokio::task::spawn_blocking;
use url::Url;

use super::{
    cast::{Answer, End, Group, Organisation, Person, Piece, Wish},
    home::{Home, SignIn},
    progress::Progress,
};
use crate::{
    auth::password,
    cli::trouble::Trouble,
    config::{Clock, Settings},
    domain::{
        actor::{ActorKind, Handle},
        audience::FollowState,
        lab::NewLab,
        language::LanguageTag,
        membership::Role,
        moment::Moment,
        peer::Address,
        profile::Day,
        share::{Draft, Licence, Outcome, ShareKind, Voice},
        theme::Slug,
    },
    federation::{Federation, key},
    storage::{Failed, Store, actor, audience, listing, share},
    usecases::{
        KeyPair, audience as audiences, feature as features, lab as labs, membership as members, membership::NewMember,
        peer as peers, reply as replies, share as shares,
    },
};

/// An organisation on its instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// What the cast says of it.
    pub organisation: Organisation,
    /// Its settings.
    pub settings: Settings,
    /// The file they stand in.
    pub file: std::path::PathBuf,
    /// Its database, addresses and ways to others.
    pub federation: Federation,
}

impl Instance {
    /// Founds the instance, as of two months ago, or opens the one that is there.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub async fn found(home: &Home, organisation: Organisation, port: u16) -> Result<Self, Trouble> {
        let (file, settings) = home.settle(&organisation, port)?;
        let opened = settings.clone();
        let founding = spawn_blocking(move || {
            let store = Store::open(&opened)?;
            Federation::open(&opened, store, Clock::fixed(Clock::System.now() - TimeDelta::days(60)))
        });
        let mut federation = founding.await.map_err(Failed::because("found an instance"))??;
        federation.clock = Clock::System;
        Ok(Self { organisation, settings, file, federation })
    }

    /// Adds members, labs and shares; who can sign in.
    ///
    /// # Errors
    /// Where the cast or the database is not as it should be.
    pub async fn fill(&self, progress: &Progress) -> Result<Vec<SignIn>, Trouble> {
        let mut sign_ins = Vec::new();
        for lab in &self.organisation.labs {
            self.add_lab(lab).await?;
            progress.done();
        }
        for person in &self.organisation.members {
            sign_ins.push(self.add_member(person).await?);
            progress.done();
        }
        for (number, piece) in self.organisation.shares.iter().enumerate() {
            self.publish(piece, number).await?;
            progress.done();
        }
        // Only now: nothing is published in a lab that has ended.
        for lab in &self.organisation.labs {
            if let Some(end) = &lab.ended {
                self.end_lab(lab, end).await?;
            }
        }
        Ok(sign_ins)
    }

    /// Lets a lab or member follow someone on another instance, over real HTTP.
    ///
    /// # Errors
    /// Where nobody is found there.
    pub async fn follow(&self, wish: &Wish, host: &str) -> Result<(), Trouble> {
        let (handle, _) = wish.target();
        let followee = self.federation.resolve(&Address::parse(&format!("@{handle}@{host}"))?).await?;
        let (who, now) = (wish.who.clone(), self.federation.clock.now());
        self.federation.store.write(move |tx| audiences::follow(tx, now, None, &who, &followee)).await?;
        Ok(())
    }

    /// Whether everyone here who wanted to follow was accepted.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn is_accepted_everywhere(&self) -> Result<bool, Trouble> {
        let wishes = self.organisation.follows.clone();
        let accepted = self.federation.store.read(move |tx| {
            let mut accepted = 0;
            for who in wishes.iter().map(|wish| &wish.who).collect::<std::collections::BTreeSet<_>>() {
                let Some(follower) = actor::find_local(tx, who)? else { continue };
                let following = audience::list_following(tx, follower.id)?;
                accepted += following.iter().filter(|(_, state)| *state == FollowState::Accepted).count();
            }
            Ok::<_, Failed>(accepted >= wishes.len())
        });
        Ok(accepted.await?)
    }

    /// Wants the directory of another instance, as its administrator would.
    ///
    /// # Errors
    /// Where it cannot be looked at.
    pub async fn connect(&self, host: &str) -> Result<(), Trouble> {
        let seen = self.federation.look_at(host).await?;
        let wanted = peers::Wanted { actor: seen.actor, node: seen.node, directory: seen.directory };
        let (links, now) = (self.federation.links.clone(), self.federation.clock.now());
        self.federation.store.write(move |tx| peers::connect(tx, now, &links, None, &wanted)).await?;
        Ok(())
    }

    /// Shows a theme as a collection on the organisation's profile.
    ///
    /// # Errors
    /// Where there is no such theme, or the database does not answer.
    pub async fn show_theme(&self, slug: &str) -> Result<(), Trouble> {
        let (links, now, slug) = (self.federation.links.clone(), self.federation.clock.now(), Slug::parse(slug)?);
        self.federation.store.write(move |tx| features::show_theme(tx, now, &links, None, &slug, true)).await?;
        Ok(())
    }

    /// Whether the directory here has every lab of another instance.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn has_labs_of(&self, other: &Self) -> Result<bool, Trouble> {
        let host = other.federation.links.host();
        let listed = self.federation.store.read(move |tx| listing::count_at(tx, &host)).await?;
        Ok(usize::try_from(listed).is_ok_and(|listed| listed >= other.organisation.labs.len()))
    }

    /// Lets a member reply to a share that arrived here; `None` while it has not.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn reply(&self, answer: &Answer, share: &Url, number: usize) -> Result<Option<Url>, Trouble> {
        let links = self.federation.links.clone();
        let (id, at) = (self.federation.chance.public_id(), self.days_ago(answer.days_ago, number, 7));
        let (answer, share) = (answer.clone(), share.clone());
        let written = self.federation.store.write(move |tx| {
            let Some(share) = share::find_by_uri(tx, share.as_str())? else { return Ok(None) };
            let member = members::find(tx, &answer.from)?;
            replies::write(tx, at, &links, &id, &member, (&share.public_id, &answer.text)).map(Some)
        });
        Ok(written.await?)
    }

    /// The address of a share of this organisation.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn find_share(&self, name: &str) -> Result<Option<Url>, Trouble> {
        let title = self.organisation.shares.iter().find(|piece| piece.name() == name).map(|piece| piece.title.clone());
        let shares = self.federation.store.read(move |tx| share::list_newest(tx, true, 1_000)).await?;
        Ok(shares.into_iter().find(|share| Some(&share.title) == title.as_ref()).map(|share| share.uri))
    }

    async fn add_lab(&self, lab: &Group) -> Result<(), Trouble> {
        let new = NewLab { handle: Handle::parse(&lab.handle)?, profile: lab.profile()? };
        let (keys, at, links) = (make_keys().await?, self.days_ago(59, 0, 0), self.federation.links.clone());
        self.federation.store.write(move |tx| labs::register(tx, at, &links, &keys, None, new)).await?;
        Ok(())
    }

    async fn end_lab(&self, lab: &Group, end: &End) -> Result<(), Trouble> {
        let successor = Address::Url(self.federation.links.actor(ActorKind::Lab, &end.successor));
        let (at, handle) = (self.days_ago(end.days_ago, 0, 0), lab.handle.clone());
        self.federation.store.write(move |tx| labs::end(tx, at, None, &handle, (Some(Day::of(at)), Some(&successor)))).await?;
        Ok(())
    }

    async fn add_member(&self, person: &Person) -> Result<SignIn, Trouble> {
        let chance = self.federation.chance;
        let password = chance.password();
        let new = NewMember {
            handle: Handle::parse(&person.handle)?,
            name: person.name.clone(),
            password_hash: password::hash(chance, password.clone()).await?,
            administrator: false,
        };
        let (keys, at, links) = (make_keys().await?, self.days_ago(58, 0, 0), self.federation.links.clone());
        let posts = person.roles.clone();
        let member = self.federation.store.write(move |tx| {
            let member = members::add(tx, at, &links, &keys, &new)?;
            for post in &posts {
                members::appoint(tx, at, &member.actor.handle, &post.lab, Role::parse(&post.role)?)?;
            }
            Ok::<_, crate::usecases::Error>(member)
        });
        let administrator = member.await?.administrator;
        Ok(self.describe(person, password, administrator))
    }

    fn describe(&self, person: &Person, password: String, administrator: bool) -> SignIn {
        let roles = person.roles.iter().map(|post| format!("{} of {}", post.role, post.lab));
        let roles: Vec<String> = administrator.then(|| "administrator".to_owned()).into_iter().chain(roles).collect();
        SignIn {
            organisation: self.organisation.key.clone(),
            handle: person.handle.clone(),
            name: person.name.clone(),
            password,
            roles: roles.join(", "),
        }
    }

    async fn publish(&self, piece: &Piece, number: usize) -> Result<(), Trouble> {
        let language = LanguageTag::parse(&piece.language)?;
        let (kind, licence) = (ShareKind::parse(&piece.kind)?, Licence::parse(&piece.licence)?);
        let draft = Draft::parse(kind, &piece.title, &piece.text()?, language, licence)?;
        let draft = Draft { outcome: piece.outcome.as_deref().map(Outcome::parse).transpose()?, ..draft };
        let voice = Voice::parse(&piece.voice)?;
        let (at, lab) = (self.days_ago(piece.days_ago, number, 37), piece.lab.clone());
        let (links, id) = (self.federation.links.clone(), self.federation.chance.public_id());
        self.federation.store.write(move |tx| shares::publish(tx, at, &links, id, None, (&lab, &voice, draft))).await?;
        Ok(())
    }

    /// So many days ago, and some minutes more, so that not all of it happened at one moment.
    fn days_ago(&self, days: i64, number: usize, minutes: i64) -> Moment {
        let more = minutes * (i64::try_from(number).unwrap_or(0) + 1);
        self.federation.clock.now() - TimeDelta::days(days) - TimeDelta::minutes(more)
    }
}

async fn make_keys() -> Result<KeyPair, Failed> {
    spawn_blocking(key::generate).await.map_err(Failed::because("make keys"))?
}
