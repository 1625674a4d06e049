//! Turns a recorded change into activities and deliveries: one further transaction, which also removes the change.
//! Ids are derived, so that a second run after a crash adds nothing.

mod feature;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    Federation,
    activity::{Envelope, announce},
    actor as actors, audience as follows, peer, reading,
    reply::Answer,
    share::Spoken,
    wire,
};
use crate::{
    domain::{
        actor::{Actor, ActorId, ActorKind},
        change::{Change, WithdrawnShare},
        links::{Links, activity as ids},
        moment::Moment,
    },
    storage::{Failed, Tx, activity, actor, audience, block, delivery, profile, reply, share},
    usecases::{feature as features, peer as peers, reply::find_conversation},
};

impl Federation {
    /// Writes what a change has us say, with one delivery per inbox that is to hear it.
    ///
    /// # Errors
    /// `Failed` where the database does not answer.
    pub fn say(&self, tx: &mut Tx<'_>, change: &Change) -> Result<(), Failed> {
        let now = self.clock.now();
        let mut speech = Speech { links: &self.links, now, tx };
        match change {
            Change::SharePublished { share } => speech.publish(*share),
            Change::ShareRevised { share } => speech.revise(*share),
            Change::ShareWithdrawn(withdrawn) => speech.withdraw(withdrawn),
            Change::ReplyWritten { reply } => speech.reply(reply),
            Change::ActorDescribed { actor } => speech.describe(*actor),
            Change::FollowRequested { follow } => speech.follow(*follow),
            Change::FollowUndone { follower, followee, uri } => speech.unfollow(*follower, *followee, uri),
            Change::FollowAccepted { follow, uri } => speech.accept(*follow, uri),
            Change::Answered { lab, activity } => speech.pass_on(*lab, activity),
            Change::LabListed { lab } => speech.list(*lab, "Add"),
            Change::LabMoved { lab } => speech.depart_for(*lab),
            Change::LabUnlisted { lab } => speech.list(*lab, "Remove"),
            Change::CollectionArranged { word, new } => speech.show_collection(word, *new),
            Change::CollectionClosed { word } => speech.close_collection(word),
            Change::FeatureAsked { item } => speech.ask_for_consent(*item),
            Change::FeatureAnswered { lab, owner, request, stamp } => speech.answer_request((*lab, *owner), request, *stamp),
            Change::FeatureWithdrawn { stamp } => speech.withdraw_consent(*stamp),
            Change::PeerConnected { actor } => peer::plan_connected(speech.tx, *actor, now),
            Change::FollowBegan { followee } => reading::plan_followed(speech.tx, *followee, now),
        }
    }
}

/// One turn of speaking: what is said goes into this transaction.
struct Speech<'a, 'tx> {
    links: &'a Links,
    now: Moment,
    tx: &'a mut Tx<'tx>,
}

impl Speech<'_, '_> {
    fn publish(&mut self, share: i64) -> Result<(), Failed> {
        let Some(spoken) = find_spoken(self.tx, share)? else { return Ok(()) };
        let create = spoken.create(self.links);
        self.say_as_author(&spoken, &create)?;
        self.announce_as_organisation(&spoken)?;
        if spoken.is_by_lab() {
            return Ok(());
        }
        let id = announce(&spoken.lab, ids::announce(spoken.share.uri.as_str()), spoken.share.uri.as_str().into(), self.now);
        self.say_as_lab(&spoken.lab, &create)?;
        self.tell_followers(&id, &[spoken.lab.id], BTreeSet::new())
    }

