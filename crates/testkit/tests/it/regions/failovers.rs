//! The write region moves while clients write.

use std::time::Duration;

use cosmokit_driver::ExecutionContext;
use cosmokit_engine::{Lag, WriteMode};
use cosmokit_testkit::actor::{Actor, ContainerKind, Part, Write};
use cosmokit_testkit::history::{Impact, WriteVerb};
use cosmokit_testkit::judge::{Guarantee, Scope};
use cosmokit_testkit::world::{World, sleep};
use futures_util::future::join_all;

use super::scene::{
    EAST, HUB, SATELLITE, WEST, enter, number, pause, read, settings, upsert, world,
};
use super::trail::Trail;

const WRITES: u32 = 60;

#[tokio::test(start_paused = true)]
async fn a_write_finds_the_new_region_however_lately_the_account_was_read() {
    for age_ms in [0, 100, 2_500, 4_900, 6_000] {
        let world = world(WriteMode::Single).await;
        let items = enter(&world, &settings(1, &HUB)).await;
        sleep(Duration::from_millis(age_ms)).await;
        world.account().fail_over(&SATELLITE).unwrap();
        let began = world.elapsed();
        let trail = Trail::of(&upsert(&items, "1", 1).await);
        let took = world.elapsed().saturating_sub(began);
        assert!(!trail.0.is_failure(), "{age_ms}: {}", trail.0);
        assert!(took < Duration::from_millis(5_200), "{age_ms}: {took:?}");
        let regions = trail.regions();
        let (last, before) = regions.split_last().unwrap();
        assert_eq!(last, WEST, "{age_ms}: {}", trail.0);
        assert!(before.iter().all(|region| region == EAST), "{}", trail.0);
        let contexts = trail.contexts();
        assert_eq!(contexts.last(), Some(&ExecutionContext::RegionFailover));
        let trail = Trail::of(&upsert(&items, "1", 2).await);
        trail.succeeded_in(&[WEST], "and stays there");
        pause(&world);
        let seen = read(&items, "1").await;
        assert_eq!(number(seen), 2, "reads at home see it");
    }
}

#[tokio::test(start_paused = true)]
async fn no_acknowledged_write_is_lost_over_planned_failovers() {
    let world = world(WriteMode::Single).await;
    let lag = Lag::Fixed(Duration::from_millis(30));
    world.account().set_all_links(lag).unwrap();
    let kind = ContainerKind::Plain;
    world.create_container("writers", kind).await.unwrap();
    let mut writers = Vec::new();
    for (number, home) in (1..=4).zip([HUB, SATELLITE, HUB, SATELLITE]) {
        let part = Part::new(number, settings(number.into(), &home));
        writers.push(world.enter(part, "writers").await.unwrap());
    }
    let writing = join_all(writers.iter_mut().map(write_on));
    let ((), acknowledged) = futures_util::join!(move_there_and_back(&world), writing);
    for (writer, acknowledged) in writers.iter().zip(acknowledged) {
        assert_eq!(acknowledged, WRITES, "{:?}", writer.part());
    }

    sleep(Duration::from_secs(10)).await;
    world.recorder().disturb("nobody writes", Impact::Settled);
    for reader in &writers {
        for number in 1..=writers.len() {
            let key = reader.key("p", &format!("w{number}"));
            let seen = reader.read(&key).await.expect("it was acknowledged");
            assert_eq!(seen.mark.version, WRITES);
        }
    }
    let history = world.recorder().history();
    for guarantee in [
        Guarantee::Durability,
        Guarantee::ReadYourWrites,
        Guarantee::MonotonicReads,
        Guarantee::Convergence,
        Guarantee::NoPhantom,
    ] {
        let verdict = guarantee.judge(&history, &Scope::default());
        assert!(verdict.holds_for_something(), "{guarantee}: {verdict}");
    }
}

/// Writes version after version of one item, reads each, and says how many were acknowledged.
async fn write_on(writer: &mut Actor) -> u32 {
    let key = writer.key("p", &format!("w{}", writer.part().actor.0));
    let mut acknowledged = 0;
    for version in 1..=WRITES {
        let mark = writer.next_mark(version);
        let write = Write::new(key.clone(), WriteVerb::Upsert, mark);
        acknowledged += u32::from(writer.write(write).await);
        writer.read(&key).await;
        sleep(Duration::from_millis(100)).await;
    }
    acknowledged
}

/// A failover in steps, and one at once.
async fn move_there_and_back(world: &World) {
    let account = world.account();
    sleep(Duration::from_secs(2)).await;
    account.announce_failover(&SATELLITE).unwrap();
    account.begin_failover().unwrap();
    sleep(Duration::from_millis(300)).await;
    account.complete_failover().unwrap();
    sleep(Duration::from_secs(10)).await;
    account.fail_over(&HUB).unwrap();
}
