//! Splits and merges step by step: what clients see during them, and that nothing is lost.

use cosmokit_engine::{
    PartitionProperties, RepartitionPhase, SplitPoint,
    protocol::{
        id::Etag,
        partition::{EffectivePartitionKey, EpkRange, PartitionKey, PartitionKeyDefinition},
        resource::PartitionKeyRange,
    },
    request::{
        ContainerAddress, DeleteByPartitionKey, FeedMode, FeedScope, ListItems,
        ListPartitionKeyRanges, Paging, ReadChangeFeed, RequestOptions,
    },
};
use serde_json::{Value, json};

use crate::{
    asking::{batch, behind, drain, entries, latest},
    world::{Answer, World, container, create, delete, page, read, replace},
};

pub(crate) fn key(number: u32) -> String {
    format!("key {number}")
}

/// Forty items under twenty keys.
fn filled(partitions: u32) -> World {
    let world = World::with_partitions(partitions);
    for number in 0..40 {
        let (pk, id) = (key(number % 20), number.to_string());
        world
            .create(&pk, &json!({"id": id, "pk": pk, "n": number}))
            .expect(201, 0);
    }
    world
}

pub(crate) fn partitions(world: &World) -> Vec<PartitionProperties> {
    world.account.partitions(&container()).unwrap()
}

pub(crate) fn ids(world: &World) -> Vec<String> {
    let live = partitions(world);
    live.iter()
        .map(|partition| partition.id.to_string())
        .collect()
}

fn ranges(world: &World, mode: FeedMode, known: Option<Etag>) -> (Answer, Vec<PartitionKeyRange>) {
    let answer = world.run(ListPartitionKeyRanges {
        container: container(),
        mode,
        if_none_match: known,
        paging: Paging::default(),
    });
    let rows = answer
        .body
        .get("PartitionKeyRanges")
        .cloned()
        .unwrap_or(json!([]));
    (answer, serde_json::from_value(rows).unwrap())
}

fn scoped(range_id: &str, epk_range: Option<EpkRange>) -> FeedScope {
    FeedScope {
        partition_key_range_id: Some(range_id.to_owned()),
        epk_range,
        ..FeedScope::default()
    }
}

pub(crate) fn list(scope: FeedScope, paging: Paging) -> ListItems {
    ListItems {
        container: container(),
        scope,
        paging,
    }
}

/// Every item of a feed, page by page.
pub(crate) fn listed(
    world: &World,
    mut next: impl FnMut(&World, Option<&str>) -> Answer,
) -> Vec<Value> {
    let mut all = Vec::new();
    let mut continuation: Option<String> = None;
    loop {
        let answer = next(world, continuation.as_deref()).expect(200, 0);
        all.extend(answer.body["Documents"].as_array().unwrap().iter().cloned());
        continuation = answer.facts.continuation;
        if continuation.is_none() {
            return all;
        }
    }
}

fn everything(world: &World) -> Vec<Value> {
    let mut all = listed(world, |world, at| {
        world.run(list(FeedScope::default(), page(7, at)))
    });
    all.sort_by_key(|item| item["n"].as_u64());
    all
}

pub(crate) fn split(world: &World, range: &str, at: &SplitPoint) -> Vec<String> {
    let children = world.account.split(&container(), range, at).unwrap();
    children.iter().map(ToString::to_string).collect()
}

pub(crate) fn merge(world: &World, ranges: [&str; 2]) -> String {
    world
        .account
        .merge(&container(), ranges)
        .unwrap()
        .to_string()
}

#[test]
fn items_keep_everything_over_splits_and_merges() {
    let world = filled(1);
    let before = everything(&world);
    assert_eq!(before.len(), 40);
    assert_eq!(split(&world, "0", &SplitPoint::Middle), ["1", "2"]);
    assert_eq!(everything(&world), before);
    assert_eq!(split(&world, "2", &SplitPoint::Storage), ["3", "4"]);
    assert_eq!(ids(&world), ["1", "3", "4"]);
    assert_eq!(everything(&world), before);
    assert_eq!(merge(&world, ["3", "1"]), "5");
    assert_eq!(merge(&world, ["5", "4"]), "6");
    assert_eq!(everything(&world), before);
    for item in &before {
        let (pk, id) = (item["pk"].as_str().unwrap(), item["id"].as_str().unwrap());
        let answer = world.read(pk, id).expect(200, 0);
        assert_eq!(&answer.body, item);
        assert_eq!(answer.facts.partition.unwrap().range_id, "6");
    }
    let usage: Vec<u64> = partitions(&world)
        .iter()
        .map(|partition| partition.items)
        .collect();
    assert_eq!(usage, [40]);
}

