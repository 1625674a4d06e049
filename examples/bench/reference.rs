//! The limits that figures are divided by, measured in the same run: what OpenSSL does per second of CPU on this machine.

use std::time::{Duration, Instant};

use archipel::usecases::KeyPair;
use openssl::{
    hash::MessageDigest,
    pkey::PKey,
    sign::{Signer, Verifier},
};

use super::{Measured, process::own_cpu_seconds};

/// A reference that moved further than this makes a run noisy.
const NOISE: f64 = 0.10;

/// RSA-2048 signatures per second of CPU, measured for so long.
pub fn signs_per_cpu_second(keys: &KeyPair, time: Duration) -> Measured<f64> {
    let key = PKey::private_key_from_pem(keys.private.as_bytes())?;
    let (begun, cpu, mut count) = (Instant::now(), own_cpu_seconds()?, 0_u32);
    while begun.elapsed() < time {
        Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(b"(request-target): post /inbox")?;
        count += 1;
    }
    Ok(f64::from(count) / (own_cpu_seconds()? - cpu))
}

/// RSA-2048 verifications per second of CPU, measured for so many milliseconds.
pub fn verifies_per_cpu_second(keys: &KeyPair, milliseconds: u64) -> Measured<f64> {
    let private = PKey::private_key_from_pem(keys.private.as_bytes())?;
    let public = PKey::public_key_from_pem(keys.public.as_bytes())?;
    let text = b"(request-target): post /inbox";
    let signature = Signer::new(MessageDigest::sha256(), &private)?.sign_oneshot_to_vec(text)?;
    let (begun, cpu, mut count) = (Instant::now(), own_cpu_seconds()?, 0_u32);
    while begun.elapsed() < Duration::from_millis(milliseconds) {
        count += u32::from(Verifier::new(MessageDigest::sha256(), &public)?.verify_oneshot(&signature, text)?);
    }
    Ok(f64::from(count) / (own_cpu_seconds()? - cpu))
}

/// How far a reference moved, in words.
pub fn describe_move(before: f64, after: f64) -> String {
    let moved = after / before - 1.0;
    let verdict = if moved.abs() > NOISE { "NOISY: measure again" } else { "steady" };
    format!("{before:.0} and {after:.0} signatures per CPU second ({:+.0} %): {verdict}", moved * 100.0)
}
