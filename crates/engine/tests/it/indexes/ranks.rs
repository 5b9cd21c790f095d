//! Ranks by scores from indexes are those by a look at every item, and cost what they look at.

use std::{num::NonZeroU32, time::Duration};

use cosmokit_engine::{
    Account,
    request::{CrossPartition, FeedScope, QueryItems, QuerySettings},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::grammar::{IDS, filter, members};
use crate::world::{World, container, page};

/// A container with indexes of words and vectors, or without any.
fn world(vector_indexes: &Value, full_text_indexes: &Value) -> World {
    let partitions = NonZeroU32::new(2).unwrap();
    let world = World::built(Account::builder().partitions_per_container(partitions));
    world.create_database("db");
    world
        .create_container(&json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "defaultTtl": -1,
            "indexingPolicy": {
                "includedPaths": [{"path": "/*"}],
                "vectorIndexes": vector_indexes, "fullTextIndexes": full_text_indexes,
            },
            "vectorEmbeddingPolicy": {"vectorEmbeddings": [
                {"path": "/v", "dataType": "float32", "dimensions": 2, "distanceFunction": "cosine"},
            ]},
            "fullTextPolicy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text", "language": "en-US"}]},
        }))
        .expect(201, 0);
    world
}

fn both() -> [World; 2] {
    let indexed = world(
        &json!([{"path": "/v", "type": "quantizedFlat"}]),
        &json!([{"path": "/text"}]),
    );
    [indexed, world(&json!([]), &json!([]))]
}

/// A query over all, over one key, or over one partition when it counts words: ranges are asked for these one by one.
fn query(text: &str, key: Option<usize>) -> QueryItems {
    let is_of_range = text.contains("_FullTextWordCount") && key.is_none();
    QueryItems {
        container: container(),
        query: text.into(),
        scope: FeedScope {
            partition_key: key.map(|key| format!("k{key}").as_str().into()),
            partition_key_range_id: is_of_range.then(|| "0".to_owned()),
            ..FeedScope::default()
        },
        cross_partition: CrossPartition::Enabled,
        paging: page(-1, None),
        settings: QuerySettings::default(),
    }
}

/// All rows, in pages of a size, and what they cost.
fn rows(world: &World, text: &str, key: Option<usize>, size: i64) -> (Vec<String>, f64) {
    let mut query = query(text, key);
    let (mut rows, mut charge) = (Vec::new(), 0.0);
    query.paging = page(size, None);
    loop {
        let answer = world.run(query.clone());
        assert_eq!(answer.status, 200, "{answer:?} {text}");
        let found = answer.body["Documents"].as_array().unwrap();
        rows.extend(found.iter().map(Value::to_string));
        charge += answer.facts.charge.value();
        match answer.facts.continuation {
            Some(next) => query.paging = page(size, Some(&next)),
            None => return (rows, charge),
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Write(usize, Value),
    Delete(usize),
    Seconds(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..IDS, members()).prop_map(|(id, members)| Step::Write(id, members)),
        2 => (0..IDS).prop_map(Step::Delete),
        1 => (1..4_u64).prop_map(Step::Seconds),
    ];
    prop::collection::vec(step, 20..60)
}

fn act(world: &World, step: &Step) {
    match step {
        Step::Write(id, members) => {
            let pk = format!("k{}", id % 3);
            let mut item = members.clone();
            item["id"] = json!(id.to_string());
            item["pk"] = json!(pk);
            if id.is_multiple_of(7) {
                item["ttl"] = json!(2);
            }
            world.upsert(&pk, &item);
        }
        Step::Delete(id) => {
            world.delete(&format!("k{}", id % 3), &id.to_string());
        }
        Step::Seconds(seconds) => {
            world.clock.advance(Duration::from_secs(*seconds));
        }
    }
}

fn term() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "'red'",
        "'Bicycle'",
        "'the'",
        "'1,977'",
        "'red bicycle'",
        "'the red'",
        "'none'",
        "''",
        "{term: 'bycycle', distance: 1}",
        "{term: 'rad the', distance: 1}",
        "{term: 'réd', distance: 2}",
    ])
}

fn terms() -> impl Strategy<Value = String> {
    prop::collection::vec(term(), 1..4).prop_map(|terms| terms.join(", "))
}

