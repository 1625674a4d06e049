//! All integration tests, in one binary. Each file here is one subject; `support` holds what they share.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a failing test fails loudly")]

mod support;

mod administration;
mod api;
mod architecture;
mod block;
mod browser;
mod catalog;
mod catalogue;
mod cli;
mod crash;
mod delivery;
mod demo;
mod directory;
mod fault;
mod feature;
mod federation_md;
mod fedify;
mod fetch;
mod fuzz;
mod inbox;
mod independent_reader;
mod lab;
mod locales;
mod outgoing;
mod peer;
mod profile;
mod reading;
mod register;
mod search;
mod several_machines;
mod signature;
mod snac;
mod soak;
mod story;
mod theme;
mod two_instances;
mod web;
mod wire;
