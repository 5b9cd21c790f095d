//! The same seed gives the same history, byte by byte, and what is printed of a failure plays it again.

use std::time::Duration;

use cosmokit_testkit::campaign::{CAMPAIGNS, Campaign};
use cosmokit_testkit::history::History;
use cosmokit_testkit::schedule::{Schedule, ServerFault, Trouble, TroubleKind};
use cosmokit_testkit::world::{World, WorldSettings};

#[test]
fn byte_by_byte() {
    for campaign in CAMPAIGNS {
        let campaign = Campaign {
            length: Duration::from_millis(700),
            ..campaign.clone()
        };
        let text = |seed| campaign.run(seed).history.to_ndjson();
        let first = text(1);
        assert_eq!(first, text(1), "{}", campaign.name);
        assert_ne!(first, text(2), "{}", campaign.name);
        let read = History::from_ndjson(&first).unwrap();
        let again = read.to_ndjson();
        assert_eq!(again, first, "and survives being written and read");
    }
}

/// What somebody who reads the command would play.
fn follow(command: &str) -> (&'static Campaign, u64) {
    let words: Vec<&str> = command.split(' ').collect();
    let ["just", "sim", seed, "--campaign", name] = words.as_slice() else {
        panic!("{command:?} is no command of the justfile");
    };
    let recipes = include_str!("../../../../justfile");
    assert!(
        recipes.contains("\nsim *ARGS:\n"),
        "the justfile has the recipe"
    );
    (Campaign::named(name).unwrap(), seed.parse().unwrap())
}

#[test]
fn the_command_that_is_printed_plays_it_again() {
    let campaign = Campaign::named("one_region").unwrap();
    let run = campaign.run(3);
    let tally = campaign.judge(&run);
    let (replay, violation) = tally
        .findings
        .values()
        .find_map(|findings| findings.first.as_ref())
        .expect("an account of session consistency is not linearizable");
    let (named, seed) = follow(&replay.to_string());
    let again = named.run(seed);
    assert_eq!(again.schedule, run.schedule);
    let again = named.judge(&again);
    let same = again.findings.values().filter_map(|it| it.first.as_ref());
    let mut same = same.filter(|(_, it)| it.story == violation.story);
    assert!(same.next().is_some(), "{violation}");
}

#[test]
fn troubles_of_one_kind_may_begin_at_the_same_instant() {
    let trouble = Trouble {
        at: Duration::from_millis(10),
        lasts: Duration::from_millis(50),
        kind: TroubleKind::Fault(ServerFault::Dawdles, 100),
    };
    let schedule = Schedule {
        troubles: vec![trouble.clone(), trouble],
    };
    let history = World::simulate(WorldSettings::new(1), async |world| {
        schedule.play(&world, "any").await;
        world.recorder().history()
    });
    assert_eq!(history.to_ndjson().matches("answered late").count(), 2);
}
