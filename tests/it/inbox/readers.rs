//! Readers meet what nobody thought of, and do not panic.

use archipel::federation::{actor, inbox::Incoming, reply, share};
use proptest::{prelude::*, test_runner::Config};
use serde_json::Value;

use crate::support::cast;

fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "id",
        "type",
        "actor",
        "object",
        "to",
        "cc",
        "tag",
        "url",
        "icon",
        "content",
        "contentMap",
        "publicKey",
        "owner",
        "name",
        "Create",
        "Note",
        "https://a.example/1",
        "https://www.w3.org/ns/activitystreams#Public",
        "published",
        "2026-10-30T10:00:00Z",
        "attributedTo",
        "inbox",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(words.clone().prop_map(str::to_owned), inner, 0..10)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_bytes_make_the_reader_of_activities_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Incoming::read(&bytes);
    }

    #[test]
    fn no_json_makes_a_reader_panic(value in any_json()) {
        let now = cast::october(1);
        let _ = Incoming::read(value.to_string().as_bytes());
        let _ = actor::read(&value, now);
        let _ = share::read(&value, now);
        let _ = reply::read(&value, now);
    }
}
