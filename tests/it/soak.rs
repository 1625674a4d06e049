//! The soak: two organisations on two engines, people elsewhere, and everything that can go wrong, by the fall of seeded dice.
//! In the end everybody is well again, and then both sides agree and every ledger is balanced. `bin/soak` runs it for as long as
//! one likes.

mod faults;
mod island;
mod people;
mod verdict;

use std::{
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};

use crate::support::{
    Engine,
    scale::{self, Dice},
};
use island::Island;
use people::Person;

/// How many people elsewhere act by themselves, at each island.
const PEOPLE: usize = 3;

/// What happened, and how often.
#[derive(Debug, Default)]
struct Tally {
    published: usize,
    revised: usize,
    withdrawn: usize,
    followed: usize,
    moods: usize,
    killed: usize,
    restarted: usize,
    stopped: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_islands_agree_in_the_end_whatever_happens_on_sqlite_and_postgres() {
    let (seconds, seed) = (scale::soak_seconds(), scale::seed());
    println!("seed {seed}, {seconds} s; again with: bin/soak --seconds {seconds} --seed {seed}");
    let (alpha, bravo) = tokio::join!(Island::found(Engine::Sqlite, "spoor"), Island::found(Engine::Postgres, "klare_taal"));
    let mut islands = [alpha, bravo];
    Island::befriend(&islands).await;

    let over = Arc::new(AtomicBool::new(false));
    let people: Vec<_> = (0..PEOPLE * 2)
        .map(|number| {
            let person = Person::meet(&islands[number % 2], number);
            tokio::spawn(person.live(Dice::new(seed ^ ((number as u64 + 1) << 32)), over.clone()))
        })
        .collect();
    let tally = live(&mut islands, seconds, seed).await;
    over.store(true, Ordering::Relaxed);
    faults::mend(&mut islands).await;
    let mut lived = Vec::new();
    for person in people {
        lived.push(person.await.expect("a person lives on"));
    }
    let begun = Instant::now();
    faults::come_to_rest(&mut islands).await;
    println!("seed {seed}: {tally:?}; at rest after {} s", begun.elapsed().as_secs());
    verdict::agree(&islands);
    for (number, life) in lived.iter().enumerate() {
        verdict::remember(&islands[number % 2], life);
    }
    for island in &mut islands {
        verdict::balance(island);
    }
}

/// One thing after the other, as the dice fall.
async fn live(islands: &mut [Island; 2], seconds: u64, seed: u64) -> Tally {
    let (begun, mut dice, mut tally, mut told) = (Instant::now(), Dice::new(seed), Tally::default(), 0);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let island = &mut islands[dice.below(2)];
        match dice.below(100) {
            0..30 => tally.published += island.publish(),
            30..52 => tally.revised += island.revise(&mut dice),
            52..60 => tally.withdrawn += island.withdraw(&mut dice),
            60..66 => tally.followed += island.follow_or_leave(&mut dice),
            66..78 => tally.moods += faults::change_mood(island, &mut dice),
            78..82 => tally.killed += faults::kill(island, &mut dice).await,
            82..85 => tally.restarted += faults::restart(island, &mut dice).await,
            85..88 => tally.stopped += faults::stop_for_a_while(island, &mut dice).await,
            88 => island.block_once(begun.elapsed() > Duration::from_secs(seconds / 2)).await,
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(dice.below(120) as u64)).await;
        if begun.elapsed().as_secs() / 20 > told {
            told = begun.elapsed().as_secs() / 20;
            println!("seed {seed}: {} of {seconds} s, {tally:?}", told * 20);
        }
    }
    tally
}
