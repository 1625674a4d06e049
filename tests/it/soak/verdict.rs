//! What must hold when the soak is over: both sides agree, everybody's last word counts, and every ledger is balanced.

use std::collections::{BTreeMap, BTreeSet};

use archipel::storage::share;

use super::{island::Island, people::Person};
use crate::support::{
    database,
    ledger::{Letter, pairs, tell_life},
};

/// What each says of itself is what the other knows of it.
pub fn agree(islands: &[Island; 2]) {
    for (one, other) in [(0, 1), (1, 0)] {
        let (one, other) = (&islands[one], &islands[other]);
        let all = "SELECT uri || ' ' || title || ' ' || content AS line FROM shares WHERE";
        let said = database::lines(&one.ours, &format!("{all} local AND uri <> '{}' ORDER BY uri", one.anchor));
        let origin = one.ours.origin();
        let known =
            database::lines(&other.ours, &format!("{all} uri LIKE '{origin}/%' AND uri <> '{}' ORDER BY uri", one.anchor));
        assert_eq!(known.len(), said.len(), "{origin}: the other side knows {known:#?} of {said:#?}");
        assert_eq!(known, said, "{origin}: the other side knows something else");
        let follows = "SELECT a.uri || ' ' || b.uri || ' ' || f.state AS line FROM follows f \
                       JOIN actors a ON a.id = f.follower_id JOIN actors b ON b.id = f.followee_id WHERE";
        let ours = database::lines(&one.ours, &format!("{follows} a.local ORDER BY a.uri"));
        let theirs = database::lines(&other.ours, &format!("{follows} a.uri LIKE '{origin}/%' ORDER BY a.uri"));
        assert_eq!(theirs, ours, "{origin}: who follows whom");
    }
}

/// Someone's last word is what counts.
pub fn remember(island: &Island, person: &Person) {
    let id = person.actor["id"].as_str().expect("an id");
    let notes = database::lines(&island.ours, &format!("SELECT uri AS line FROM replies WHERE uri LIKE '{id}/%' ORDER BY uri"));
    assert_eq!(notes.len(), notes.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(notes.into_iter().collect::<BTreeSet<_>>(), person.notes, "the replies of {id}");
    let query = format!("SELECT f.state AS line FROM follows f JOIN actors a ON a.id = f.follower_id WHERE a.uri = '{id}'");
    assert_eq!(database::lines(&island.ours, &query), vec!["accepted"; usize::from(person.follows)], "whether {id} follows");
}

/// Whoever always listened heard of all that is there, heard last of what is not, and whoever was blocked heard no more.
pub fn balance(island: &mut Island) {
    let shares = island.live.iter().map(|id| island.federation.links.share(id).to_string()).collect::<Vec<_>>();
    let creates: Vec<String> = shares.iter().map(|share| format!("{share}/create")).collect();
    let mut expected = pairs(&creates, &island.listeners);
    // An inbox that was gone, and came back, may have heard the newest first: then the oldest is not told after it.
    let replaced = "SELECT a.uri || ' ' || d.inbox AS line FROM deliveries d JOIN activities a ON a.id = d.activity_id \
                    WHERE d.state = 'superseded'";
    let replaced: BTreeSet<String> = database::lines(&island.ours, replaced).into_iter().collect();
    expected.retain(|(activity, inbox)| !replaced.contains(&format!("{activity} {inbox}")));
    let twice = island.ledger.balance(&island.ours, &island.federation, &expected);
    let letters = island.ledger.letters();
    let mut last: BTreeMap<(&str, &str), &Letter> = BTreeMap::new();
    for letter in letters.iter().filter(|letter| letter.is_taken()) {
        last.insert((letter.pair.1.as_str(), letter.object.as_str()), letter);
    }
    for id in &island.live {
        let share = island.federation.store.read_now(|tx| share::find_by_public_id(tx, id)).expect("a look").expect("a share");
        for inbox in &island.listeners {
            let heard = last[&(inbox.as_str(), share.uri.as_str())];
            let revised = share.revision > 1;
            let life = || tell_life(&island.ours, &letters, inbox, share.uri.as_str());
            assert_eq!(heard.step.0, usize::from(revised), "{inbox} heard last {heard:?} of {share:?}: {:#?}", life());
            assert!(heard.text.contains(&share.title), "{inbox} heard last {heard:?} of {share:?}: {:#?}", life());
        }
    }
    for uri in &island.withdrawn {
        for inbox in &island.listeners {
            let heard = last.get(&(inbox.as_str(), uri.as_str()));
            let life = || tell_life(&island.ours, &letters, inbox, uri);
            assert!(heard.is_some_and(|heard| heard.step.0 == 2), "{inbox} heard last {heard:?} of {uri}: {:#?}", life());
        }
    }
    if let Some((inbox, heard)) = &island.blocked {
        let late = letters[*heard..].iter().find(|letter| letter.pair.1 == *inbox);
        assert!(late.is_none(), "it was blocked, and heard {late:?}");
    }
    println!("{}: {} letters, {twice} told twice", island.ours.origin(), letters.len());
}
