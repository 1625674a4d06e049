//! Shares: publish, revise, withdraw; and those of others: receive, rewrite, remove.

mod own;
mod received;

pub use own::{Revision, find_own, publish, revise, withdraw};
pub use received::{ReceivedShare, receive, remove, rewrite};
