//! `archipel member`: add, appoint and list members, set a password. A password is shown once, and only if it was made here.

use std::io::{IsTerminal, Read};

use clap::Subcommand;
use serde::Serialize;

use super::{
    Installation, build_runtime, say,
    table::{self, Row},
    trouble::Trouble,
    warn,
};
use crate::{
    auth::password,
    domain::{
        actor::{Handle, parse_name},
        membership::{Member, Role, check_password},
        refusal::Refused,
    },
    federation::key,
    storage::{Failed, Tx, actor, lab, membership},
    usecases::{
        lab as labs,
        membership::{self as members, NewMember},
    },
};

/// What can be done with members.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a member; the first one is an administrator. Without a password one is made, and printed once
    #[command(after_help = "Example:\n  archipel member add noor --name 'Noor Voorbeeld' --lab wind --role steward")]
    Add {
        /// 2 to 40 of a-z, 0-9 and _, for good
        handle: String,
        /// The name people read
        #[arg(long)]
        name: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
        /// The member looks after the whole instance
        #[arg(long)]
        administrator: bool,
        /// A lab that the member belongs to
        #[arg(long)]
        lab: Option<String>,
        /// steward (answers for the lab) or editor (writes for it)
        #[arg(long, requires = "lab", default_value = "steward")]
        role: String,
    },
    /// Give a member a role in a lab
    #[command(after_help = "Example:\n  archipel member appoint noor --lab wind --role editor")]
    Appoint {
        /// The member
        handle: String,
        /// The lab
        #[arg(long)]
        lab: String,
        /// steward or editor
        #[arg(long, default_value = "steward")]
        role: String,
    },
    /// Set a member's password; all sessions of the member end
    Password {
        /// The member
        handle: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List our members and their roles
    List {
        /// An array of objects
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of these commands.
///
/// # Errors
/// What is wrong with what was asked, or with us.
pub fn run(command: Command, installation: &Installation) -> Result<(), Trouble> {
    match command {
        Command::Add { handle, name, password_stdin, administrator, lab, role } => {
            let (handle, name) = (Handle::parse(&handle)?, parse_name(&name)?);
            let role = lab.map(|lab| Role::parse(&role).map(|role| (lab, role))).transpose()?;
            require_new(installation, &handle, role.as_ref().map(|(lab, _)| lab.as_str()))?;
            let (password_hash, made) = choose_password(installation, password_stdin)?;
            add(installation, &NewMember { handle, name, password_hash, administrator }, role.as_ref())?;
            show_made(installation, made);
            Ok(())
        }
        Command::Appoint { handle, lab, role } => {
            let role = Role::parse(&role)?;
            installation.write(|tx| members::appoint(tx, installation.now(), &handle, &lab, role))
        }
        Command::Password { handle, password_stdin } => {
            installation.read(|tx| members::find(tx, &handle))?;
            let (hash, made) = choose_password(installation, password_stdin)?;
            installation.write(|tx| members::set_password(tx, &handle, &hash))?;
            show_made(installation, made);
            Ok(())
        }
        Command::List { json } => table::show(&list(installation)?, json),
    }
}

/// Nobody types a password for nothing; the transaction looks again.
fn require_new(installation: &Installation, handle: &Handle, lab: Option<&str>) -> Result<(), Trouble> {
    installation.read(|tx| {
        if let Some(lab) = lab {
            labs::find(tx, lab)?;
        }
        match actor::find_local(tx, handle.as_str())? {
            Some(_) => Err(Refused::conflict("handle-taken").with("handle", handle).into()),
            None => Ok(()),
        }
    })
}

fn add(installation: &Installation, new: &NewMember, role: Option<&(String, Role)>) -> Result<(), Trouble> {
    let keys = key::generate()?;
    let (now, links) = (installation.now(), &installation.federation.links);
    let member = installation.write(|tx| {
        let member = members::add(tx, now, links, &keys, new)?;
        if let Some((lab, role)) = role {
            members::appoint(tx, now, &member.actor.handle, lab, *role)?;
        }
        Ok(member)
    })?;
    say(&member.actor.uri);
    Ok(())
}

/// The hash of the chosen password, and the password itself where it was made here.
fn choose_password(installation: &Installation, from_stdin: bool) -> Result<(String, Option<String>), Trouble> {
    let given = if from_stdin { read_password()? } else { ask_password(installation)? };
    if let Some(password) = given {
        check_password(&password)?;
        return Ok((hash(installation, password)?, None));
    }
    let made = installation.federation.chance.password();
    Ok((hash(installation, made.clone())?, Some(made)))
}

fn hash(installation: &Installation, password: String) -> Result<String, Trouble> {
    Ok(build_runtime()?.block_on(password::hash(installation.federation.chance, password))?)
}

fn read_password() -> Result<Option<String>, Trouble> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(4_096).read_to_string(&mut text);
    read.map_err(|_| Trouble::mistake("cli-not-text").with("file", "standard input"))?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Asks where someone sits at the terminal; an empty answer, or nobody there, means: make one.
fn ask_password(installation: &Installation) -> Result<Option<String>, Trouble> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(None);
    }
    let typed = rpassword::prompt_password(installation.message("cli-password-prompt", &[]))
        .map_err(Failed::because("ask for a password"))?;
    if typed.is_empty() {
        return Ok(None);
    }
    let again = rpassword::prompt_password(installation.message("cli-password-again", &[]))
        .map_err(Failed::because("ask for a password"))?;
    if typed == again { Ok(Some(typed)) } else { Err(Trouble::mistake("cli-passwords-differ")) }
}

fn show_made(installation: &Installation, made: Option<String>) {
    if let Some(password) = made {
        warn(installation.message("cli-password-made", &[]));
        say(password);
    }
}

/// A member in the list.
#[derive(Debug, Serialize)]
struct MemberRow {
    handle: String,
    name: String,
    administrator: bool,
    roles: Vec<RoleInLab>,
}

#[derive(Debug, Serialize)]
struct RoleInLab {
    lab: String,
    role: &'static str,
}

impl Row for MemberRow {
    const HEADINGS: &'static [&'static str] = &["handle", "name", "administrator", "roles"];

    fn cells(&self) -> Vec<String> {
        let roles: Vec<String> = self.roles.iter().map(|role| format!("{} of {}", role.role, role.lab)).collect();
        let administrator = if self.administrator { "yes" } else { "" };
        vec![self.handle.clone(), self.name.clone(), administrator.to_owned(), roles.join(", ")]
    }
}

fn list(installation: &Installation) -> Result<Vec<MemberRow>, Trouble> {
    installation.read(|tx| {
        let members = membership::list(tx)?;
        Ok(members.into_iter().map(|member| row(tx, member)).collect::<Result<_, _>>()?)
    })
}

fn row(tx: &mut Tx<'_>, member: Member) -> Result<MemberRow, Failed> {
    let mut roles = Vec::new();
    for lab in lab::list(tx)? {
        if let Some(role) = membership::find_role(tx, member.actor.id, lab.actor.id)? {
            roles.push(RoleInLab { lab: lab.actor.handle, role: role.code() });
        }
    }
    Ok(MemberRow { handle: member.actor.handle, name: member.actor.name, administrator: member.administrator, roles })
}
