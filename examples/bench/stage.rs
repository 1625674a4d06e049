//! What has to be there before anything is measured: labs, followers, shares, a signed-in member. Written straight into the
//! database of an instance; nothing here is timed.

use std::time::{Duration, Instant};

use archipel::{
    config::{Chance, Clock},
    domain::{
        actor::{Actor, ActorKind, Handle},
        audience::FollowState,
        change::Change,
        delivery::DeliveryState,
        lab::{LabProfile, NewLab},
        language::{Language, LanguageTag},
        moment::Moment,
        peer::canonical_host,
        share::{Draft, Licence, Share, ShareKind, Voice},
    },
    federation::Federation,
    storage::{Failed, Tx, actor, audience, delivery, queue},
    usecases::{
        self, KeyPair, lab,
        membership::{self, NewMember},
        share::{self, Revision},
    },
};
use url::Url;

use super::{Measured, pause, sink::Sink};

/// Who follows: a person at a host, reached through an inbox that all people there share.
pub struct Follower {
    /// The inbox they share.
    pub shared_inbox: String,
    /// A number, different from that of everybody else at the host.
    pub number: usize,
}

/// Registers a lab.
pub fn open_lab(federation: &Federation, keys: &KeyPair, handle: &str) -> Measured<()> {
    let profile = LabProfile::parse(handle, "lab", "Measured, not guessed.")?;
    let new = NewLab { handle: Handle::parse(handle)?, profile };
    federation.store.write_now(|tx| lab::register(tx, Clock::System.now(), &federation.links, keys, None, new))?;
    Ok(())
}

/// Lets people follow a lab, as if it had accepted them long ago.
pub fn gather(federation: &Federation, lab: &str, followers: &[Follower]) -> Measured<()> {
    let now = Clock::System.now();
    let lab = federation.store.read_now(|tx| actor::find_local(tx, lab))?.ok_or("no such lab")?;
    for some in followers.chunks(1_000) {
        federation.store.write_now(|tx| {
            for follower in some {
                let follower = person(&lab, follower)?;
                let id = actor::save(tx, &follower)?;
                audience::save(tx, id, lab.id, &format!("{}#follow", follower.uri), FollowState::Accepted, now)?;
            }
            Ok::<_, Failed>(())
        })?;
    }
    Ok(())
}

/// Adds a member who looks after everything; the secret of a session, and what its forms carry.
pub fn sign_in(federation: &Federation, keys: &KeyPair) -> Measured<(String, String)> {
    let (token, form_token) = (Chance.token(), Chance.token());
    let hash = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, openssl::sha::sha256(token.as_bytes()));
    let new = NewMember {
        handle: Handle::parse("noor")?,
        name: "Noor Voorbeeld".to_owned(),
        password_hash: String::new(),
        administrator: true,
    };
    federation.store.write_now::<_, usecases::Error>(|tx| {
        let member = membership::add(tx, Clock::System.now(), &federation.links, keys, &new)?;
        membership::sign_in(tx, Clock::System.now(), &member, &hash, &form_token)
    })?;
    Ok((token, form_token))
}

/// Publishes a share of a lab.
pub fn publish(federation: &Federation, tx: &mut Tx<'_>, lab: &str, at: Moment) -> Result<Share, usecases::Error> {
    let language = LanguageTag::from(Language::En);
    let draft = Draft::parse(ShareKind::Update, "A measured share", "It is short, and it is sent.", language, Licence::Cc0)?;
    share::publish(tx, at, &federation.links, Chance.public_id(), None, (lab, &Voice::Lab, draft))
}

/// Publishes a share of a lab now, in a transaction of its own.
pub fn publish_now(federation: &Federation, lab: &str) -> Measured<Share> {
    Ok(federation.store.write_now(|tx| publish(federation, tx, lab, Clock::System.now()))?)
}

/// Corrects a share.
pub fn revise(federation: &Federation, tx: &mut Tx<'_>, share: &Share, at: Moment) -> Result<Share, usecases::Error> {
    let revision = Revision { body: Some("It is short, it is corrected, and it is sent.".to_owned()), ..Revision::default() };
    share::revise(tx, at, &federation.links, None, &share.public_id, revision)
}

/// Does what a worker would do with every change, except for sending: what there is to say waits as deliveries.
pub fn react(federation: &Federation) -> Measured<()> {
    loop {
        let reacted = federation.store.write_now(|tx| {
            let jobs = queue::lease(tx, 1, 500, Clock::System.now())?;
            for job in &jobs {
                require_speech(&job.change)?;
                federation.say(tx, &job.change)?;
                queue::finish(tx, job)?;
            }
            Ok::<_, Failed>(!jobs.is_empty())
        })?;
        if !reacted {
            return Ok(());
        }
    }
}

/// How many deliveries arrived, and how many wait.
pub fn tally(federation: &Federation) -> Measured<(usize, usize)> {
    let count = |state| federation.store.read_now(|tx| delivery::count(tx, state));
    Ok((usize::try_from(count(DeliveryState::Delivered)?)?, usize::try_from(count(DeliveryState::Waiting)?)?))
}

/// Waits until everything that arrived is settled, so that what is measured next begins at rest.
pub fn wait_until_settled(federation: &Federation) -> Measured<()> {
    let begun = Instant::now();
    while tally(federation)?.1 > 0 {
        if begun.elapsed() > Duration::from_secs(30) {
            return Err("what arrived is not settled".into());
        }
        pause(Duration::from_millis(20));
    }
    Ok(())
}

/// An error unless everything that was sent either arrived, once and in order, and is settled as delivered, or still waits.
pub fn require_all(federation: &Federation, sink: &Sink, sent: usize) -> Measured<()> {
    sink.require_order()?;
    let ((delivered, waiting), arrived) = (tally(federation)?, sink.received());
    if delivered + waiting == sent && arrived == delivered {
        return Ok(());
    }
    Err(format!("LOST: {sent} sent, {arrived} arrived, {delivered} settled, {waiting} wait").into())
}

fn require_speech(change: &Change) -> Result<(), Failed> {
    match change {
        Change::SharePublished { .. } | Change::ShareRevised { .. } => Ok(()),
        _ => Err(Failed::new("set the stage", "a change that no share caused")),
    }
}

fn person(like: &Actor, follower: &Follower) -> Result<Actor, Failed> {
    let url = |text: &str| Url::parse(text).map_err(Failed::because("build a follower"));
    let shared = url(&follower.shared_inbox)?;
    let uri = url(&format!("{}people/{}", shared.as_str().trim_end_matches("inbox"), follower.number))?;
    Ok(Actor {
        kind: ActorKind::Member,
        local: false,
        handle: format!("person{}", follower.number),
        host: canonical_host(&uri),
        page: uri.clone(),
        inbox: url(&format!("{uri}/inbox"))?,
        shared_inbox: Some(shared),
        outbox: None,
        key_uri: format!("{uri}#main-key"),
        uri,
        ..like.clone()
    })
}