#[test]
fn the_middle_halves_the_hash_space_and_storage_the_bytes() {
    let world = filled(1);
    split(&world, "0", &SplitPoint::Middle);
    let live = partitions(&world);
    assert_eq!(
        live[0].range.max().to_hex(),
        "1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
    );
    assert_eq!(live[0].range.max(), live[1].range.min());
    let world = World::new();
    for number in 0..100_u32 {
        let pk = key(number);
        world
            .create(&pk, &json!({"id": "1", "pk": pk, "pad": "x".repeat(1_000)}))
            .expect(201, 0);
    }
    split(&world, "0", &SplitPoint::Storage);
    let items: Vec<u64> = partitions(&world)
        .iter()
        .map(|partition| partition.items)
        .collect();
    assert_eq!(items, [50, 50]);
    let at = EffectivePartitionKey::from_hex("05").unwrap();
    split(&world, "1", &SplitPoint::At(at.clone()));
    assert_eq!(*partitions(&world)[0].range.max(), at);
}

#[test]
fn the_range_turns_requests_away_until_it_is_over() {
    let world = filled(2);
    let low = &partitions(&world)[0];
    let definition = PartitionKeyDefinition::from_paths(["/pk"])
        .with_version(cosmokit_engine::protocol::partition::PartitionKeyVersion::V2);
    let inside = |number: &u32| {
        let point =
            EffectivePartitionKey::of(&PartitionKey::from(key(*number).as_str()), &definition);
        low.range.contains(&point.unwrap())
    };
    let there = (0..20).find(inside).unwrap();
    let elsewhere = (0..20).find(|number| !inside(number)).unwrap();
    let (pk, other) = (key(there), key(elsewhere));
    let whole = || FeedScope::default();
    let etag = ranges(&world, FeedMode::Full, None).0.etag();
    let refused = |world: &World, status, substatus| {
        let id = there.to_string();
        world.read(&pk, &id).expect(status, substatus);
        world
            .run(create(&pk, &json!({"id": "new", "pk": pk})))
            .expect(status, substatus);
        world
            .run(replace(&pk, &id, &json!({"id": id, "pk": pk})))
            .expect(status, substatus);
        world.run(delete(&pk, &id)).expect(status, substatus);
        let upsert = json!({"operationType": "Upsert", "resourceBody": {"id": "new", "pk": pk}});
        world.run(batch(&pk, &[upsert])).expect(status, substatus);
        let by_key = DeleteByPartitionKey {
            container: container(),
            partition_key: Some(PartitionKey::from(pk.as_str())),
        };
        world.run(by_key).expect(status, substatus);
        for scope in [scoped("0", None), whole()] {
            world
                .run(list(scope.clone(), Paging::default()))
                .expect(status, substatus);
            let feed = ReadChangeFeed { scope, ..latest() };
            world.run(feed).expect(status, substatus);
        }
    };
    let mut split = world
        .account
        .begin_split(&container(), "0", &SplitPoint::Middle)
        .unwrap();
    assert_eq!(split.phase(), RepartitionPhase::Begun);
    refused(&world, 410, 1007);
    assert_eq!(split.step(), RepartitionPhase::Copied);
    refused(&world, 410, 1007);
    // The neighbour serves all the time, and so do the ranges themselves.
    world.read(&other, &elsewhere.to_string()).expect(200, 0);
    world
        .run(list(scoped("1", None), Paging::default()))
        .expect(200, 0);
    let (answer, rows) = ranges(&world, FeedMode::Full, None);
    assert_eq!(answer.etag(), etag);
    let states: Vec<String> = rows.iter().map(|row| row.status.to_string()).collect();
    assert_eq!(states, ["splitting", "online"]);
    assert_eq!(split.step(), RepartitionPhase::Completed);
    assert_eq!(split.step(), RepartitionPhase::Completed);
    world.read(&pk, &there.to_string()).expect(200, 0);
    world.run(list(whole(), Paging::default())).expect(200, 0);
    world
        .run(list(scoped("0", None), Paging::default()))
        .expect(410, 1002);
    world
        .run(ReadChangeFeed {
            scope: scoped("0", None),
            ..latest()
        })
        .expect(410, 1002);
    for range in split.children() {
        world
            .run(list(scoped(range.as_str(), None), Paging::default()))
            .expect(200, 0);
    }
    assert_eq!(everything(&world).len(), 40);
}