    /// Who follows the organisation hears of what any of its labs publishes; instances that do hear the lab itself.
    fn announce_as_organisation(&mut self, spoken: &Spoken) -> Result<(), Failed> {
        let organisation = actor::find_local_of_kind(self.tx, ActorKind::Organisation)?;
        let Some(organisation) = organisation.filter(|organisation| organisation.id != spoken.author.id) else { return Ok(()) };
        let inboxes = audience::list_inboxes_of_peers(self.tx, organisation.id, false)?;
        if inboxes.is_empty() {
            return Ok(());
        }
        let share = spoken.share.uri.as_str();
        self.tell(&announce(&organisation, ids::announce_widely(share), share.into(), self.now), &inboxes)
    }

    /// A lab of ours begins or ends to stand in our directory: instances that follow our organisation hear of it.
    fn list(&mut self, lab: ActorId, kind: &'static str) -> Result<(), Failed> {
        let (lab, organisation) = (actor::find(self.tx, lab)?, actor::find_local_of_kind(self.tx, ActorKind::Organisation)?);
        let Some((lab, organisation)) = lab.zip(organisation) else { return Ok(()) };
        features::arrange(self.tx, self.now, self.links)?;
        let inboxes = audience::list_inboxes_of_peers(self.tx, organisation.id, true)?;
        if inboxes.is_empty() {
            return Ok(());
        }
        let listing = Envelope {
            kind,
            id: ids::list(&lab.uri, kind, self.now.timestamp_millis()),
            actor: &organisation,
            to: vec![wire::PUBLIC.to_owned()],
            cc: vec![organisation.followers_uri()],
            at: self.now,
            audience: None,
            more: vec![("target", format!("{}/labs", organisation.uri))],
            object: lab.uri.as_str().into(),
        };
        self.tell(&listing, &inboxes)
    }

    fn revise(&mut self, share: i64) -> Result<(), Failed> {
        let Some(spoken) = find_spoken(self.tx, share)? else { return Ok(()) };
        let update = spoken.update(self.links);
        self.say_as_author(&spoken, &update)?;
        if spoken.is_by_lab() { Ok(()) } else { self.say_as_lab(&spoken.lab, &update) }
    }

    fn withdraw(&mut self, withdrawn: &WithdrawnShare) -> Result<(), Failed> {
        let (author, lab) = (actor::find(self.tx, withdrawn.author)?, actor::find(self.tx, withdrawn.lab)?);
        let Some((author, lab)) = author.zip(lab) else { return Ok(()) };
        let delete = Envelope {
            kind: "Delete",
            id: ids::delete(&withdrawn.uri),
            actor: &author,
            to: vec![wire::PUBLIC.to_owned()],
            cc: vec![author.followers_uri()],
            at: self.now,
            audience: None,
            more: Vec::new(),
            object: json!({"id": withdrawn.uri, "type": "Tombstone", "formerType": withdrawn.former_type}),
        };
        let mut mentioned = self.inboxes_of(withdrawn.mentions.iter().map(String::as_str))?;
        mentioned.extend(self.inboxes_of_peers()?);
        // Whoever heard of it through the lab hears of its end from the author as well.
        self.tell_followers(&delete, &[author.id, lab.id], mentioned)?;
        if author.id == lab.id {
            return Ok(());
        }
        self.say_as_lab(&lab, &delete)?;
        let announced = ids::announce(&withdrawn.uri);
        let object = json!({"id": announced, "type": "Announce", "actor": lab.uri.as_str(), "object": withdrawn.uri});
        let undo =
            Envelope { kind: "Undo", id: ids::undo(&announced), object, ..announce(&lab, String::new(), Value::Null, self.now) };
        self.tell_followers(&undo, &[lab.id], BTreeSet::new())
    }

    fn reply(&mut self, uri: &str) -> Result<(), Failed> {
        let Some(answer) = find_answer(self.tx, uri)? else { return Ok(()) };
        let others = answer.answered.iter().filter(|actor| !actor.local);
        let inboxes = others.map(|actor| actor.delivery_inbox().to_string()).collect();
        let create = answer.create();
        self.tell_followers(&create, &[answer.author.id], inboxes)
    }