/// What stands behind FROM c, WHERE left out.
fn order() -> impl Strategy<Value = String> {
    let text = || terms().prop_map(|terms| format!("FullTextScore(c.text, {terms})"));
    let vector = || {
        prop::sample::select(vec![
            "VectorDistance(c.v, [0.3, 1])",
            "VectorDistance([1, -0.1], c.v, false, {distanceFunction: 'euclidean'})",
            "VectorDistance(c.v, [1, 1], true)",
        ])
    };
    prop_oneof![
        3 => text().prop_map(|text| format!("ORDER BY RANK {text}")),
        1 => vector().prop_map(|vector| format!("ORDER BY RANK {vector}")),
        2 => (text(), vector()).prop_map(|(text, vector)| format!("ORDER BY RANK RRF({text}, {vector})")),
        1 => (text(), text()).prop_map(|(one, other)| format!("ORDER BY RANK RRF({one}, {other}, [2, -1])")),
        2 => (terms(), prop::sample::select(vec!["", " DESC", " ASC"])).prop_map(|(terms, direction)| {
            format!("ORDER BY _FullTextScore(c.text, [{terms}], 40, 66, [9, 4, 20]){direction}")
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn ranks_do_not_depend_on_indexes(
        steps in steps(),
        questions in prop::collection::vec((order(), filter(), term()), 1..6),
        size in 1..9_i64,
        key in prop::option::weighted(0.3, 0..3_usize),
    ) {
        let [indexed, plain] = both();
        for step in &steps {
            act(&indexed, step);
            act(&plain, step);
        }
        for (order, filter, term) in &questions {
            let statistics = format!(
                "SELECT COUNT(1) AS documentCount, [{{totalWordCount: SUM(_FullTextWordCount(c.text)), \
                 hitCounts: [COUNTIF(FullTextContains(c.text, {term})), COUNTIF(FullTextContains(c.text, 'the red'))]}}] AS fullTextStatistics FROM c"
            );
            let texts = [
                format!("SELECT c.id, c.pk FROM c {order}"),
                format!("SELECT VALUE c.x FROM c WHERE {filter} {order}"),
                format!("SELECT TOP 5 * FROM c WHERE {filter} {order}"),
                format!("SELECT c.id FROM c WHERE FullTextContainsAny(c.text, 'red', 'the') {order} OFFSET 1 LIMIT 6"),
                statistics,
            ];
            for text in &texts {
                let expected = rows(&plain, text, key, -1).0;
                let strip = |rows: Vec<String>| -> Vec<String> {
                    let of = |row: String| {
                        let mut row: Value = serde_json::from_str(&row).unwrap();
                        if let Some(row) = row.as_object_mut() {
                            row.retain(|name, _| !matches!(&**name, "_rid" | "_self" | "_etag"));
                        }
                        row.to_string()
                    };
                    rows.into_iter().map(of).collect()
                };
                let expected = strip(expected);
                prop_assert_eq!(&strip(rows(&indexed, text, key, -1).0), &expected, "{} {:?}", text, key);
                prop_assert_eq!(&strip(rows(&indexed, text, key, size).0), &expected, "{} a page: {}", size, text);
            }
        }
    }
}

#[test]
fn a_rank_costs_what_has_the_terms() {
    let [indexed, plain] = both();
    for world in [&indexed, &plain] {
        for id in 0..3_000 {
            let text = if id % 500 == 0 {
                "a rare bird"
            } else {
                "grey birds all over"
            };
            let item = json!({"id": id.to_string(), "pk": "k0", "text": text, "v": [id, 1]});
            world.upsert("k0", &item);
        }
    }
    let check = |text: &str, most: f64| {
        let (found, charge) = rows(&indexed, text, Some(0), -1);
        let (expected, all) = rows(&plain, text, Some(0), -1);
        assert_eq!(found, expected, "{text}");
        assert!(charge < most && all > 20.0, "{charge} of {all}: {text}");
    };
    check(
        "SELECT TOP 5 c.id FROM c ORDER BY RANK FullTextScore(c.text, 'rare')",
        7.0,
    );
    check(
        "SELECT TOP 5 c.id FROM c ORDER BY RANK FullTextScore(c.text, 'rare bird')",
        7.0,
    );
    check(
        "SELECT COUNT(1) AS n, [SUM(_FullTextWordCount(c.text)), COUNTIF(FullTextContains(c.text, 'rare'))] AS s FROM c",
        7.0,
    );
    check(
        "SELECT TOP 5 c.id FROM c ORDER BY _FullTextScore(c.text, ['rare', 'bird'], 3000, 9000, [6, 6]) DESC",
        7.0,
    );
    check(
        "SELECT TOP 5 c.id FROM c ORDER BY RANK RRF(FullTextScore(c.text, 'rare'), VectorDistance(c.v, [1, 1]))",
        9.0,
    );
}
