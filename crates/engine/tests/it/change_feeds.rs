//! The change feed of latest versions: who sees what, in which order, on which page.

use std::time::Duration;

use cosmokit_engine::{
    clock::Timestamp,
    protocol::{
        id::Etag, partition::PartitionKey, session::SessionToken, wire::charge::RequestCharge,
    },
    request::{ChangeFeedFormat, FeedScope, ReadChangeFeed, RequestOptions},
};
use serde_json::{Value, json};

use crate::{
    asking::{all_versions, batch, behind, drain, entries, key_delete, latest, of_range, since},
    world::{World, container},
};

fn ids(entries: &[Value]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect()
}

fn put(world: &World, id: &str, n: u64) {
    world.upsert("a", &json!({"id": id, "pk": "a", "n": n}));
}

#[test]
fn the_latest_version_of_each_item_in_the_order_of_writing() {
    let world = World::new();
    for (id, n) in [("1", 1), ("2", 2), ("3", 3), ("1", 4), ("4", 5)] {
        put(&world, id, n);
    }
    world.delete("a", "3").expect(204, 0);
    let answer = world.run(latest()).expect(200, 0);
    let seen = entries(&answer);
    assert_eq!(ids(&seen), ["2", "1", "4"]);
    let lsns: Vec<_> = seen
        .iter()
        .map(|entry| entry["_lsn"].as_u64().unwrap())
        .collect();
    assert_eq!(lsns, [2, 4, 5]);
    assert_eq!(answer.etag().as_str(), "\"6\"");
    assert_eq!(answer.facts.continuation, None);
    assert!(answer.facts.session_token.is_some());
    let mut stored = world.read("a", "1").body;
    stored["_lsn"] = json!(4);
    assert_eq!(seen[1], stored);
    let nothing = world.run(behind(latest(), &answer.etag())).expect(304, 0);
    assert_eq!(
        (nothing.text.as_str(), nothing.etag().as_str()),
        ("", "\"6\"")
    );
    assert!(nothing.facts.session_token.is_some());
    assert_eq!(nothing.facts.charge, RequestCharge::new(1.0));
    put(&world, "2", 9);
    let more = world.run(behind(latest(), &answer.etag())).expect(200, 0);
    assert_eq!(ids(&entries(&more)), ["2"]);
}

#[test]
fn a_reader_may_begin_now_or_at_a_time() {
    let world = World::new();
    let begin = world.run(latest()).expect(304, 0);
    assert_eq!(begin.etag().as_str(), "\"0\"");
    put(&world, "1", 1);
    let now = world.run(behind(latest(), &Etag::any())).expect(304, 0);
    assert_eq!(now.etag().as_str(), "\"1\"");
    let start = world.clock.advance(Duration::from_millis(1_500));
    put(&world, "2", 1);
    world.clock.advance(Duration::from_secs(10));
    put(&world, "3", 1);
    let seen = |feed: ReadChangeFeed| {
        let (pages, _) = drain(&world, feed);
        pages
            .concat()
            .iter()
            .map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(behind(latest(), &now.etag())), ["2", "3"]);
    assert_eq!(
        seen(since(latest(), Timestamp::from_secs(start.secs()))),
        ["2", "3"]
    );
    assert_eq!(
        seen(since(latest(), Timestamp::from_secs(start.secs() + 1))),
        ["3"]
    );
    let late = since(latest(), Timestamp::from_secs(start.secs() + 100));
    assert_eq!(seen(late.clone()), [] as [String; 0]);
    assert_eq!(world.run(late).expect(304, 0).etag().as_str(), "\"3\"");
    assert_eq!(seen(latest()), ["1", "2", "3"]);
}

#[test]
fn a_page_never_ends_inside_a_batch() {
    let world = World::new();
    put(&world, "first", 1);
    let create = |number: u64| json!({"operationType": "Create", "resourceBody": {"id": number.to_string(), "pk": "a"}});
    let operations: Vec<Value> = (0..20).map(create).collect();
    world.run(batch("a", &operations)).expect(200, 0);
    put(&world, "last", 1);
    let sized = |max| ReadChangeFeed {
        max_item_count: Some(max),
        ..latest()
    };
    let lengths = |max| {
        let (pages, _) = drain(&world, sized(max));
        pages.iter().map(Vec::len).collect::<Vec<_>>()
    };
    assert_eq!(lengths(1), [1, 20, 1]);
    assert_eq!(lengths(2), [21, 1]);
    assert_eq!(lengths(21), [21, 1]);
    assert_eq!(lengths(-1), [22]);
}

