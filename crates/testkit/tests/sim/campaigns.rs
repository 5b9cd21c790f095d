//! Each campaign from a few seeds: what a level gives holds in every run, and each guarantee that it does not give is
//! seen to be broken within a bounded number of seeds.
//!
//! Which guarantee is which stands in one table, `campaign::PROMISES`. `just sim` plays thousands of seeds;
//! `COSMOKIT_SEED` plays one here.

use cosmokit_testkit::campaign::{
    CAMPAIGNS, Campaign, Findings, Observers, Owed, Replay, Standpoint, Tally,
};
use cosmokit_testkit::judge::Guarantee;

/// Seeds that are played in any case.
const LEAST: u64 = 2;

/// Seeds within which everything that a level lacks is found.
const MOST: u64 = 40;

/// Plays a campaign until each guarantee that its level does not give has been seen broken.
#[track_caller]
fn play(name: &str) {
    let campaign = Campaign::named(name).unwrap();
    if let Some(seed) = Replay::seed_from_env() {
        return holds(name, &campaign.judge(&campaign.run(seed)));
    }
    let mut tally = Tally::default();
    for seed in 1..=MOST {
        tally.add(campaign.judge(&campaign.run(seed)));
        holds(name, &tally);
        if seed >= LEAST && unseen(campaign, &tally).is_empty() {
            return;
        }
    }
    let unseen = unseen(campaign, &tally);
    panic!("{MOST} seeds did not show that these are not given: {unseen:?}\n{tally}");
}

/// Plays a campaign whose guarantees another one shows the lack of.
#[track_caller]
fn keep(name: &str) {
    let campaign = Campaign::named(name).unwrap();
    let one = Replay::seed_from_env().map(|seed| seed..=seed);
    for seed in one.unwrap_or(1..=LEAST) {
        holds(name, &campaign.judge(&campaign.run(seed)));
    }
}

/// What must hold does.
#[track_caller]
fn holds(name: &str, tally: &Tally) {
    if let Some((replay, violation)) = tally.broken_promises().next() {
        let command = replay.test_command(name);
        panic!("{violation}\n{tally}\nplay it again:\n  {replay}\n  {command}");
    }
}

/// What nobody who asks for the account's own level has seen broken, and somebody should. Who asks for less than the
/// account gives meets an account that does more than they ask.
fn unseen(campaign: &Campaign, tally: &Tally) -> Vec<(Option<Standpoint>, Guarantee)> {
    let place = |observers: Observers, guarantee| (observers.map(Standpoint::of), guarantee);
    let lacking = |findings: &Findings| findings.owed == Owed::Lacking;
    let cells = tally
        .findings
        .iter()
        .filter(|(_, findings)| lacking(findings));
    let (seen, unseen): (Vec<_>, Vec<_>) = cells.partition(|(_, findings)| findings.violated > 0);
    let seen: Vec<_> = seen
        .into_iter()
        .map(|((who, what), _)| place(*who, *what))
        .collect();
    let own = |who: Observers| who.is_none_or(|asked| asked.level == campaign.level);
    let unseen = unseen.into_iter().filter(|((who, _), _)| own(*who));
    unseen
        .map(|((who, what), _)| place(*who, *what))
        .filter(|place| !seen.contains(place))
        .collect()
}

/// Staleness in a region alone is that of its replicas, whose token soon tells.
#[test]
fn one_region() {
    keep("one_region");
}

#[test]
fn strong() {
    play("strong");
}

#[test]
fn bounded_staleness() {
    play("bounded_staleness");
}

#[test]
fn session() {
    play("session");
}

#[test]
fn consistent_prefix() {
    play("consistent_prefix");
}

#[test]
fn eventual() {
    play("eventual");
}

#[test]
fn multi_write() {
    play("multi_write");
}

#[test]
fn feeds() {
    keep("feeds");
}

#[test]
fn write_mode() {
    keep("write_mode");
}

/// A campaign that no test plays shows nothing.
#[test]
fn each_campaign_is_played() {
    let here = include_str!("campaigns.rs");
    for campaign in CAMPAIGNS {
        let calls = ["play", "keep"].map(|call| format!("    {call}(\"{}\");", campaign.name));
        let played = calls.iter().any(|call| here.contains(call));
        assert!(played, "{} is played by no test", campaign.name);
    }
}