#[test]
fn one_that_is_given_up_leaves_everything_as_it_was() {
    let world = filled(2);
    let (before, etag) = (
        everything(&world),
        ranges(&world, FeedMode::Full, None).0.etag(),
    );
    let begin = || {
        world
            .account
            .begin_split(&container(), "0", &SplitPoint::Middle)
            .unwrap()
    };
    begin().abort();
    let mut copied = begin();
    copied.step();
    drop(copied);
    let mut merge = world.account.begin_merge(&container(), ["0", "1"]).unwrap();
    assert_eq!(merge.step(), RepartitionPhase::Copied);
    merge.abort();
    assert_eq!(ids(&world), ["0", "1"]);
    assert_eq!(everything(&world), before);
    ranges(&world, FeedMode::Full, Some(etag)).0.expect(304, 0);
    // Ids are never used again.
    assert_eq!(split(&world, "0", &SplitPoint::Middle), ["7", "8"]);
}

#[test]
fn what_cannot_be_split_or_merged_is_refused() {
    let world = filled(3);
    let status = |result: Result<(), cosmokit_engine::response::Failure>| {
        let failure = result.unwrap_err();
        (
            failure.status().as_u16(),
            failure.substatus().map_or(0, u16::from),
        )
    };
    let split = |range: &str, at| {
        let split = world.account.begin_split(&container(), range, &at);
        status(split.map(|_| ()))
    };
    let merge = |ranges| status(world.account.begin_merge(&container(), ranges).map(|_| ()));
    assert_eq!(split("9", SplitPoint::Middle), (410, 1002));
    let outside = EffectivePartitionKey::from_hex("3F").unwrap();
    assert_eq!(split("0", SplitPoint::At(outside)), (400, 1105));
    assert_eq!(
        split("0", SplitPoint::At(EffectivePartitionKey::MIN)),
        (400, 1105)
    );
    assert_eq!(merge(["0", "2"]), (400, 1105));
    assert_eq!(merge(["0", "0"]), (400, 1105));
    assert_eq!(merge(["0", "9"]), (410, 1002));
    let under_way = world
        .account
        .begin_split(&container(), "1", &SplitPoint::Middle)
        .unwrap();
    assert_eq!(split("1", SplitPoint::Middle), (409, 0));
    assert_eq!(merge(["0", "1"]), (409, 0));
    // What was refused holds nothing.
    world
        .run(list(scoped("0", None), Paging::default()))
        .expect(200, 0);
    drop(under_way);
    let none = ContainerAddress::new("db", "none");
    assert_eq!(
        status(
            world
                .account
                .split(&none, "0", &SplitPoint::Middle)
                .map(|_| ())
        ),
        (404, 0)
    );
    let empty = World::new();
    let by_storage = empty.account.split(&container(), "0", &SplitPoint::Storage);
    assert_eq!(status(by_storage.map(|_| ())), (400, 1105));
}

#[test]
fn the_feed_of_ranges_shows_what_is_new_and_where_it_came_from() {
    let world = filled(2);
    let (answer, _) = ranges(&world, FeedMode::Incremental, None);
    let first = answer.etag();
    split(&world, "0", &SplitPoint::Middle);
    let (answer, rows) = ranges(&world, FeedMode::Incremental, Some(first.clone()));
    let lineage = |rows: &[PartitionKeyRange]| {
        let pair = |row: &PartitionKeyRange| (row.id.clone(), row.parents().join(","));
        rows.iter().map(pair).collect::<Vec<_>>()
    };
    let pairs = |pairs: &[(&str, &str)]| {
        let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        pairs.iter().map(owned).collect::<Vec<_>>()
    };
    assert_eq!(lineage(&rows), pairs(&[("2", "0"), ("3", "0")]));
    let second = answer.expect(200, 0).etag();
    assert_ne!(first, second);
    ranges(&world, FeedMode::Incremental, Some(second.clone()))
        .0
        .expect(304, 0);
    split(&world, "2", &SplitPoint::Middle);
    merge(&world, ["3", "1"]);
    let (_, rows) = ranges(&world, FeedMode::Incremental, Some(first));
    let expected = pairs(&[("4", "2,0"), ("5", "2,0"), ("6", "3,1,0")]);
    assert_eq!(lineage(&rows), expected);
    let (_, rows) = ranges(&world, FeedMode::Incremental, Some(second));
    assert_eq!(lineage(&rows), expected);
    let (_, rows) = ranges(&world, FeedMode::Full, None);
    assert_eq!(lineage(&rows), expected);
}

