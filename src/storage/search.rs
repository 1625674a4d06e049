//! The index of what can be found, on both engines: written with each row of a share or a lab, in its transaction. What goes takes
//! its words along by itself (a foreign key, and on SQLite a trigger). It knows no language: words come ready from the domain.

mod index;
mod look;

pub use index::{follow_listing, index_lab, index_missing, index_share, remove_lab};
pub use look::{Found, explain, find, guess, similar};
