//! Looks for input that breaks a promise of `tests/it/fuzz/activity.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| archipel_fuzz::activity::check(bytes));