#[test]
fn positions_go_on_and_tokens_of_parents_hold() {
    let world = filled(1);
    let pk = key(3);
    let written = world.upsert(&pk, &json!({"id": "3", "pk": pk, "n": 3}));
    let (lsn, token) = (written.lsn(), written.facts.session_token.unwrap());
    assert_eq!((lsn, token.as_str()), (41, "0:-1#41"));
    let with = |token: &str| RequestOptions {
        session_token: Some(token.into()),
        ..RequestOptions::default()
    };
    let children = split(&world, "0", &SplitPoint::Middle);
    world.run_with(with(&token), read(&pk, "3")).expect(200, 0);
    world
        .run_with(with("0:-1#42"), read(&pk, "3"))
        .expect(404, 1002);
    let next = world.upsert(&pk, &json!({"id": "3", "pk": pk, "n": 4}));
    assert_eq!(next.lsn(), 42);
    let grandchildren = split(&world, &children[0], &SplitPoint::Middle);
    world.run_with(with(&token), read(&pk, "3")).expect(200, 0);
    world
        .run_with(with(&next.facts.session_token.unwrap()), read(&pk, "3"))
        .expect(200, 0);
    let low = merge(&world, [&grandchildren[0], &grandchildren[1]]);
    let whole = merge(&world, [&low, &children[1]]);
    let merged = world.read(&pk, "3").expect(200, 0);
    assert_eq!(merged.lsn(), 42);
    // A merge has positions of its own: the version tells them from those of its parents.
    assert_eq!(merged.facts.session_token, Some(format!("{whole}:2#42")));
    world.run_with(with(&token), read(&pk, "3")).expect(200, 0);
    world
        .run_with(with("0:-1#9999"), read(&pk, "3"))
        .expect(200, 0);
    world
        .run_with(with(&format!("{whole}:2#43")), read(&pk, "3"))
        .expect(404, 1002);
    world
        .run_with(with(&format!("{whole}:3#1")), read(&pk, "3"))
        .expect(404, 1002);
}

#[test]
fn feeds_go_on_where_they_were() {
    let world = filled(1);
    let before = everything(&world);
    let mut changes = 0;
    let mut all = listed(&world, |world, at| {
        match changes {
            2 => drop(split(world, "0", &SplitPoint::Middle)),
            3 => drop(split(world, "2", &SplitPoint::Middle)),
            5 => drop(merge(world, ["1", "3"])),
            6 => drop(merge(world, ["4", "5"])),
            _ => {}
        }
        changes += 1;
        world.run(list(FeedScope::default(), page(5, at)))
    });
    assert!(changes > 7);
    all.sort_by_key(|item| item["n"].as_u64());
    assert_eq!(all, before);
}

#[test]
fn a_reader_of_a_range_goes_on_in_its_children() {
    let world = filled(1);
    let first = world
        .run(list(scoped("0", None), page(10, None)))
        .expect(200, 0);
    let at = first.facts.continuation.unwrap();
    let old = partitions(&world)[0].range.clone();
    split(&world, "0", &SplitPoint::Middle);
    let mut all = first.body["Documents"].as_array().unwrap().clone();
    for child in partitions(&world) {
        let scope = scoped(child.id.as_str(), old.intersect(&child.range));
        let mut begun = Some(at.clone());
        let rest = listed(&world, |world, at| {
            let at = begun.take().or(at.map(str::to_owned));
            world.run(list(scope.clone(), page(3, at.as_deref())))
        });
        all.extend(rest);
    }
    all.sort_by_key(|item| item["n"].as_u64());
    assert_eq!(all, everything(&world));
}

