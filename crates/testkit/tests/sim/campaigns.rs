//! Each campaign from a few seeds: what is promised holds, and what is not promised is seen to be broken.
//!
//! `just sim` plays thousands of seeds; `COSMOKIT_SEED` plays one.

use cosmokit_testkit::campaign::{Campaign, Observers, Replay, Tally};
use cosmokit_testkit::judge::Guarantee;

/// Plays a campaign from so many seeds, or from the one that `COSMOKIT_SEED` names.
#[track_caller]
fn play(name: &str, seeds: u64) -> Tally {
    let campaign = Campaign::named(name).unwrap();
    let one = Replay::seed_from_env().map(|seed| seed..=seed);
    let mut tally = Tally::default();
    for seed in one.unwrap_or(1..=seeds) {
        tally.add(campaign.judge(&campaign.run(seed)));
    }
    if let Some((replay, violation)) = tally.broken_promises().next() {
        panic!(
            "{violation}\n{tally}\nplay it again:\n  COSMOKIT_SEED={} cargo test -p cosmokit-testkit --test sim \
             campaigns::{name} -- --exact\n  {replay}",
            replay.seed
        );
    }
    tally
}

/// What no seed can be asked to show.
///
/// A list is answered by one replica, and what a replica has is always a prefix of the log: at every level this account
/// gives more order inside one answer than eventual consistency owes.
fn is_given_anyway((_, guarantee): &(Observers, Guarantee)) -> bool {
    *guarantee == Guarantee::ConsistentPrefix
}

/// Plays further seeds until each guarantee that the level does not give has been violated.
#[track_caller]
fn breaks_the_rest(name: &str, mut tally: Tally, seeds: u64) {
    if Replay::seed_from_env().is_some() {
        return;
    }
    let campaign = Campaign::named(name).unwrap();
    let missing = |tally: &Tally| {
        let mut missing = tally.never_violated();
        missing.retain(|place| !is_given_anyway(place));
        missing
    };
    let mut seed = 1_000;
    while !missing(&tally).is_empty() {
        assert!(
            seed < 1_000 + seeds,
            "{name}: no seed violates {:?}\n{tally}",
            missing(&tally)
        );
        let wanted: Vec<Guarantee> = missing(&tally).iter().map(|(_, it)| *it).collect();
        tally.add(campaign.judge_of(&campaign.run(seed), &wanted));
        seed += 1;
    }
}

#[test]
fn one_region() {
    play("one_region", 3);
}

#[test]
fn strong() {
    let tally = play("strong", 3);
    breaks_the_rest("strong", tally, 30);
}

#[test]
fn bounded_staleness() {
    let tally = play("bounded_staleness", 3);
    breaks_the_rest("bounded_staleness", tally, 30);
}

#[test]
fn session() {
    let tally = play("session", 3);
    breaks_the_rest("session", tally, 30);
}

#[test]
fn consistent_prefix() {
    let tally = play("consistent_prefix", 3);
    breaks_the_rest("consistent_prefix", tally, 30);
}

#[test]
fn eventual() {
    let tally = play("eventual", 3);
    breaks_the_rest("eventual", tally, 30);
}