    fn describe(&mut self, id: ActorId) -> Result<(), Failed> {
        let Some(actor) = actor::find(self.tx, id)? else { return Ok(()) };
        let said = peers::find_said(self.tx, &actor)?;
        let mut object = actors::write(&actor, said.as_ref(), self.links);
        if let Some(fields) = object.as_object_mut() {
            fields.remove("@context");
        }
        let update = Envelope {
            kind: "Update",
            id: ids::update(&actor.uri, actor.updated_at.timestamp_millis()),
            actor: &actor,
            to: vec![wire::PUBLIC.to_owned()],
            cc: vec![actor.followers_uri()],
            at: actor.updated_at,
            audience: None,
            more: Vec::new(),
            object,
        };
        let mut peers = BTreeSet::new();
        if actor.kind == ActorKind::Lab {
            features::arrange(self.tx, self.now, self.links)?;
            peers = self.inboxes_of_peers()?;
        }
        self.tell_followers(&update, &[actor.id], peers)
    }

    /// A lab of ours went elsewhere: its followers may go along.
    fn depart_for(&mut self, id: ActorId) -> Result<(), Failed> {
        let Some(lab) = actor::find(self.tx, id)? else { return Ok(()) };
        let Some(target) = profile::find(self.tx, id)?.and_then(|profile| profile.moved_to) else { return Ok(()) };
        let moved = Envelope {
            kind: "Move",
            id: ids::depart(&lab.uri, lab.updated_at.timestamp_millis()),
            actor: &lab,
            to: vec![lab.followers_uri()],
            cc: Vec::new(),
            at: lab.updated_at,
            audience: None,
            more: vec![("target", target.to_string())],
            object: lab.uri.as_str().into(),
        };
        let peers = self.inboxes_of_peers()?;
        self.tell_followers(&moved, &[lab.id], peers)
    }

    fn follow(&mut self, follow: i64) -> Result<(), Failed> {
        let Some(follow) = audience::find(self.tx, follow)? else { return Ok(()) };
        let Some((follower, followee)) = self.pair(follow.follower, follow.followee)? else { return Ok(()) };
        self.tell_one(&follows::follow(&follower, &followee, &follow.uri, self.now), &followee)
    }

    fn unfollow(&mut self, follower: ActorId, followee: ActorId, uri: &str) -> Result<(), Failed> {
        let Some((follower, followee)) = self.pair(follower, followee)? else { return Ok(()) };
        self.tell_one(&follows::undo_follow(&follower, &followee, uri, self.now), &followee)
    }

    fn accept(&mut self, follow: i64, uri: &str) -> Result<(), Failed> {
        let Some(known) = audience::find(self.tx, follow)? else { return Ok(()) };
        let Some((follower, followee)) = self.pair(known.follower, known.followee)? else { return Ok(()) };
        self.tell_one(&follows::accept(&followee, &follower, uri, follow, self.now), &follower)
    }

    /// Forums hear of answers through the lab, as they were received (FEP-1b12).
    fn pass_on(&mut self, lab: ActorId, received: &str) -> Result<(), Failed> {
        let Some(lab) = actor::find(self.tx, lab)? else { return Ok(()) };
        let Some((number, Some(body))) = activity::find_received(self.tx, received)? else { return Ok(()) };
        let Ok(mut object) = serde_json::from_str::<Value>(&body) else { return Ok(()) };
        if let Some(fields) = object.as_object_mut() {
            fields.remove("@context");
        }
        wire::forget_secret_addressees(&mut object);
        let passed_on = announce(&lab, ids::pass_on(&lab.uri, number), object, self.now);
        self.tell_followers(&passed_on, &[lab.id], BTreeSet::new())
    }

    fn say_as_author(&mut self, spoken: &Spoken, envelope: &Envelope<'_>) -> Result<(), Failed> {
        let mentioned = self.inboxes_of(spoken.share.mentions.iter().map(|mention| mention.uri.as_str()))?;
        let mut inboxes = self.inboxes_of_peers()?;
        inboxes.extend(mentioned);
        self.tell_followers(envelope, &[spoken.author.id], inboxes)
    }

