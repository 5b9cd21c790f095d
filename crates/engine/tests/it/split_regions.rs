//! Splits and merges of partitions whose replicas lag, in the same region and in others: whoever is
//! behind stays behind, and what is under way arrives at the children.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use cosmokit_engine::{
    Account, Lag, Link, SplitPoint,
    protocol::wire::{consistency::ConsistencyLevel, region::Region},
    request::{ReadChangeFeed, Request, Verb},
};
use serde_json::json;

use crate::{
    asking::{behind, entries, latest},
    world::{Answer, World, container, create, now, read},
};

const LAG: Duration = Duration::from_millis(100);

fn west() -> Region {
    Region::new("West US")
}

fn world(level: ConsistencyLevel, lag: Lag) -> World {
    let regions = [Region::new("East US"), west()];
    let world = World::built(
        Account::builder()
            .regions(regions)
            .consistency(level)
            .link_lag(lag),
    );
    world.create_database("db");
    let key = json!({"paths": ["/pk"], "version": 2});
    world
        .create_container(&json!({"id": "c", "partitionKey": key}))
        .expect(201, 0);
    world
}

fn in_west(world: &World, verb: impl Into<Verb>) -> Answer {
    Answer::of(now(world.account.execute(&west(), Request::new(verb))))
}

fn key(number: usize) -> String {
    format!("key {number}")
}

fn put(world: &World, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let pk = key(number);
        world
            .create(&pk, &json!({"id": "1", "pk": pk, "n": number}))
            .expect(201, 0);
    }
}

fn split(world: &World, range: &str) -> Vec<String> {
    let children = world
        .account
        .split(&container(), range, &SplitPoint::Middle)
        .unwrap();
    children.iter().map(ToString::to_string).collect()
}

/// How many of the first `count` items a region shows.
fn shown_in_west(world: &World, count: usize) -> usize {
    let status = |number: &usize| in_west(world, read(&key(*number), "1")).status;
    (0..count).filter(|number| status(number) == 200).count()
}

#[test]
fn what_is_under_way_arrives_at_the_children() {
    let world = world(ConsistencyLevel::Eventual, Lag::Fixed(LAG));
    put(&world, 0..10);
    world.clock.advance(LAG / 2);
    put(&world, 10..20);
    split(&world, "0");
    assert_eq!(shown_in_west(&world, 20), 0);
    world.clock.advance(LAG / 2);
    assert_eq!(shown_in_west(&world, 20), 10);
    put(&world, 20..30);
    world.clock.advance(LAG / 2);
    assert_eq!(shown_in_west(&world, 30), 20);
    world.clock.advance(LAG / 2);
    assert_eq!(shown_in_west(&world, 30), 30);
    assert_eq!(world.account.partitions(&container()).unwrap().len(), 2);
}

#[test]
fn a_link_that_is_held_is_held_for_the_children_too() {
    let world = world(ConsistencyLevel::Session, Lag::Paused);
    put(&world, 0..5);
    let children = split(&world, "0");
    put(&world, 5..10);
    split(&world, &children[1]);
    put(&world, 10..15);
    world.clock.advance(Duration::from_secs(3_600));
    assert_eq!(shown_in_west(&world, 15), 0);
    let link = Link {
        from: world.region.clone(),
        to: west(),
    };
    world.account.set_link(&link, Lag::None).unwrap();
    assert_eq!(shown_in_west(&world, 15), 15);
}

#[test]
fn a_merge_brings_everyone_to_the_head() {
    let world = world(ConsistencyLevel::Session, Lag::Paused);
    let children = split(&world, "0");
    put(&world, 0..10);
    assert_eq!(shown_in_west(&world, 10), 0);
    world
        .account
        .merge(&container(), [&children[0], &children[1]])
        .unwrap();
    assert_eq!(shown_in_west(&world, 10), 10);
    put(&world, 10..20);
    assert_eq!(shown_in_west(&world, 20), 10);
}

