//! An organisation whose directory is wanted here lists a lab, or no longer does. Its word alone lists nobody: the lab is read at
//! its own host, and must name the organisation. So it is with who says that it went elsewhere.

use super::{Effect, Rejection, Taken};
use crate::{
    domain::{actor::ActorKind, peer::Peer, reading::ReadingKind},
    federation::{reading, wire},
    storage::{Failed, Tx, actor, listing, peer, reading::NewReading},
};

impl Effect {
    pub(super) fn list(&self, tx: &mut Tx<'_>) -> Taken {
        if self.find_directory(tx)?.is_none() {
            return Ok(());
        }
        let lab = self.object_id()?;
        if self.incoming.kind == "Add" {
            let kind = ReadingKind::Listing;
            let new = NewReading { kind, url: lab, actor: self.signer.id, share: None, path: Vec::new(), due_at: self.now };
            return Ok(reading::plan(tx, &new, self.now)?);
        }
        if let Some(known) = actor::find_by_uri(tx, lab.as_str())? {
            listing::remove(tx, known.id, Some(self.signer.id))?;
        }
        Ok(())
    }

    /// An actor that is followed from here, or listed, says where it went: whether that is the same is read there.
    pub(super) fn go_along(&self, tx: &mut Tx<'_>) -> Taken {
        if self.object_id()? != self.signer.uri {
            return Err(Rejection::NotEntitled("object-of-another"));
        }
        let Some(url) = wire::url(&self.incoming.value, "target").filter(|target| *target != self.signer.uri) else {
            return Ok(());
        };
        if !listing::is_read_here(tx, self.signer.id)? {
            return Ok(());
        }
        let (kind, actor) = (ReadingKind::Move, self.signer.id);
        let new = NewReading { kind, url, actor, share: None, path: Vec::new(), due_at: self.now };
        Ok(reading::plan(tx, &new, self.now)?)
    }

    /// The directory that is spoken of, where it is the signer's own and wanted here.
    fn find_directory(&self, tx: &mut Tx<'_>) -> Result<Option<Peer>, Failed> {
        if self.signer.kind != ActorKind::Organisation {
            return Ok(None);
        }
        let target = wire::url(&self.incoming.value, "target");
        let known = peer::find_of(tx, self.signer.id)?.filter(|peer| peer.connected_at.is_some());
        Ok(known.filter(|peer| peer.directory.is_some() && peer.directory == target))
    }
}