    fn say_as_lab(&mut self, lab: &Actor, envelope: &Envelope<'_>) -> Result<(), Failed> {
        self.tell_followers(&envelope.wrapped_by(lab), &[lab.id], BTreeSet::new())
    }

    fn tell_followers(&mut self, envelope: &Envelope<'_>, of: &[ActorId], mut inboxes: BTreeSet<String>) -> Result<(), Failed> {
        inboxes.extend(audience::list_follower_inboxes(self.tx, of)?);
        self.tell(envelope, &inboxes)
    }

    fn tell_one(&mut self, envelope: &Envelope<'_>, actor: &Actor) -> Result<(), Failed> {
        self.tell(envelope, &BTreeSet::from([actor.inbox.to_string()]))
    }

    fn tell(&mut self, envelope: &Envelope<'_>, inboxes: &BTreeSet<String>) -> Result<(), Failed> {
        let activity = activity::add(self.tx, &envelope.seal(self.links), self.now)?;
        delivery::add(self.tx, activity, inboxes, self.now)
    }

    /// Instances that follow our organisation hear what every lab says.
    fn inboxes_of_peers(&mut self) -> Result<BTreeSet<String>, Failed> {
        match actor::find_local_of_kind(self.tx, ActorKind::Organisation)? {
            Some(organisation) => audience::list_inboxes_of_peers(self.tx, organisation.id, true),
            None => Ok(BTreeSet::new()),
        }
    }

    fn inboxes_of<'u>(&mut self, uris: impl Iterator<Item = &'u str>) -> Result<BTreeSet<String>, Failed> {
        let mut inboxes = BTreeSet::new();
        for uri in uris {
            let known = actor::find_by_uri(self.tx, uri)?.filter(|actor| !actor.local && actor.gone_at.is_none());
            inboxes.extend(known.map(|actor| actor.delivery_inbox().to_string()));
        }
        Ok(inboxes)
    }

    fn pair(&mut self, one: ActorId, other: ActorId) -> Result<Option<(Actor, Actor)>, Failed> {
        Ok(actor::find(self.tx, one)?.zip(actor::find(self.tx, other)?))
    }
}

/// A share of ours with its author, its lab and its counts; `None` once it is withdrawn.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_spoken(tx: &mut Tx<'_>, id: i64) -> Result<Option<Spoken>, Failed> {
    let Some(mut share) = share::find(tx, id)?.filter(|share| share.local) else { return Ok(None) };
    for mention in std::mem::take(&mut share.mentions) {
        // Whom we blocked since is not called any more.
        if block::find_covering(tx, &mention.uri)?.is_none() {
            share.mentions.push(mention);
        }
    }
    let counts = share::counts(tx, id)?;
    let (author, lab) = (actor::find(tx, share.author)?, actor::find(tx, share.lab)?);
    Ok(author.zip(lab).map(|(author, lab)| Spoken { share, author, lab, counts }))
}

/// A reply of a member with whom it answers; `None` where there is none.
///
/// # Errors
/// `Failed` where the database does not answer.
pub fn find_answer(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Answer>, Failed> {
    let Some(share) = find_conversation(tx, uri)? else { return Ok(None) };
    let Some((reply, author)) = reply::find(tx, uri)?.zip(reply::find_author(tx, uri)?) else { return Ok(None) };
    let Some(author) = actor::find(tx, author)?.filter(|author| author.local) else { return Ok(None) };
    let mut answered: Vec<Actor> = Vec::new();
    for id in BTreeSet::from([share.author, share.lab]) {
        answered.extend(actor::find(tx, id)?);
    }
    Ok(Some(Answer { reply, author, in_reply_to: share.uri.to_string(), answered }))
}