#[test]
fn a_replica_that_lags_goes_on_lagging() {
    let world = world(ConsistencyLevel::Eventual, Lag::None);
    for replica in 1..=3 {
        world
            .account
            .set_replica_lag(&world.region, replica, Lag::Paused)
            .unwrap();
    }
    put(&world, 0..1);
    let stale_and_fresh = || {
        let statuses = (0..64).map(|_| world.read(&key(0), "1").status);
        let stale = statuses.filter(|status| *status == 404).count();
        (stale > 0, stale < 64)
    };
    assert_eq!(stale_and_fresh(), (true, true));
    split(&world, "0");
    assert_eq!(stale_and_fresh(), (true, true));
    for replica in 1..=3 {
        world
            .account
            .set_replica_lag(&world.region, replica, Lag::None)
            .unwrap();
    }
    assert_eq!(stale_and_fresh(), (false, true));
}

/// A reader in a region that lags sees every change once, in order, through splits.
#[test]
fn a_change_feed_behind_a_lag_goes_on() {
    let world = world(ConsistencyLevel::ConsistentPrefix, Lag::Fixed(LAG));
    let mut etag = in_west(&world, latest()).etag();
    let mut seen = Vec::new();
    let mut look = |world: &World| {
        let feed = ReadChangeFeed {
            max_item_count: Some(3),
            ..latest()
        };
        let answer = in_west(world, behind(feed, &etag));
        etag = answer.etag();
        let found = entries(&answer);
        seen.extend(found.iter().map(|entry| entry["n"].as_u64().unwrap()));
        answer.status == 200
    };
    let mut next = 0;
    for step in 0..12 {
        put(&world, next..next + 5);
        next += 5;
        if step % 4 == 1 {
            let live = world.account.partitions(&container()).unwrap();
            split(&world, live[step % live.len()].id.as_str());
        }
        world.clock.advance(LAG / 3);
        look(&world);
    }
    world.clock.advance(LAG);
    while look(&world) {}
    assert_eq!(seen.len(), next, "each once");
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..next as u64));
}

/// Under strong consistency a write waits for majorities everywhere; a split in between is no
/// reason to wait longer, nor to be acknowledged sooner.
#[test]
fn a_write_that_waits_is_acknowledged_by_the_children() {
    for merges in [false, true] {
        let world = world(ConsistencyLevel::Strong, Lag::Fixed(LAG));
        let pk = key(0);
        let write = Request::new(create(&pk, &json!({"id": "1", "pk": pk})));
        let mut writing = pin!(world.account.execute(&world.region, write));
        let mut context = Context::from_waker(Waker::noop());
        let mut poll = || match writing.as_mut().poll(&mut context) {
            Poll::Ready(result) => Some(Answer::of(result).status),
            Poll::Pending => None,
        };
        assert_eq!(poll(), None);
        let children = split(&world, "0");
        assert_eq!(poll(), None);
        if merges {
            // Everyone is brought to the head.
            world
                .account
                .merge(&container(), [&children[0], &children[1]])
                .unwrap();
        } else {
            world.clock.advance(LAG / 2);
            assert_eq!(poll(), None);
            world.clock.advance(LAG / 2);
        }
        assert_eq!(poll(), Some(201));
        assert_eq!(shown_in_west(&world, 1), 1);
    }
}

/// What a failover loses is lost for a write that waits, though its partition was split meanwhile.
#[test]
fn a_write_that_waits_is_lost_with_the_children() {
    let world = world(ConsistencyLevel::Strong, Lag::Paused);
    let pk = key(0);
    let write = Request::new(create(&pk, &json!({"id": "1", "pk": pk})));
    let mut writing = pin!(world.account.execute(&world.region, write));
    let mut context = Context::from_waker(Waker::noop());
    assert!(writing.as_mut().poll(&mut context).is_pending());
    split(&world, "0");
    world.account.force_failover(&west()).unwrap();
    let Poll::Ready(result) = writing.as_mut().poll(&mut context) else {
        panic!("it has been decided");
    };
    Answer::of(result).expect(503, 0);
    assert_eq!(shown_in_west(&world, 1), 0);
}
