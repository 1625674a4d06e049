//! What we say of featured collections: that one of ours changed, that a lab is asked, what a lab of ours answers.

use std::collections::BTreeSet;

use super::Speech;
use crate::{
    domain::actor::{Actor, ActorId, ActorKind},
    federation::feature::{self as documents, answer, request, show, withdraw},
    storage::{Failed, actor, feature},
};

impl Speech<'_, '_> {
    pub(super) fn show_collection(&mut self, word: &str, new: bool) -> Result<(), Failed> {
        let Some(organisation) = self.find_organisation()? else { return Ok(()) };
        let Some(collection) = feature::find_collection(self.tx, word)? else { return Ok(()) };
        let whole = documents::read_collection(self.tx, self.links, &organisation, &collection)?;
        let kind = if new { "Add" } else { "Update" };
        let told = show(self.links, &organisation, word, (kind, whole), collection.updated_at);
        self.tell_followers(&told, &[organisation.id], BTreeSet::new())
    }

    pub(super) fn close_collection(&mut self, word: &str) -> Result<(), Failed> {
        let Some(organisation) = self.find_organisation()? else { return Ok(()) };
        let gone = self.links.featured(word).as_str().into();
        let told = show(self.links, &organisation, word, ("Remove", gone), self.now);
        self.tell_followers(&told, &[organisation.id], BTreeSet::new())
    }

    pub(super) fn ask_for_consent(&mut self, item: i64) -> Result<(), Failed> {
        let Some(organisation) = self.find_organisation()? else { return Ok(()) };
        let Some(item) = feature::find_item(self.tx, item)? else { return Ok(()) };
        let collections = feature::list_collections(self.tx)?;
        let Some(collection) = collections.into_iter().find(|collection| collection.id == item.collection) else { return Ok(()) };
        self.tell_one(&request(self.links, &organisation, &collection.word, &item, self.now), &item.lab)
    }

    pub(super) fn answer_request(
        &mut self,
        (lab, owner): (ActorId, ActorId),
        asked: &str,
        stamp: Option<i64>,
    ) -> Result<(), Failed> {
        let Some((lab, owner)) = self.pair(lab, owner)?.filter(|(_, owner)| !owner.local) else { return Ok(()) };
        let stamp = stamp.map(|stamp| self.links.stamp(&lab.handle, stamp));
        self.tell_one(&answer(&lab, &owner, asked, stamp, self.now), &owner)
    }

    pub(super) fn withdraw_consent(&mut self, stamp: i64) -> Result<(), Failed> {
        let Some(stamp) = feature::find_stamp(self.tx, stamp)? else { return Ok(()) };
        let Some((lab, owner)) = self.pair(stamp.lab, stamp.owner)?.filter(|(_, owner)| !owner.local) else { return Ok(()) };
        self.tell_one(&withdraw(&lab, &owner, &self.links.stamp(&lab.handle, stamp.id), self.now), &owner)
    }

    fn find_organisation(&mut self) -> Result<Option<Actor>, Failed> {
        actor::find_local_of_kind(self.tx, ActorKind::Organisation)
    }
}
