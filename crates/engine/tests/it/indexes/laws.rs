//! The answer through indexes is that by a look at every item, byte for byte, whatever happens.

use std::{num::NonZeroU32, time::Duration};

use cosmokit_engine::{
    Account, SplitPoint,
    request::{CrossPartition, FeedScope, QueryItems, QuerySettings},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::grammar::{IDS, distance, filter, members, order, policy, shape};
use crate::world::{World, container, page};

/// What happens to a container.
#[derive(Clone, Debug)]
enum Step {
    Write(usize, Value),
    Delete(usize),
    Seconds(u64),
    Split(usize),
    Merge,
    Ask(Question),
}

#[derive(Clone, Debug)]
struct Question {
    filter: String,
    shape: (&'static str, &'static str),
    order: &'static str,
    distance: &'static str,
    window: &'static str,
    size: i64,
    key: Option<usize>,
}

fn question() -> impl Strategy<Value = Question> {
    let window = prop::sample::select(vec!["", "", " OFFSET 2 LIMIT 7", " OFFSET 0 LIMIT 3"]);
    let key = prop::option::weighted(0.2, 0..3_usize);
    let order = (order(), distance());
    let parts = (filter(), shape(), order, window, 1..20_i64, key);
    parts.prop_map(
        |(filter, shape, (order, distance), window, size, key)| Question {
            filter,
            shape,
            order,
            distance,
            window,
            size,
            key,
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..IDS, members()).prop_map(|(id, members)| Step::Write(id, members)),
        2 => (0..IDS).prop_map(Step::Delete),
        1 => (1..4_u64).prop_map(Step::Seconds),
        1 => (0..9_usize).prop_map(Step::Split),
        1 => Just(Step::Merge),
        4 => question().prop_map(Step::Ask),
    ];
    prop::collection::vec(step, 1..60)
}

fn key_of(id: usize) -> String {
    format!("k{}", id % 3)
}

fn query(text: String, key: Option<usize>) -> QueryItems {
    QueryItems {
        container: container(),
        query: text.into(),
        scope: FeedScope {
            partition_key: key.map(|key| key_of(key).as_str().into()),
            ..FeedScope::default()
        },
        cross_partition: CrossPartition::Enabled,
        paging: page(-1, None),
        settings: QuerySettings::default(),
    }
}

/// All rows, in pages of a size.
fn rows(world: &World, query: &QueryItems, size: i64) -> Vec<String> {
    let mut query = query.clone();
    let mut rows = Vec::new();
    query.paging = page(size, None);
    loop {
        let answer = world.run(query.clone());
        assert_eq!(answer.status, 200, "{answer:?} {query:?}");
        let found = answer.body["Documents"].as_array().unwrap().clone();
        assert!(found.len() <= usize::try_from(size).unwrap_or(1_000));
        rows.extend(found.iter().map(Value::to_string));
        match answer.facts.continuation {
            Some(next) => query.paging = page(size, Some(&next)),
            None => return rows,
        }
    }
}

fn world(policy: &Value) -> World {
    let partitions = NonZeroU32::new(2).unwrap();
    let world = World::built(Account::builder().partitions_per_container(partitions));
    world.create_database("db");
    world
        .create_container(&json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
            "defaultTtl": -1, "indexingPolicy": policy,
            "computedProperties": [{"name": "cp", "query": "SELECT VALUE (IS_NUMBER(c.x) ? c.x + 1 : c.y) FROM c"}],
            "vectorEmbeddingPolicy": {"vectorEmbeddings": [
                {"path": "/v", "dataType": "float32", "dimensions": 2, "distanceFunction": "euclidean"},
            ]},
            "fullTextPolicy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text", "language": "en-US"}]},
        }))
        .expect(201, 0);
    world
}

fn act(world: &World, step: &Step) {
    match step {
        Step::Write(id, members) => {
            let pk = key_of(*id);
            let mut item = members.clone();
            item["id"] = json!(id.to_string());
            item["pk"] = json!(pk);
            if id.is_multiple_of(7) {
                item["ttl"] = json!(2);
            }
            world.upsert(&pk, &item);
        }
        Step::Delete(id) => {
            world.delete(&key_of(*id), &id.to_string());
        }
        Step::Seconds(seconds) => {
            world.clock.advance(Duration::from_secs(*seconds));
        }
        Step::Split(at) => {
            let live = world.account.partitions(&container()).unwrap();
            if live.len() < 5 {
                let id = live[at % live.len()].id.to_string();
                let _too_few = world.account.split(&container(), &id, &SplitPoint::Middle);
            }
        }
        Step::Merge => {
            let live = world.account.partitions(&container()).unwrap();
            if let [one, other, ..] = &*live {
                let ids = [one.id.to_string(), other.id.to_string()];
                let ids = [&*ids[0], &*ids[1]];
                world.account.merge(&container(), ids).unwrap();
            }
        }
        Step::Ask(question) => compare(world, question),
    }
}

/// An index cannot know what a conditional asks for, and no column holds whole items.
fn hidden(filter: &str) -> String {
    format!("(({filter}) ? IS_OBJECT(c) : false)")
}

fn compare(world: &World, question: &Question) {
    let Question {
        filter,
        shape: (before, behind),
        order,
        distance,
        window,
        size,
        key,
    } = question;
    let plain = query(format!("{before}({filter}){behind}"), *key);
    let scanned = query(format!("{before}{}{behind}", hidden(filter)), *key);
    let expected = rows(world, &scanned, -1);
    assert_eq!(rows(world, &plain, -1), expected, "{plain:?}");
    assert_eq!(
        rows(world, &plain, *size),
        expected,
        "{size} a page: {plain:?}"
    );
    // DISTINCT has rows sorted that are no less distinct without it.
    for selected in [
        "VALUE {id: c.id, pk: c.pk, x: c.x} FROM c",
        "VALUE {id: c.id, t: t} FROM c JOIN t IN (SELECT VALUE [1, 2, 3])",
    ] {
        for (top, end) in [
            ("", format!("ORDER BY {order}{window}")),
            ("TOP 9", format!("ORDER BY {distance}")),
        ] {
            let expected = query(
                format!(
                    "SELECT DISTINCT {top} {selected} WHERE {} {end}",
                    hidden(filter)
                ),
                *key,
            );
            let plain = query(
                format!("SELECT {top} {selected} WHERE ({filter}) {end}"),
                *key,
            );
            let expected = rows(world, &expected, -1);
            assert_eq!(rows(world, &plain, -1), expected, "{plain:?}");
            assert_eq!(
                rows(world, &plain, *size),
                expected,
                "{size} a page: {plain:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn the_answer_does_not_depend_on_indexes(policy in policy(), steps in steps()) {
        let world = world(&policy);
        for id in 0..IDS / 2 {
            let members = json!({"x": id % 5, "y": format!("{}", id % 4), "t": [id % 3, 1]});
            act(&world, &Step::Write(id, members));
        }
        for step in &steps {
            act(&world, step);
        }
    }
}
