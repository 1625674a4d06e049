//! What is checked of each input: the very files that the tests run over the corpus (`tests/it/fuzz.rs`).

#[path = "../../tests/it/fuzz/activity.rs"]
pub mod activity;
#[path = "../../tests/it/fuzz/sanitiser.rs"]
pub mod sanitiser;
#[path = "../../tests/it/fuzz/signature.rs"]
pub mod signature;
#[path = "../../tests/it/fuzz/webfinger.rs"]
pub mod webfinger;
