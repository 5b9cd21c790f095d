//! Each campaign from a few seeds: what is promised holds.

use cosmokit_testkit::campaign::{Campaign, Replay, Tally};

/// Plays a campaign from so many seeds, or from the one that `COSMOKIT_SEED` names.
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

#[test]
fn one_region() {
    play("one_region", 5);
}
