//! What Archipel knows, as plain types and rules: labs, shares, audiences, members and what can happen to them.
//! Pure: it imports nothing of ours, touches no network, no database, no clock.

pub mod actor;
pub mod audience;
pub mod block;
pub mod change;
pub mod delivery;
pub mod directory;
pub mod dispatch;
pub mod feature;
pub mod lab;
pub mod language;
pub mod links;
pub mod membership;
pub mod moment;
pub mod organisation;
pub mod peer;
pub mod picture;
pub mod profile;
pub mod reading;
pub mod refusal;
pub mod register;
pub mod reply;
pub mod search;
pub mod share;
pub mod slice;
pub mod text;
pub mod theme;
pub mod token;
