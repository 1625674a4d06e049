//! What can be said on the command line: which scenarios, how large, on which engine. It measures nothing.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures the program on this machine, against limits measured in the same run.
#[derive(Debug, Parser)]
#[command(name = "bin/bench")]
pub struct Options {
    /// The scenarios to run; all of them where none is named
    pub scenarios: Vec<String>,
    /// Everything small: shows that the benchmark works, and says nothing about speed
    #[arg(long)]
    pub quick: bool,
    /// The database that is written to
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    pub engine: Engine,
    /// Keeps every figure with all its repeats in this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// How often each of the shorter measurements is repeated [default: 3]
    #[arg(long)]
    repeats: Option<usize>,
    /// fan-out: the most followers that a share goes to [default: 100000]
    #[arg(long)]
    followers: Option<usize>,
    /// peers: the most hosts that a share goes to [default: 1000]
    #[arg(long)]
    hosts: Option<usize>,
    /// far-peer: how many activities wait for the one host [default: 10000]
    #[arg(long)]
    activities: Option<usize>,
    /// catch-up: how many deliveries have waited for 24 hours [default: 1000000]
    #[arg(long)]
    backlog: Option<usize>,
    /// directory: how many labs are listed [default: 10000]
    #[arg(long)]
    labs: Option<usize>,
    /// search: the most shares that are looked through [default: 100000]
    #[arg(long)]
    shares: Option<usize>,
    /// backfill: how many organisations are connected with [default: 100]
    #[arg(long)]
    organisations: Option<usize>,
    /// Be the federation library's own queue, sending to this port
    #[arg(long, hide = true)]
    pub library_queue: Option<u16>,
}

/// Where an instance keeps everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A cluster that is started for this run, and thrown away.
    Postgres,
}

impl Engine {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl Options {
    /// How often a short measurement is repeated.
    pub fn repeats(&self) -> usize {
        self.choose(self.repeats, 3, 1)
    }

    /// The most followers of the fan-out.
    pub fn followers(&self) -> usize {
        self.choose(self.followers, 100_000, 100)
    }

    /// The most peers.
    pub fn hosts(&self) -> usize {
        self.choose(self.hosts, 1_000, 10)
    }

    /// The activities for the far peer.
    pub fn activities(&self) -> usize {
        self.choose(self.activities, 10_000, 40)
    }

    /// The deliveries of the backlog.
    pub fn backlog(&self) -> usize {
        self.choose(self.backlog, 1_000_000, 400)
    }

    /// The labs of the directory.
    pub fn labs(&self) -> usize {
        self.choose(self.labs, 10_000, 200)
    }

    /// The most shares to look through.
    pub fn shares(&self) -> usize {
        self.choose(self.shares, 100_000, 300)
    }

    /// The organisations that are connected with.
    pub fn organisations(&self) -> usize {
        self.choose(self.organisations, 100, 3)
    }

    /// One of two values: for a whole run, or for a quick one.
    pub const fn pick<T: Copy>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }

    fn choose(&self, given: Option<usize>, whole: usize, quick: usize) -> usize {
        given.unwrap_or(self.pick(whole, quick)).max(1)
    }
}
