//! Headers that nobody thought of: no panic, and no proof.

use archipel::federation::signature::read;
use proptest::{prelude::*, test_runner::Config};
use serde_json::json;

use crate::support::{
    cast,
    signer::{letter, set},
};

const CAVAGE: [&str; 6] = ["signature", "date", "digest", "host", "content-type", "x"];
const MESSAGE: [&str; 6] = ["signature-input", "signature", "content-digest", "host", "date", "x"];
const PARTS: [&str; 19] = [
    "keyId=",
    "\"",
    "headers=",
    "(request-target)",
    " host",
    " date digest",
    ",",
    "=",
    "signature=",
    "sig1=",
    "(",
    ")",
    ";created=",
    "1",
    "=(",
    ":",
    "é",
    ";keyid=",
    "\"@method\"",
];

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_header_makes_the_verifier_panic(
        values in prop::collection::vec(".{0,200}", 6),
        names in prop::sample::select(vec![CAVAGE, MESSAGE]),
        body in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let mut request = letter(&json!({}), cast::october(1));
        request.body = body;
        for (name, value) in names.iter().zip(&values) {
            set(&mut request, name, Some(value));
        }
        set(&mut request, "host", Some("alpha.example"));
        prop_assert!(read(&request, "alpha.example", cast::october(1)).is_err());
    }

    #[test]
    fn no_header_that_looks_like_a_signature_makes_the_verifier_panic(
        parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 0..40),
    ) {
        for name in ["signature", "signature-input"] {
            let mut request = letter(&json!({}), cast::october(1));
            set(&mut request, name, Some(&parts.concat()));
            prop_assert!(read(&request, "alpha.example", cast::october(1)).is_err());
        }
    }
}
