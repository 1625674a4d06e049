//! Pictures: those that members upload, written anew before anyone sees them, and the island drawn for who has none.
//! It never serves or keeps a file as it was uploaded.

mod island;
mod picture;

pub use island::island;
pub use picture::{find, is_name, keep, sweep, too_large};