#[test]
fn an_old_position_of_the_change_feed_survives_two_splits_and_a_merge() {
    let world = filled(1);
    let (_, etag) = drain(&world, latest());
    let put = |number: u32, n: u32| {
        let pk = key(number % 20);
        world.upsert(&pk, &json!({"id": number.to_string(), "pk": pk, "n": n}));
    };
    (0..5).for_each(|number| put(number, 100));
    let children = split(&world, "0", &SplitPoint::Middle);
    (5..20).for_each(|number| put(number, 200));
    split(&world, &children[0], &SplitPoint::Middle);
    (20..25).for_each(|number| put(number, 300));
    let seen = |etag: &Etag| {
        let (pages, last) = drain(&world, behind(latest(), etag));
        let mut ids: Vec<u64> = pages
            .concat()
            .iter()
            .map(|entry| entry["id"].as_str().unwrap().parse().unwrap())
            .collect();
        ids.sort_unstable();
        (ids, last)
    };
    let (ids, last) = seen(&etag);
    assert_eq!(ids, (0..25).collect::<Vec<_>>());
    let live = self::ids(&world);
    merge(&world, [&live[1], &live[2]]);
    (30..35).for_each(|number| put(number, 400));
    assert_eq!(seen(&last).0, (30..35).collect::<Vec<_>>());
    assert_eq!(seen(&etag).0, (0..25).chain(30..35).collect::<Vec<_>>());
}

#[test]
fn a_merged_range_is_read_in_the_order_of_its_log() {
    let world = filled(2);
    let (_, mut etag) = drain(&world, latest());
    merge(&world, ["0", "1"]);
    for number in 0..40 {
        let pk = key(number % 20);
        world.upsert(
            &pk,
            &json!({"id": number.to_string(), "pk": pk, "n": number}),
        );
    }
    let mut lsns = Vec::new();
    loop {
        let feed = ReadChangeFeed {
            max_item_count: Some(3),
            ..latest()
        };
        let answer = world.run(behind(feed, &etag));
        etag = answer.etag();
        if answer.status == 304 {
            break;
        }
        lsns.extend(
            entries(&answer)
                .iter()
                .map(|entry| entry["_lsn"].as_u64().unwrap()),
        );
    }
    assert_eq!(lsns.len(), 40);
    assert!(lsns.is_sorted_by(|a, b| a < b), "{lsns:?}");
    // Read to the end, the parts need no telling apart.
    assert_eq!(etag.as_str(), format!("\"{}\"", lsns[39]));
}

/// Writers that know nothing of it race with splits and merges: what was acknowledged is there
/// once, what was turned away is not.
#[test]
fn writers_on_other_threads_lose_nothing() {
    const WRITERS: u32 = 4;
    const WRITES: u32 = 300;
    let world = World::with_partitions(2);
    let start = world.run(latest()).etag();
    let is_done = std::sync::atomic::AtomicBool::new(false);
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let world = &world;
        let writer = |writer: u32| {
            let write = move |number: &u32| {
                let (pk, id) = (key(number % 50), format!("{writer}-{number}"));
                let answer = world.create(&pk, &json!({"id": id, "pk": pk}));
                match (answer.status, answer.substatus) {
                    (201, 0) => Some(id),
                    (410, 1002 | 1007) => None,
                    _ => panic!("{answer:?}"),
                }
            };
            scope.spawn(move || (0..WRITES).filter_map(|n| write(&n)).collect::<Vec<_>>())
        };
        let writers: Vec<_> = (0..WRITERS).map(writer).collect();
        let mover = scope.spawn(|| {
            while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
                let live = ids(world);
                let moved = if live.len() < 5 {
                    let at = &SplitPoint::Middle;
                    world.account.split(&container(), &live[1], at).map(drop)
                } else {
                    let ids = [live[1].as_str(), live[2].as_str()];
                    world.account.merge(&container(), ids).map(drop)
                };
                moved.unwrap();
            }
        });
        let acknowledged = writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap());
        let acknowledged = acknowledged.collect();
        is_done.store(true, std::sync::atomic::Ordering::Relaxed);
        mover.join().unwrap();
        acknowledged
    });
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
    let (pages, _) = drain(&world, behind(latest(), &start));
    let expected = sorted(acknowledged);
    assert_eq!(sorted(pages.concat().iter().map(id).collect()), expected);
    let stored = listed(&world, |world, at| {
        world.run(list(FeedScope::default(), page(100, at)))
    });
    assert_eq!(sorted(stored.iter().map(id).collect()), expected);
}
