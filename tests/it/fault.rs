//! Faults of machines and networks, with real processes, real signals and peers that follow a script. After each the ledger is
//! balanced: what was acknowledged is there, once; what was committed arrives, in order; nothing is lost.

mod database;
mod kill;
mod lease;
mod migration;
mod reach;
mod restart;
mod twice;
