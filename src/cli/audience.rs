//! `archipel follow`, `unfollow` and `follower list`: whom we follow, and who follows us.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    Installation, build_runtime, say,
    table::{self, Row},
    trouble::Trouble,
};
use crate::{
    domain::{
        actor::{Actor, ActorId},
        audience::{FollowState, Follower},
        moment::to_wire,
        peer::Address,
        refusal::Refused,
    },
    storage::{actor, audience},
    usecases::{audience as audiences, lab as labs},
};

/// Who follows whom.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  archipel follow @harbour@labs.example.net --as wind\n  \
                        archipel unfollow https://labs.example.net/labs/harbour --as wind")]
pub struct Options {
    /// Someone elsewhere: @name@host, or the address of a page
    address: String,
    /// The handle of a lab or member of ours
    #[arg(long = "as", value_name = "HANDLE")]
    follower: String,
}

/// What can be done with followers.
#[derive(Debug, Subcommand)]
pub enum FollowerCommand {
    /// List who follows us, oldest first
    #[command(after_help = "Example:\n  archipel follower list --lab wind")]
    List {
        /// Only of this lab
        #[arg(long)]
        lab: Option<String>,
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
}

/// How long `follow` waits for the answer before it leaves that to the server.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks to follow, and says what came of it.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn follow(options: &Options, installation: &Installation) -> Result<(), Trouble> {
    let address = Address::parse(&options.address)?;
    require_ours(installation, &options.follower)?;
    let runtime = build_runtime()?;
    let followee = runtime.block_on(installation.federation.resolve(&address))?;
    let now = installation.now();
    let asked = installation.write(|tx| audiences::follow(tx, now, None, &options.follower, &followee))?;
    let state = match asked {
        FollowState::Requested => runtime.block_on(wait_for_answer(installation, &options.follower, followee.id))?,
        known => known,
    };
    let key = match state {
        FollowState::Requested => "cli-follow-requested",
        FollowState::Accepted => "cli-follow-accepted",
        FollowState::Rejected => "cli-follow-rejected",
    };
    say(installation.message(key, &arguments(options, &followee)));
    Ok(())
}

/// Stops following.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn unfollow(options: &Options, installation: &Installation) -> Result<(), Trouble> {
    let address = Address::parse(&options.address)?;
    // Whom we follow we know, also when their server is silent.
    let known = installation.read(|tx| {
        Ok(match &address {
            Address::Account(account) => actor::find_by_address(tx, &account.handle, &account.host)?,
            Address::Url(url) => actor::find_by_uri(tx, url.as_str())?,
        })
    })?;
    let followee = match known {
        Some(known) => known,
        None => build_runtime()?.block_on(installation.federation.resolve(&address))?,
    };
    installation.write(|tx| audiences::unfollow(tx, installation.now(), None, &options.follower, &followee))?;
    say(installation.message("cli-unfollowed", &arguments(options, &followee)));
    Ok(())
}

/// Runs one of the commands about followers.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: FollowerCommand, installation: &Installation) -> Result<(), Trouble> {
    let FollowerCommand::List { lab, json } = command;
    let followers = installation.read(|tx| {
        let lab = lab.map(|handle| labs::find(tx, &handle)).transpose()?;
        Ok(audience::list_followers(tx, lab.map(|lab| lab.actor.id))?)
    })?;
    let rows: Vec<FollowerRow> = followers.into_iter().map(row).collect();
    table::show(&rows, json)
}

/// Nobody elsewhere is asked on behalf of nobody here; the transaction looks again.
fn require_ours(installation: &Installation, handle: &str) -> Result<(), Trouble> {
    installation.read(|tx| match actor::find_local(tx, handle)? {
        Some(_) => Ok(()),
        None => Err(Refused::unknown("follower-unknown").with("handle", handle).into()),
    })
}

fn arguments(options: &Options, other: &Actor) -> [(&'static str, String); 2] {
    [("follower", options.follower.clone()), ("address", format!("@{}", other.address()))]
}

async fn wait_for_answer(installation: &Installation, handle: &str, other: ActorId) -> Result<FollowState, Trouble> {
    let begun = std::time::Instant::now();
    loop {
        let state = installation.read(|tx| {
            let Some(ours) = actor::find_local(tx, handle)? else { return Ok(FollowState::Requested) };
            let follow = audience::find_between(tx, ours.id, other)?;
            Ok(follow.map_or(FollowState::Rejected, |follow| follow.state))
        })?;
        if state != FollowState::Requested || begun.elapsed() > PATIENCE {
            return Ok(state);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A follower in the list.
#[derive(Debug, Serialize)]
struct FollowerRow {
    lab: String,
    actor: String,
    since: String,
}

impl Row for FollowerRow {
    const HEADINGS: &'static [&'static str] = &["lab", "actor", "since"];

    fn cells(&self) -> Vec<String> {
        vec![self.lab.clone(), self.actor.clone(), self.since.clone()]
    }
}

fn row(follower: Follower) -> FollowerRow {
    FollowerRow { lab: follower.lab, actor: follower.actor.into(), since: to_wire(follower.since) }
}
