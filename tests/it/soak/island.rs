//! One organisation of the soak: its processes, its lab, those who always listen, and what it says.

use std::collections::BTreeSet;

use archipel::{
    domain::{
        actor::Actor,
        share::{PublicId, Voice},
    },
    federation::Federation,
    storage::{Failed, actor, audience},
    usecases::{self, audience as audiences, share},
};

use crate::support::{
    Engine, Server,
    ledger::{self, Ledger},
    patience::{insist, wait_for},
    process::Process,
    scale::Dice,
};

/// Who always listens, and to how many hosts they belong.
const LISTENERS: (usize, usize) = (12, 6);

/// An organisation, and everything that the soak knows of it.
pub struct Island {
    pub ours: Server,
    pub federation: Federation,
    pub ledger: Ledger,
    pub lab: &'static str,
    /// Its server, and on PostgreSQL a worker beside it.
    pub processes: Vec<Process>,
    /// Inboxes that hear everything.
    pub listeners: BTreeSet<String>,
    /// An inbox that hears everything until it is blocked, and how much had been heard by then.
    pub blocked: Option<(String, usize)>,
    /// A share that stays, for people to reply to.
    pub anchor: String,
    pub live: Vec<PublicId>,
    pub withdrawn: Vec<String>,
    friend: Option<Actor>,
    number: u64,
}

impl Island {
    /// Founds it, with two voices that can follow, and lets it work.
    pub async fn found(engine: Engine, lab: &'static str) -> Self {
        let ours = Server::prepare(engine, "Ministry of the Soak").with("ARCHIPEL_LOG", "warn");
        ours.run(&["lab", "add", lab, "--name", lab]).await;
        ours.run(&["member", "add", "sam", "--name", "Sam", "--lab", lab]).await;
        let (federation, ledger) = (ours.open(), Ledger::open().await);
        let listeners = ledger.follow(&federation, lab, LISTENERS.0, LISTENERS.1);
        let anchor = ledger::publish_as(&federation, lab, &Voice::Organisation, 0).uri.to_string();
        let mut processes = vec![serve(&ours).await];
        processes.extend((engine == Engine::Postgres).then(|| ours.worker()));
        let (live, withdrawn) = (Vec::new(), Vec::new());
        Self {
            ours,
            federation,
            ledger,
            lab,
            processes,
            listeners,
            blocked: None,
            anchor,
            live,
            withdrawn,
            friend: None,
            number: 1,
        }
    }

    /// Each lab follows the other for good, and learns of its Sam's friend.
    pub async fn befriend(islands: &[Self; 2]) {
        for (one, other) in [(0, 1), (1, 0)] {
            let (one, other) = (&islands[one], &islands[other]);
            one.ours.run(&["follow", &other.ours.address(other.lab), "--as", one.lab]).await;
            let follows =
                async || (one.federation.store.read_now(|tx| is_followed(tx, one, other)).expect("a look")).then_some(());
            wait_for("a follow that is accepted", 20, follows).await;
        }
    }

    pub fn publish(&mut self) -> usize {
        self.number += 1;
        let share = ledger::publish_as(&self.federation, self.lab, &Voice::Lab, self.number);
        self.live.push(share.public_id);
        1
    }

    pub fn revise(&mut self, dice: &mut Dice) -> usize {
        if self.live.is_empty() {
            return 0;
        }
        self.number += 1;
        let (id, now) = (dice.pick(&self.live).clone(), self.federation.clock.now());
        let revision = share::Revision { title: Some(format!("Revised {}", self.number)), ..share::Revision::default() };
        let links = &self.federation.links;
        let revise = || self.federation.store.write_now(|tx| share::revise(tx, now, links, None, &id, revision.clone()));
        insist("a revision", revise);
        1
    }

    pub fn withdraw(&mut self, dice: &mut Dice) -> usize {
        if self.live.is_empty() {
            return 0;
        }
        let (id, now) = (self.live.swap_remove(dice.below(self.live.len())), self.federation.clock.now());
        let links = &self.federation.links;
        let withdraw = || self.federation.store.write_now(|tx| share::withdraw(tx, now, links, None, &id));
        let share = insist("a share", withdraw);
        self.withdrawn.push(share.uri.to_string());
        1
    }

    /// Sam follows the other lab, or stops following it.
    pub fn follow_or_leave(&mut self, dice: &mut Dice) -> usize {
        let now = self.federation.clock.now();
        let followed = self.federation.store.write_now(|tx| {
            let Some(friend) = find_friend(tx, &mut self.friend, self.lab)? else { return Ok(0) };
            if dice.below(2) == 0 {
                audiences::follow(tx, now, None, "sam", &friend)?;
            } else if audiences::unfollow(tx, now, None, "sam", &friend).is_err() {
                return Ok(0);
            }
            Ok::<_, usecases::Error>(1)
        });
        followed.expect("a follow")
    }

    /// In the second half one of those who listen is blocked.
    pub async fn block_once(&mut self, late: bool) {
        if !late || self.blocked.is_some() {
            return;
        }
        let inbox = self.listeners.pop_first().expect("a listener");
        self.ours.run(&["block", "add", inbox.trim_end_matches("/inbox")]).await;
        // What was under way at that moment may still arrive.
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        self.blocked = Some((inbox, self.ledger.peer.count_posts()));
    }
}

/// Its server, at its own address.
pub async fn serve(ours: &Server) -> Process {
    let mut process = ours.spawn(&["serve", "--while-stdin-is-open"], &[]);
    ours.listen().clone_into(&mut process.listen);
    process.answers().await;
    process
}

fn is_followed(tx: &mut archipel::storage::Tx<'_>, one: &Island, other: &Island) -> Result<bool, Failed> {
    let Some(lab) = actor::find_local(tx, one.lab)? else { return Ok(false) };
    let following = audience::list_following(tx, lab.id)?;
    let accepted = archipel::domain::audience::FollowState::Accepted;
    Ok(following.iter().any(|(actor, state)| actor.handle == other.lab && *state == accepted))
}

/// The lab elsewhere that our lab follows.
fn find_friend(tx: &mut archipel::storage::Tx<'_>, known: &mut Option<Actor>, lab: &str) -> Result<Option<Actor>, Failed> {
    if known.is_none()
        && let Some(ours) = actor::find_local(tx, lab)?
    {
        *known = audience::list_following(tx, ours.id)?.into_iter().next().map(|(actor, _)| actor);
    }
    Ok(known.clone())
}
