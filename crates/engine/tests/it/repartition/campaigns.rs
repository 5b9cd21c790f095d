//! Campaigns of random schedules, each judged; and proof that the judge finds broken feeds.

use super::{
    judge::Violation,
    schedule::{Mutation, Outcome, run},
};

/// Schedules per test; four tests make a thousand.
const SCHEDULES: u64 = 250;

fn campaign(first: u64) {
    let alone = std::env::var("SCHEDULE").ok();
    let alone: Option<u64> = alone.map(|seed| seed.parse().expect("a seed is a number"));
    let seeds = match alone {
        Some(seed) => seed..seed + 1,
        None => first..first + SCHEDULES,
    };
    let mut total = Outcome::default();
    for seed in seeds.clone() {
        let outcome = run(seed, Mutation::None);
        let outcome = outcome.unwrap_or_else(|violation| panic!("schedule {seed}: {violation:?}"));
        total.add(&outcome);
    }
    // A campaign in which little happens shows little.
    let schedules = seeds.end - seeds.start;
    assert!(
        alone.is_some() || total.changes > 5 * schedules,
        "{total:?}"
    );
    assert!(alone.is_some() || total.moves > 4 * schedules, "{total:?}");
    assert!(alone.is_some() || total.refused > schedules, "{total:?}");
    assert!(alone.is_some() || total.failovers > schedules, "{total:?}");
    assert!(alone.is_some() || total.retargeted > schedules, "{total:?}");
    assert!(alone.is_some() || total.forced > schedules, "{total:?}");
    assert!(alone.is_some() || total.gone > schedules, "{total:?}");
}

#[test]
fn every_change_is_seen_once_in_schedules_0_to_249() {
    campaign(0);
}

#[test]
fn every_change_is_seen_once_in_schedules_250_to_499() {
    campaign(SCHEDULES);
}

#[test]
fn every_change_is_seen_once_in_schedules_500_to_749() {
    campaign(2 * SCHEDULES);
}

#[test]
fn every_change_is_seen_once_in_schedules_750_to_999() {
    campaign(3 * SCHEDULES);
}

/// The judge finds what a broken engine would do at a split.
#[test]
fn a_feed_that_is_broken_at_a_split_is_found_out() {
    let found = |mutation| {
        let mut found = [false; 3];
        for seed in 0..40 {
            match run(seed, mutation) {
                Ok(_) => {}
                Err(Violation::Lost(_)) => found[0] = true,
                Err(Violation::Doubled(_)) => found[1] = true,
                Err(Violation::OutOfOrder(_)) => found[2] = true,
                Err(other) => panic!("{other:?}"),
            }
        }
        found
    };
    assert_eq!(found(Mutation::None), [false, false, false]);
    assert!(found(Mutation::Drop)[0]);
    assert!(found(Mutation::Repeat)[1]);
    assert!(found(Mutation::Swap)[2]);
}
