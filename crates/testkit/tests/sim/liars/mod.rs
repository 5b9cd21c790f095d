//! Liars: services that stand before the account and break one promise each, so that the judges can show that they
//! find them out.

mod feeds;
mod liar;
mod reads;
mod sessions;
mod writes;

use std::time::Duration;

use cosmokit_testkit::campaign::Campaign;
use cosmokit_testkit::judge::Guarantee;

use self::liar::Lie;

/// A judge finds a liar out within so many seeds of a campaign, and has a story to tell.
#[track_caller]
fn caught(campaign: &str, guarantee: Guarantee, seeds: u64, lie: impl Fn(u64) -> Lie) {
    let campaign = Campaign {
        length: Duration::from_secs(2),
        ..Campaign::named(campaign).unwrap().clone()
    };
    for seed in 1..=seeds {
        let lie = lie(seed);
        let run = campaign.run_behind(seed, move |gateway| liar::front(gateway, lie));
        let tally = campaign.judge_of(&run, &[guarantee]);
        let mut broken = tally.broken_promises();
        if let Some((_, violation)) = broken.find(|(_, it)| it.guarantee == guarantee) {
            assert!(!violation.story.is_empty());
            return;
        }
    }
    panic!("{guarantee}: nobody found the liar out in {seeds} seeds");
}
