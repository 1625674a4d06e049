//! Archipel: a federated directory of public innovation.
//!
//! The modules stand in ladder order: each may use those below it in rung, never a neighbour, never one above
//! (`docs/architecture.md`; a test holds it).

pub mod domain; // 1: what Archipel knows

pub mod config; // 2: this installation
pub mod i18n;
pub mod telemetry;

pub mod storage; // 3: the only SQL

pub mod usecases; // 4: what people and peers can do

pub mod auth; // 5: the outside world
pub mod federation;
pub mod media;

pub mod web; // 6: requests come in, jobs come due
pub mod worker;

pub mod cli; // 7: the program