#[test]
fn pages_are_cut_by_size() {
    let world = World::new();
    let text = "x".repeat(1_500_000);
    for id in ["1", "2", "3", "4"] {
        world
            .create("a", &json!({"id": id, "pk": "a", "s": text}))
            .expect(201, 0);
    }
    let (pages, _) = drain(&world, latest());
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn scopes_cut_the_feed() {
    let world = World::with_partitions(4);
    for number in 0..40 {
        let pk = format!("k{}", number % 10);
        world
            .create(&pk, &json!({"id": number.to_string(), "pk": pk}))
            .expect(201, 0);
    }
    let mut by_range = Vec::new();
    for range in ["0", "1", "2", "3"] {
        let answer = world.run(of_range(latest(), range));
        let seen = entries(&answer);
        assert!(seen.is_sorted_by_key(|entry| entry["_lsn"].as_u64()));
        assert_eq!(answer.facts.partition.unwrap().range_id, range);
        by_range.extend(ids(&seen).iter().map(|id| (*id).to_owned()));
    }
    assert_eq!(by_range.len(), 40);
    let (pages, _) = drain(&world, latest());
    assert_eq!(ids(&pages.concat()), by_range, "range after range");
    let of_key = ReadChangeFeed {
        scope: FeedScope {
            partition_key: Some(PartitionKey::from("k3")),
            ..FeedScope::default()
        },
        ..latest()
    };
    let (pages, etag) = drain(&world, of_key.clone());
    assert_eq!(ids(&pages.concat()), ["3", "13", "23", "33"]);
    world
        .upsert("k4", &json!({"id": "4", "pk": "k4"}))
        .expect(200, 0);
    world
        .upsert("k3", &json!({"id": "13", "pk": "k3"}))
        .expect(200, 0);
    let (pages, _) = drain(&world, behind(of_key, &etag));
    assert_eq!(ids(&pages.concat()), ["13"]);
    world.run(of_range(latest(), "9")).expect(410, 1002);
}

#[test]
fn a_whole_container_resumes_by_one_etag() {
    let world = World::with_partitions(5);
    for number in 0..50 {
        let pk = format!("k{number}");
        world
            .create(&pk, &json!({"id": "i", "pk": pk}))
            .expect(201, 0);
    }
    for size in [1, 7, 100] {
        let feed = ReadChangeFeed {
            max_item_count: Some(size),
            ..latest()
        };
        let (pages, etag) = drain(&world, feed);
        assert_eq!(pages.concat().len(), 50);
        assert!(
            pages
                .iter()
                .all(|page| i64::try_from(page.len()).unwrap() <= size)
        );
        assert!(etag.as_str().starts_with("\"1~"), "{etag}");
        world.run(behind(latest(), &etag)).expect(304, 0);
    }
    let wide = World::with_partitions(65);
    wide.run(latest()).expect(400, 0);
    wide.run(of_range(latest(), "64")).expect(304, 0);
}

#[test]
fn envelopes_when_asked_for() {
    let world = World::new();
    put(&world, "1", 1);
    let feed = ReadChangeFeed {
        format: ChangeFeedFormat::Envelopes,
        ..latest()
    };
    let seen = entries(&world.run(feed));
    let mut current = world.read("a", "1").body;
    current["_lsn"] = json!(1);
    let crts = current["_ts"].clone();
    assert_eq!(
        seen,
        [json!({"current": current, "metadata": {"lsn": 1, "crts": crts}})]
    );
}

#[test]
fn foreign_etags_and_sessions_ahead_are_refused() {
    let world = World::new();
    put(&world, "1", 1);
    for etag in [
        "\"x\"",
        "\"\"",
        "\"1~\"",
        "\"-1\"",
        "\"99999999999999999999\"",
    ] {
        world
            .run(behind(latest(), &Etag::from(etag)))
            .expect(400, 0);
    }
    let ahead = world
        .run(behind(latest(), &Etag::from("\"77\"")))
        .expect(304, 0);
    assert_eq!(
        ahead.etag().as_str(),
        "\"77\"",
        "a position is never moved back"
    );
    let options = |token: &str| RequestOptions {
        session_token: Some(SessionToken::new(token).as_str().to_owned()),
        ..RequestOptions::default()
    };
    world.run_with(options("0:-1#1"), latest()).expect(200, 0);
    world
        .run_with(options("0:-1#9"), latest())
        .expect(404, 1002);
}

#[test]
fn expired_items_vanish_without_a_trace() {
    let world = World::empty();
    world.create_database("db");
    let key = json!({"paths": ["/pk"], "version": 2});
    world.create_container(&json!({"id": "c", "partitionKey": key, "defaultTtl": 10}));
    put(&world, "1", 1);
    world.upsert("a", &json!({"id": "2", "pk": "a", "ttl": -1}));
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(ids(&entries(&world.run(latest()))), ["2"]);
    assert_eq!(world.account.sweep(), 1);
    assert_eq!(world.account.sweep(), 0);
    let answer = world.run(latest());
    assert_eq!(ids(&entries(&answer)), ["2"]);
    assert_eq!(answer.etag().as_str(), "\"3\"");
    world
        .run(behind(latest(), &Etag::from("\"2\"")))
        .expect(304, 0);
}

fn keeping(minutes: u64, more: &Value) -> World {
    let world = World::empty();
    world.create_database("db");
    let mut document = json!({
        "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
        "changeFeedPolicy": {"retentionDuration": minutes},
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    world.create_container(&document).expect(201, 0);
    world
}

/// What an entry says, in short: operation, LSN, pre-image LSN, `n` before and after.
fn short(entry: &Value) -> (String, u64, Option<u64>, Option<u64>, Option<u64>) {
    let metadata = &entry["metadata"];
    (
        metadata["operationType"].as_str().unwrap().to_owned(),
        metadata["lsn"].as_u64().unwrap(),
        metadata["previousImageLSN"].as_u64(),
        entry["previous"]["n"].as_u64(),
        entry["current"]["n"].as_u64(),
    )
}

#[test]
fn all_versions_show_the_whole_history() {
    let world = keeping(10, &json!({}));
    let start = world.run(all_versions()).expect(304, 0).etag();
    put(&world, "1", 1);
    put(&world, "1", 2);
    world.delete("a", "1").expect(204, 0);
    put(&world, "1", 3);
    let operations = [
        json!({"operationType": "Upsert", "resourceBody": {"id": "1", "pk": "a", "n": 4}}),
        json!({"operationType": "Delete", "id": "1"}),
    ];
    world.run(batch("a", &operations)).expect(200, 0);
    let (pages, etag) = drain(&world, behind(all_versions(), &start));
    let seen = pages.concat();
    let expected = [
        ("create", 1, None, None, Some(1)),
        ("replace", 2, Some(1), Some(1), Some(2)),
        ("delete", 3, Some(2), Some(2), None),
        ("create", 4, None, None, Some(3)),
        ("replace", 5, Some(4), Some(3), Some(4)),
        ("delete", 5, Some(5), Some(4), None),
    ];
    let expected = expected
        .map(|(what, lsn, image, before, after)| (what.to_owned(), lsn, image, before, after));
    assert_eq!(seen.iter().map(short).collect::<Vec<_>>(), expected);
    assert_eq!(seen[2]["current"], json!({}));
    assert_eq!(seen[2]["metadata"]["id"], "1");
    assert_eq!(seen[2]["metadata"]["partitionKey"], json!(["a"]));
    assert_eq!(seen[2]["metadata"].get("timeToLiveExpired"), None);
    assert_eq!(seen[0]["metadata"].get("id"), None);
    assert_eq!(seen[0]["metadata"]["crts"], seen[0]["current"]["_ts"]);
    assert_eq!(etag.as_str(), "\"5\"");
    let (latest_pages, _) = drain(&world, latest());
    assert_eq!(latest_pages.concat(), [] as [Value; 0]);
    world.run(key_delete("a")).expect(200, 0);
    put(&world, "5", 5);
    world.run(key_delete("a")).expect(200, 0);
    let (pages, _) = drain(&world, behind(all_versions(), &etag));
    let lsns: Vec<u64> = pages.concat().iter().map(|entry| short(entry).1).collect();
    assert_eq!(lsns, [6, 7]);
}

#[test]
fn expiry_is_a_delete_with_a_mark() {
    let world = keeping(10, &json!({"defaultTtl": 5}));
    let start = world.run(all_versions()).expect(304, 0).etag();
    put(&world, "1", 1);
    put(&world, "2", 2);
    world.upsert("a", &json!({"id": "3", "pk": "a", "ttl": 60}));
    world.clock.advance(Duration::from_secs(5));
    // The reader alone makes the ends appear.
    let (pages, etag) = drain(&world, behind(all_versions(), &start));
    let seen = pages.concat();
    assert_eq!(seen.len(), 5);
    for (entry, id) in seen[3..].iter().zip(["1", "2"]) {
        let metadata = &entry["metadata"];
        assert_eq!(metadata["operationType"], "delete");
        assert_eq!(metadata["timeToLiveExpired"], true);
        assert_eq!(metadata["id"], id);
        assert_eq!(entry["previous"]["id"], id);
    }
    // So does a write over what has expired.
    world.clock.advance(Duration::from_secs(55));
    world
        .create("a", &json!({"id": "3", "pk": "a", "n": 7}))
        .expect(201, 0);
    let (pages, _) = drain(&world, behind(all_versions(), &etag));
    let seen = pages.concat();
    let whats: Vec<_> = seen
        .iter()
        .map(|entry| entry["metadata"]["operationType"].as_str().unwrap())
        .collect();
    assert_eq!(whats, ["delete", "create"]);
    assert_eq!(seen[0]["metadata"]["timeToLiveExpired"], true);
    assert_eq!(world.account.sweep(), 0);
}

#[test]
fn the_retention_window_ends() {
    let world = keeping(10, &json!({}));
    let start = world.run(all_versions()).expect(304, 0).etag();
    put(&world, "1", 1);
    world.clock.advance(Duration::from_secs(600));
    let first = world.run(behind(all_versions(), &start)).expect(200, 0);
    world.clock.advance(Duration::from_secs(1));
    world.run(behind(all_versions(), &start)).expect(400, 0);
    world
        .run(behind(all_versions(), &first.etag()))
        .expect(304, 0);
    put(&world, "1", 2);
    world.run(behind(all_versions(), &start)).expect(400, 0);
    let (pages, _) = drain(&world, behind(all_versions(), &first.etag()));
    assert_eq!(pages.concat().len(), 1);
    assert_eq!(
        entries(&world.run(latest())).len(),
        1,
        "latest versions stay"
    );
}

#[test]
fn all_versions_need_a_policy_and_a_start() {
    let world = World::new();
    world.run(all_versions()).expect(400, 0);
    let world = keeping(0, &json!({}));
    world.run(all_versions()).expect(400, 0);
    let world = keeping(10, &json!({}));
    let mut input = all_versions();
    input.if_none_match = None;
    world.run(input.clone()).expect(400, 0);
    world.run(since(input, world.clock_now())).expect(400, 0);
    world
        .run(since(all_versions(), world.clock_now()))
        .expect(400, 0);
    world.run(all_versions()).expect(304, 0);
}

#[test]
fn turning_the_policy_on_keeps_what_comes_after() {
    let world = World::new();
    put(&world, "1", 1);
    let document = |minutes: u64| {
        json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
            "changeFeedPolicy": {"retentionDuration": minutes},
        })
    };
    let replace = |minutes: u64| {
        let input = cosmokit_engine::request::ReplaceContainer {
            container: container(),
            body: document(minutes).to_string().into(),
            precondition: cosmokit_engine::request::Precondition::default(),
        };
        world.run(input).expect(200, 0);
    };
    replace(10);
    let start = world.run(all_versions()).expect(304, 0).etag();
    put(&world, "1", 2);
    world.delete("a", "1").expect(204, 0);
    let seen = drain(&world, behind(all_versions(), &start)).0.concat();
    assert_eq!(seen.len(), 2);
    world
        .run(behind(all_versions(), &Etag::from("\"0\"")))
        .expect(400, 0);
    replace(0);
    put(&world, "2", 1);
    replace(10);
    put(&world, "2", 2);
    world.run(behind(all_versions(), &start)).expect(400, 0);
    let seen = drain(&world, behind(all_versions(), &Etag::from("\"4\"")))
        .0
        .concat();
    assert_eq!(seen.len(), 1);
}
