//! The feed of a container's items: scopes, pages, continuation.

use std::collections::BTreeSet;

use cosmokit_engine::{
    protocol::partition::{EffectivePartitionKey, EpkRange, PartitionKey},
    request::{FeedScope, ListItems, Paging},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{Answer, World, container, page};

fn list(world: &World, scope: FeedScope, paging: Paging) -> Answer {
    world.run(ListItems {
        container: container(),
        scope,
        paging,
    })
}

fn ids(body: &Value) -> Vec<String> {
    let rows = body["Documents"].as_array().unwrap();
    assert_eq!(body["_count"].as_u64(), Some(rows.len() as u64));
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

/// All pages of a scope; `between` acts after each.
fn drain(
    world: &World,
    scope: &FeedScope,
    size: i64,
    mut between: impl FnMut(usize),
) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut continuation: Option<String> = None;
    loop {
        let answer = list(world, scope.clone(), page(size, continuation.as_deref())).expect(200, 0);
        pages.push(ids(&answer.body));
        between(pages.len());
        continuation = answer.facts.continuation;
        if continuation.is_none() {
            return pages;
        }
        assert!(pages.len() < 1_000, "the feed ends");
    }
}

fn filled(partitions: u32, items: usize) -> World {
    let world = World::with_partitions(partitions);
    for number in 0..items {
        let pk = format!("k{}", number % 5);
        world
            .create(&pk, &json!({"id": number.to_string(), "pk": pk}))
            .expect(201, 0);
    }
    world
}

#[test]
fn one_partition_reads_in_the_order_of_insertion() {
    let world = filled(1, 7);
    let pages = drain(&world, &FeedScope::default(), 3, |_| {});
    assert_eq!(pages, [vec!["0", "1", "2"], vec!["3", "4", "5"], vec!["6"]]);
}

#[test]
fn facts_of_a_page() {
    let world = filled(1, 3);
    let answer = list(&world, FeedScope::default(), page(2, None));
    assert_eq!(answer.facts.item_count, Some(2));
    assert_eq!(answer.facts.session_token.as_deref(), Some("0:-1#3"));
    assert_eq!(answer.lsn(), 3);
    assert_eq!(answer.body["_rid"], "AAAAAYAAAAE=");
    assert!(answer.facts.charge.value() >= 2.0);
    let continuation = answer.facts.continuation.unwrap();
    assert!(continuation.is_ascii() && continuation.len() < 1024);
    let several = filled(3, 9);
    let answer = list(&several, FeedScope::default(), Paging::default());
    let token = answer.facts.session_token.unwrap();
    assert_eq!(token.split(',').count(), 3, "{token}");
}

#[test]
fn a_page_runs_over_partitions() {
    for partitions in [1, 2, 4, 7] {
        let world = filled(partitions, 23);
        for size in [1, 2, 5, 23, 100, -1] {
            let pages = drain(&world, &FeedScope::default(), size, |_| {});
            let all: Vec<_> = pages.concat();
            let distinct: BTreeSet<_> = all.iter().collect();
            assert_eq!(
                (all.len(), distinct.len()),
                (23, 23),
                "{partitions} partitions, {size} a page"
            );
            if let Ok(size) = usize::try_from(size) {
                assert!(pages.iter().rev().skip(1).all(|page| page.len() == size));
            }
        }
    }
}

#[test]
fn writes_between_pages_neither_repeat_nor_hide_others() {
    let world = filled(2, 12);
    let pages = drain(&world, &FeedScope::default(), 2, |number| {
        if number == 1 {
            for id in ["0", "3", "9"] {
                let pk = format!("k{}", id.parse::<usize>().unwrap() % 5);
                world
                    .replace(&pk, id, &json!({"id": id, "pk": pk, "changed": true}))
                    .expect(200, 0);
            }
            world.delete("k1", "11").expect(204, 0);
        }
    });
    let mut all = pages.concat();
    all.sort_by_key(|id| id.parse::<u32>().unwrap());
    let expected: Vec<String> = (0..12).map(|number: u32| number.to_string()).collect();
    let without_deleted: Vec<String> = expected.iter().filter(|id| *id != "11").cloned().collect();
    assert!(all == expected || all == without_deleted, "{all:?}");
}

#[test]
fn a_scope_is_a_key_a_range_or_points() {
    let world = filled(3, 20);
    let mut by_key = Vec::new();
    for key in 0..5 {
        let scope = FeedScope {
            partition_key: Some(PartitionKey::from(format!("k{key}"))),
            ..FeedScope::default()
        };
        let got = drain(&world, &scope, 3, |_| {}).concat();
        let expected: Vec<String> = (0..20)
            .filter(|n| n % 5 == key)
            .map(|n: u32| n.to_string())
            .collect();
        assert_eq!(got, expected, "in the order of insertion");
        by_key.extend(got);
    }
    let mut by_range = Vec::new();
    for range in ["0", "AAAAAYAAAAE=,1", "2"] {
        let scope = FeedScope {
            partition_key_range_id: Some(range.to_owned()),
            ..FeedScope::default()
        };
        by_range.extend(drain(&world, &scope, 2, |_| {}).concat());
    }
    let mut by_points = Vec::new();
    let middle = EffectivePartitionKey::from_hex("1000").unwrap();
    let (low, high) = EpkRange::FULL.split_at(&middle).unwrap();
    for range in [low, high] {
        let scope = FeedScope {
            epk_range: Some(range),
            ..FeedScope::default()
        };
        by_points.extend(drain(&world, &scope, 2, |_| {}).concat());
    }
    for mut got in [by_key, by_range, by_points] {
        got.sort_by_key(|id| id.parse::<u32>().unwrap());
        assert_eq!(
            got,
            (0..20)
                .map(|number: u32| number.to_string())
                .collect::<Vec<_>>()
        );
    }
}

#[test]
fn scopes_that_do_not_meet_are_empty() {
    let world = filled(2, 5);
    let (low, _) = EpkRange::FULL
        .split_at(&EffectivePartitionKey::from_hex("01").unwrap())
        .unwrap();
    let scope = FeedScope {
        partition_key_range_id: Some("1".to_owned()),
        epk_range: Some(low),
        partition_key: None,
    };
    let answer = list(&world, scope, Paging::default()).expect(200, 0);
    assert_eq!(
        (ids(&answer.body).len(), answer.facts.continuation),
        (0, None)
    );
}

#[test]
fn unknown_ranges_and_foreign_tokens_are_refused() {
    let world = filled(2, 5);
    let range = |id: &str| FeedScope {
        partition_key_range_id: Some(id.to_owned()),
        ..FeedScope::default()
    };
    for id in ["2", "x", "", "é"] {
        list(&world, range(id), Paging::default()).expect(410, 1002);
    }
    list(&world, range("AAAAAYAAAAI=,0"), Paging::default()).expect(400, 1024);
    for token in ["x", "1~", "1~AAAAAYAAAAI=~", "1~AAAAAYAAAAE=~zz"] {
        list(&world, FeedScope::default(), page(1, Some(token))).expect(400, 0);
    }
    let two = FeedScope {
        partition_key: Some(PartitionKey::from(("a", "b"))),
        ..FeedScope::default()
    };
    list(&world, two, Paging::default()).expect(400, 1001);
}

#[test]
fn a_page_has_at_most_four_megabytes_but_always_one_item() {
    let world = World::new();
    let large = "x".repeat(1_900_000);
    for number in 0..3 {
        let document = json!({"id": number.to_string(), "pk": "a", "p": large});
        world.create("a", &document).expect(201, 0);
    }
    let sizes: Vec<usize> = drain(&world, &FeedScope::default(), -1, |_| {})
        .iter()
        .map(Vec::len)
        .collect();
    assert_eq!(sizes, [2, 1]);
}

#[test]
fn hierarchical_keys_are_scoped_by_prefix() {
    let world = World::with_partitions(3);
    let document = json!({
        "id": "h", "partitionKey": {"paths": ["/a", "/b"], "kind": "MultiHash", "version": 2},
    });
    world.create_container(&document).expect(201, 0);
    let address = || cosmokit_engine::request::ContainerAddress::new("db", "h");
    for (a, b) in [("x", "1"), ("x", "2"), ("y", "1"), ("x", "3")] {
        let body = json!({"id": format!("{a}{b}"), "a": a, "b": b})
            .to_string()
            .into();
        let created = world.run(cosmokit_engine::request::CreateItem {
            container: address(),
            partition_key: Some(PartitionKey::from((a, b))),
            body,
            precondition: cosmokit_engine::request::Precondition::default(),
        });
        created.expect(201, 0);
    }
    let scoped = |key: PartitionKey| {
        let scope = FeedScope {
            partition_key: Some(key),
            ..FeedScope::default()
        };
        let answer = world.run(ListItems {
            container: address(),
            scope,
            paging: Paging::default(),
        });
        ids(&answer.expect(200, 0).body)
    };
    assert_eq!(scoped(PartitionKey::from("x")), ["x1", "x2", "x3"]);
    assert_eq!(scoped(PartitionKey::from(("x", "2"))), ["x2"]);
    assert_eq!(scoped(PartitionKey::from("z")), [""; 0]);
}

proptest! {
    #[test]
    fn any_continuation_is_answered(text in "\\PC{0,60}", size in any::<i64>()) {
        let world = filled(2, 4);
        let answer = list(&world, FeedScope::default(), page(size, Some(&text)));
        prop_assert!(matches!(answer.status, 200 | 400));
    }
}

#[test]
fn an_answer_of_one_partition_says_how_full_it_is() {
    for partitions in [1, 2] {
        let world = World::with_partitions(partitions);
        for number in 0..5 {
            let pk = format!("k{number}");
            world
                .create(&pk, &json!({"id": "1", "pk": pk}))
                .expect(201, 0);
        }
        let alone = partitions == 1;
        let feeds = [
            list(&world, FeedScope::default(), Paging::default()),
            world.run(crate::asking::latest()),
            world.run(crate::asking::key_delete("k0")),
        ];
        let counts = feeds.map(|answer| answer.facts.quota.map(|quota| quota.documents));
        assert_eq!(counts[..2], [alone.then_some(5); 2]);
        // A key lies in one partition.
        assert!(counts[2] < Some(5) && counts[2].is_some());
    }
}
