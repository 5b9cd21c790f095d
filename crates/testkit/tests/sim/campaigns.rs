//! Each campaign from a few seeds: what is promised holds, and of what is not promised some is seen to be broken.
//!
//! `just sim` plays thousands of seeds and says what no seed broke; `COSMOKIT_SEED` plays one here.

use cosmokit_testkit::campaign::{Campaign, Replay, Tally};
use cosmokit_testkit::judge::Guarantee;

/// Seeds of each campaign.
const SEEDS: u64 = 2;

/// Plays a campaign from a few seeds, or from the one that `COSMOKIT_SEED` names.
#[track_caller]
fn play(name: &str) -> Tally {
    let campaign = Campaign::named(name).unwrap();
    let one = Replay::seed_from_env().map(|seed| seed..=seed);
    let mut tally = Tally::default();
    for seed in one.unwrap_or(1..=SEEDS) {
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

/// Some of those to whom these guarantees are not promised have seen them broken.
#[track_caller]
fn breaks(tally: &Tally, guarantees: &[Guarantee]) {
    for guarantee in guarantees {
        let of_it = tally.findings.iter().filter(|((_, it), _)| it == guarantee);
        let mut free = of_it
            .map(|(_, findings)| findings)
            .filter(|it| !it.promised);
        assert!(
            free.any(|findings| findings.violated > 0) || Replay::seed_from_env().is_some(),
            "nobody saw {guarantee} broken\n{tally}"
        );
    }
}

#[test]
fn one_region() {
    breaks(&play("one_region"), &[Guarantee::ReadYourWrites]);
}

#[test]
fn strong() {
    breaks(&play("strong"), &[Guarantee::Linearizable]);
}

#[test]
fn bounded_staleness() {
    let given_by_stronger = [Guarantee::Linearizable, Guarantee::ReadYourWrites];
    breaks(&play("bounded_staleness"), &given_by_stronger);
}

#[test]
fn session() {
    let of_strangers = [Guarantee::Linearizable, Guarantee::ReadYourWrites];
    breaks(&play("session"), &of_strangers);
}

#[test]
fn consistent_prefix() {
    let given_by_stronger = [Guarantee::Linearizable, Guarantee::ReadYourWrites];
    breaks(&play("consistent_prefix"), &given_by_stronger);
}

#[test]
fn eventual() {
    let given_by_stronger = [Guarantee::Linearizable, Guarantee::ReadYourWrites];
    breaks(&play("eventual"), &given_by_stronger);
}

#[test]
fn multi_write() {
    play("multi_write");
}
