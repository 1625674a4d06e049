//! `archipel token`: tokens of members, with which scripts publish for them. A secret is printed once, when it is made.

use clap::Subcommand;
use serde::Serialize;

use super::{
    Installation, say,
    table::{self, Row},
    trouble::Trouble,
    warn,
};
use crate::{
    auth::Bearer,
    domain::{
        moment::{Moment, to_wire},
        token::{NewToken, Token, TokenId},
    },
    storage::token,
    usecases::{membership as members, token as tokens},
};

/// Most tokens of a member in the list.
const TOKENS: i64 = 1_000;

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token for a member; its secret is printed this once
    #[command(after_help = "Example:\n  archipel token add noor --name 'Our website' --scope shares:write")]
    Add {
        /// The member that it speaks for
        member: String,
        /// What it is for
        #[arg(long)]
        name: String,
        /// labs:write or shares:write; can be given several times
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// Its last day, such as 2027-03-01; without it ninety days from now
        #[arg(long, value_name = "DAY", default_value = "")]
        until: String,
    },
    /// List the tokens of a member, without their secrets
    List {
        /// The member
        member: String,
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
    /// Take a token back, for good
    Revoke {
        /// Its number in the list
        id: i64,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: Command, installation: &Installation) -> Result<(), Trouble> {
    let now = installation.now();
    match command {
        Command::Add { member, name, scope, until } => {
            let new = NewToken::parse(&name, &scope, &until, now)?;
            let (secret, hash) = Bearer::draw(installation.federation.chance);
            installation.write(|tx| {
                let member = members::find(tx, &member)?;
                tokens::add(tx, now, &member, &new, &hash)
            })?;
            warn(installation.message("cli-token-made", &[]));
            say(secret);
            Ok(())
        }
        Command::List { member, json } => {
            let tokens = installation.read(|tx| {
                let member = members::find(tx, &member)?;
                Ok(token::list_of_member(tx, member.actor.id, TOKENS)?)
            })?;
            table::show(&tokens.iter().map(|token| row(token, now)).collect::<Vec<_>>(), json)
        }
        Command::Revoke { id } => {
            let token = installation.write(|tx| tokens::revoke(tx, now, None, TokenId(id)))?;
            say(installation.message("cli-token-revoked", &[("name", token.name)]));
            Ok(())
        }
    }
}

/// A token in the list.
#[derive(Debug, Serialize)]
struct TokenRow {
    id: i64,
    name: String,
    scopes: Vec<&'static str>,
    state: &'static str,
    created: String,
    expires: String,
    used: Option<String>,
}

impl Row for TokenRow {
    const HEADINGS: &'static [&'static str] = &["id", "name", "scopes", "state", "created", "expires", "used"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.name.clone(),
            self.scopes.join(" "),
            self.state.to_owned(),
            self.created.clone(),
            self.expires.clone(),
            self.used.clone().unwrap_or_default(),
        ]
    }
}

fn row(token: &Token, now: Moment) -> TokenRow {
    let state = match token.revoked_at {
        Some(_) => "revoked",
        None if token.is_valid(now) => "valid",
        None => "expired",
    };
    TokenRow {
        id: token.id.0,
        name: token.name.clone(),
        scopes: token.scopes.iter().map(|scope| scope.code()).collect(),
        state,
        created: to_wire(token.created_at),
        expires: to_wire(token.expires_at),
        used: token.used_on.map(|day| day.to_string()),
    }
}
