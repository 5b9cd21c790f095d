//! Liars: services that stand before the account and break one promise each, so that the judges can show that they
//! find them out.

mod feeds;
mod liar;
mod reads;
mod sessions;
mod writes;

use std::time::Duration;

use cosmokit_testkit::campaign::{Campaign, Owed, PROMISES};
use cosmokit_testkit::judge::Guarantee;

use self::liar::Lie;

/// A service that breaks promises, and who finds it out.
struct Liar {
    /// What it does.
    name: &'static str,
    /// How, from a seed.
    lie: fn(u64) -> Lie,
    /// The campaign in which a judge finds it out, and within how many seeds.
    found: &'static [(&'static str, Guarantee, u64)],
}

/// All of them.
fn all() -> impl Iterator<Item = &'static Liar> {
    let rooms = [reads::LIARS, writes::LIARS, sessions::LIARS, feeds::LIARS];
    rooms.into_iter().flatten()
}

/// Each judge finds the liar out within so many seeds of its campaign, and has a story to tell.
#[track_caller]
fn is_found_out(liar: &Liar) {
    for (campaign, guarantee, seeds) in liar.found {
        let campaign = Campaign {
            length: Duration::from_secs(2),
            ..Campaign::named(campaign).unwrap().clone()
        };
        let caught = (1..=*seeds).any(|seed| {
            let lie = (liar.lie)(seed);
            let run = campaign.run_behind(seed, move |gateway| liar::front(gateway, lie));
            let tally = campaign.judge_of(&run, &[*guarantee]);
            let mut broken = tally.broken_promises();
            broken.any(|(_, it)| it.guarantee == *guarantee && !it.story.is_empty())
        });
        let name = liar.name;
        assert!(
            caught,
            "{name}: {guarantee} did not find it out in {seeds} seeds"
        );
    }
}

/// A judge that nobody has lied to shows nothing.
#[test]
fn each_judge_has_found_a_liar_out() {
    let found: Vec<Guarantee> = all().flat_map(|liar| liar.found).map(|it| it.1).collect();
    for promise in PROMISES {
        let rows = [promise.one_writer, promise.all_write];
        let is_given = rows
            .iter()
            .flatten()
            .flatten()
            .any(|owed| *owed == Owed::Given);
        let guarantee = promise.guarantee;
        assert!(
            !is_given || found.contains(&guarantee),
            "nobody lies to the judge of {guarantee}"
        );
    }
}
