//! How old what is read may be: without a bound the age of what a level shows grows with the time that replication
//! stands still; with one, writes are turned away before a read could be too old.

use std::time::Duration;

use cosmokit_engine::{Lag, Link, Staleness};
use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use cosmokit_testkit::actor::{ContainerKind, Part, Write};
use cosmokit_testkit::history::{Action, History, Outcome, WriteVerb};
use cosmokit_testkit::judge::{Guarantee, Scope, StalenessBound};
use cosmokit_testkit::world::{ClientSettings, World, WorldSettings, sleep};

const BOUND: StalenessBound = StalenessBound {
    versions: 5,
    age: Duration::from_secs(10),
};

/// Somebody writes every second for a minute in one region and stops, nothing reaches the other, and after this time
/// somebody who has no token reads there.
fn read_after(level: ConsistencyLevel, standstill: Duration) -> History {
    let settings = WorldSettings::new(3)
        .regions(&["East US", "West Europe"])
        .level(level)
        .account(|account| {
            account.staleness(Staleness {
                versions: BOUND.versions.into(),
                interval: BOUND.age,
            })
        });
    World::simulate(settings, async |world: World| {
        let kind = ContainerKind::Plain;
        world.create_container("items", kind).await.unwrap();
        let [east, west] = [0, 1].map(|at| world.regions()[at].clone());
        let here = ClientSettings::new(1, east.clone());
        let mut writer = world.enter(Part::new(1, here), "items").await.unwrap();
        let there = ClientSettings::new(2, west.clone()).without_tokens();
        let reader = world.enter(Part::new(2, there), "items").await.unwrap();
        let key = writer.key("p", "a");
        for version in 1..=60 {
            if version == 2 {
                let link = Link {
                    from: east.clone(),
                    to: west.clone(),
                };
                world.account().set_link(&link, Lag::Paused).unwrap();
            }
            let mark = writer.next_mark(version);
            writer
                .write(Write::new(key.clone(), WriteVerb::Upsert, mark))
                .await;
            sleep(Duration::from_secs(1)).await;
        }
        sleep(standstill).await;
        reader.read(&key).await;
        world.recorder().history()
    })
}

/// Whether the reader was given anything.
fn was_answered(history: &History) -> bool {
    let mut reads = history.operations.iter();
    reads.any(|it| {
        matches!(it.action, Action::Read { .. }) && matches!(it.outcome, Outcome::Found(_))
    })
}

#[test]
fn levels_without_a_bound_go_beyond_any() {
    let unbounded = [
        ConsistencyLevel::Session,
        ConsistencyLevel::ConsistentPrefix,
        ConsistencyLevel::Eventual,
    ];
    for level in unbounded {
        for hours in [1, 24] {
            let age = Duration::from_secs(hours * 3_600);
            let history = read_after(level, age);
            assert!(was_answered(&history), "{level:?}");
            let any = StalenessBound { versions: 50, age };
            let scope = Scope::default().with_staleness(any);
            let verdict = Guarantee::BoundedStaleness.judge(&history, &scope);
            assert!(
                verdict.is_violated(),
                "{level:?} after {hours} h: {verdict}"
            );
        }
    }
}

#[test]
fn bounded_staleness_stays_within_its_own() {
    let history = read_after(
        ConsistencyLevel::BoundedStaleness,
        Duration::from_secs(3_600),
    );
    let scope = Scope::default().with_staleness(BOUND);
    let verdict = Guarantee::BoundedStaleness.judge(&history, &scope);
    assert!(!verdict.is_violated(), "{verdict}");
    let writes = history.operations.iter().filter(|it| it.action.is_write());
    let turned_away = writes.filter(|it| it.outcome != Outcome::Done).count();
    assert!(
        turned_away > 0,
        "writes are throttled when a region falls behind"
    );
}
