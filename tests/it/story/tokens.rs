//! Tokens by the hash of their secret, and what was answered to requests that named themselves.

use archipel::{
    domain::{
        profile::Day,
        token::{NewToken, Scope, TokenId},
    },
    storage::{
        membership,
        token::{self, Answer},
    },
};
use chrono::TimeDelta;

use crate::support::{cast, on_both_engines, store};

fn new(name: &str, until: archipel::domain::moment::Moment) -> NewToken {
    NewToken { name: name.into(), scopes: vec![Scope::Labs, Scope::Shares], expires_at: until }
}

on_both_engines! {
    fn a_token_is_found_by_the_hash_of_its_secret_until_it_is_revoked(engine) {
        let store = store(engine);
        let noor = store.commit(|tx| membership::add(tx, &cast::noor(), "hash", true));
        let until = store.now() + TimeDelta::days(1);
        let id = store.commit(|tx| token::add(tx, noor, "abc", &new("Website", until), store.now()));
        let (found, member) = store.commit(|tx| token::find_by_hash(tx, "abc")).expect("a token");
        assert_eq!((found.id, found.member, member.actor.id, member.administrator), (id, noor, noor, true));
        assert_eq!((found.name.as_str(), &found.scopes[..]), ("Website", &Scope::ALL[..]));
        assert!(found.is_valid(store.now()) && found.used_on.is_none() && found.expires_at == until);
        assert_eq!(store.commit(|tx| token::find_by_hash(tx, "abd")), None);

        let today = Day::of(store.now());
        store.commit(|tx| token::note_use(tx, id, today));
        assert_eq!(store.commit(|tx| token::find(tx, id)).unwrap().used_on, Some(today));
        let second = store.commit(|tx| token::add(tx, noor, "def", &new("Script", store.now()), store.now()));
        let listed = store.commit(|tx| token::list_of_member(tx, noor, 10));
        assert_eq!(listed.iter().map(|token| token.id).collect::<Vec<_>>(), [second, id]);
        assert_eq!(store.commit(|tx| token::count_valid(tx, noor, store.now())), 1, "the other has expired");

        store.commit(|tx| token::revoke(tx, id, store.now()));
        store.commit(|tx| token::revoke(tx, id, store.now() + TimeDelta::days(3)));
        let revoked = store.commit(|tx| token::find(tx, id)).unwrap();
        assert_eq!((revoked.revoked_at, revoked.is_valid(store.now())), (Some(store.now()), false), "the first time counts");
        assert_eq!(store.commit(|tx| token::find(tx, TokenId(id.0 + 100))), None);
        assert!(store.write_now(|tx| token::add(tx, noor, "abc", &new("Again", until), store.now())).is_err());
    }

    fn the_name_of_a_request_is_taken_once_and_its_answer_kept_for_a_while(engine) {
        let store = store(engine);
        let noor = store.commit(|tx| membership::add(tx, &cast::noor(), "hash", true));
        let id = store.commit(|tx| token::add(tx, noor, "abc", &new("Website", store.now()), store.now()));
        assert_eq!(store.commit(|tx| token::claim(tx, id, "one", "asked", store.now())), None);
        store.commit(|tx| token::keep_answer(tx, id, "one", "/there", "{}"));
        let kept = Answer { request: "asked".into(), place: "/there".into(), body: "{}".into() };
        assert_eq!(store.commit(|tx| token::claim(tx, id, "one", "else", store.now())), Some(kept));
        assert_eq!(store.commit(|tx| token::forget_answers(tx, store.now())), 0);
        assert_eq!(store.commit(|tx| token::forget_answers(tx, store.now() + TimeDelta::seconds(1))), 1);
        assert_eq!(store.commit(|tx| token::claim(tx, id, "one", "else", store.now())), None);
    }
}
