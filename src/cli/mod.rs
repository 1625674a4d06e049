//! The command line: reads arguments and settings, wires everything together, and says how it went.
//! It decides nothing that a use case decides, and never blames a visitor for a fault of ours.

mod audience;
mod block;
mod delivery;
mod demo;
mod doctor;
mod installation;
mod lab;
mod member;
mod peer;
mod picture;
mod reading;
mod register;
mod serve;
mod share;
mod table;
mod theme;
mod token;
mod trouble;

use std::{fmt::Display, io::Write, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{SettingError, Settings},
    domain::language::Language,
    storage::{Failed, Store},
};
use installation::Installation;
use trouble::Trouble;

/// A federated directory of public innovation: labs that can be followed, shares that are found again.
#[derive(Debug, Parser)]
#[command(name = "archipel", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Begin:
  archipel demo                                   five organisations on this machine, to look around
  ARCHIPEL_URL=https://labs.example.org ARCHIPEL_ORGANISATION_NAME='Gemeente Voorbeeld' archipel serve

Settings come from the environment and from the file that ARCHIPEL_CONFIG names (else archipel.toml, where there is one).
Commands work while the server runs. Exit code 1 is a fault of ours, 2 something to correct in what was asked.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer visitors and other servers, and send deliveries
    Serve(serve::Options),
    /// Send deliveries only; on PostgreSQL as many of these as you like
    Work,
    /// Bring the tables up to date, which `serve` also does when it starts
    Migrate,
    /// Print the settings in force, without secrets
    Config,
    /// Start five organisations that do not exist on this machine, with one directory; Ctrl-C removes them
    Demo(demo::Options),
    /// Look at this installation from the inside and the outside, and say what to mend
    Doctor,
    /// Labs: the groups that people follow
    #[command(subcommand)]
    Lab(lab::Command),
    /// Shares: what labs learned, written down
    #[command(subcommand)]
    Share(share::Command),
    /// Members: the people who can sign in here
    #[command(subcommand)]
    Member(member::Command),
    /// Let a lab or member of ours follow someone elsewhere
    Follow(audience::Options),
    /// Stop following someone elsewhere
    Unfollow(audience::Options),
    /// Who follows us
    #[command(subcommand)]
    Follower(audience::FollowerCommand),
    /// The instances that this one knows, and whose labs are in the directory here
    #[command(subcommand)]
    Peer(peer::Command),
    /// Whom this instance has nothing to do with
    #[command(subcommand)]
    Block(block::Command),
    /// What was sent to other servers, and what waits
    #[command(subcommand)]
    Delivery(delivery::Command),
    /// What is read at other servers in the background
    #[command(subcommand)]
    Reading(reading::Command),
    /// The public register of organisations and their internet domains, and the marks that hosts get by it
    #[command(subcommand)]
    Register(register::Command),
    /// What labs work on: our words for it, and those of others
    #[command(subcommand)]
    Theme(theme::Command),
    /// Tokens: with which scripts publish for members
    #[command(subcommand)]
    Token(token::Command),
}

/// Runs the command that this process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let settings = read_settings();
    let language = settings.as_ref().map_or(Language::En, |settings| settings.language);
    let outcome = match arguments.command {
        // These two need no settings, or say themselves what is wrong with them.
        Command::Demo(options) => demo::run(&options),
        Command::Doctor => doctor::run(settings),
        command => settings.map_err(Trouble::from).and_then(|settings| run_with(settings, command)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            warn(trouble.explain(language));
            trouble.exit_code()
        }
    }
}

fn run_with(settings: Settings, command: Command) -> Result<(), Trouble> {
    match command {
        Command::Serve(options) => serve::serve(&settings, &options),
        Command::Work => serve::work(&settings),
        Command::Migrate => migrate(&settings),
        Command::Config => {
            say(settings.describe().trim_end());
            Ok(())
        }
        Command::Lab(command) => lab::run(command, &Installation::open(settings)?),
        Command::Share(command) => share::run(command, &Installation::open(settings)?),
        Command::Member(command) => member::run(command, &Installation::open(settings)?),
        Command::Follow(options) => audience::follow(&options, &Installation::open(settings)?),
        Command::Unfollow(options) => audience::unfollow(&options, &Installation::open(settings)?),
        Command::Follower(command) => audience::run(command, &Installation::open(settings)?),
        Command::Peer(command) => peer::run(command, &Installation::open(settings)?),
        Command::Block(command) => block::run(command, &Installation::open(settings)?),
        Command::Delivery(command) => delivery::run(command, &Installation::open(settings)?),
        Command::Reading(command) => reading::run(command, &Installation::open(settings)?),
        Command::Register(command) => register::run(command, &Installation::open(settings)?),
        Command::Theme(command) => theme::run(command, &Installation::open(settings)?),
        Command::Token(command) => token::run(command, &Installation::open(settings)?),
        Command::Demo(_) | Command::Doctor => Ok(()),
    }
}

fn migrate(settings: &Settings) -> Result<(), Trouble> {
    let steps = Store::connect(settings)?.migrate()?;
    say(crate::i18n::say_with(settings.language, "cli-migrated", &[("steps", steps.to_string())]));
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read, for config")]
fn read_settings() -> Result<Settings, SettingError> {
    Settings::read(|name| std::env::var(name).ok())
}

/// A runtime for commands that wait for the network.
fn build_runtime() -> Result<tokio::runtime::Runtime, Failed> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().map_err(Failed::because("start the runtime"))
}

/// A line for whoever asked. A reader that has gone, as after `| head`, is no trouble.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// A line beside the answer.
fn warn(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
