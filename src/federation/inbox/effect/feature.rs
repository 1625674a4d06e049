//! Somebody asks a lab of ours whether it may be shown in a collection, or a lab elsewhere answers what we asked. Only the lab itself
//! can consent, with a stamp at its own host.

use super::{Effect, Rejection, Taken};
use crate::{federation::wire, storage::Tx, usecases::feature};

impl Effect {
    pub(super) fn ask_for_consent(&self, tx: &mut Tx<'_>) -> Taken {
        let lab = self.find_ours(tx, &self.object_id()?)?.ok_or(Rejection::NoTarget("actor"))?;
        let collection = wire::url(&self.incoming.value, "instrument").ok_or(Rejection::Malformed("no-instrument"))?;
        feature::be_asked(tx, self.now, (&self.signer, self.id_of_activity()), &lab, &collection)?;
        Ok(())
    }

    pub(super) fn answer_feature_request(&self, tx: &mut Tx<'_>, item: i64) -> Taken {
        let stamp = wire::url(&self.incoming.value, "result").filter(|_| self.incoming.kind == "Accept");
        Ok(feature::be_answered(tx, self.now, &self.links, self.signer.id, (item, stamp.as_ref()))?)
    }
}
