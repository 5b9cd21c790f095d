//! Composite indexes serve filters and orders together; computed properties have indexes like others.

use cosmokit_engine::request::{CrossPartition, FeedScope, QueryItems, QuerySettings};
use serde_json::{Value, json};

use crate::world::{Answer, World, container, page};

const ITEMS: usize = 4_000;

fn world(included: &[&str], composites: &Value) -> World {
    let included: Vec<Value> = included
        .iter()
        .map(|path| json!({ "path": path }))
        .collect();
    let world = World::empty();
    world.create_database("db");
    world
        .create_container(&json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
            "indexingPolicy": {"includedPaths": included, "compositeIndexes": composites},
            "computedProperties": [{"name": "cp_lower", "query": "SELECT VALUE LOWER(c.name) FROM c"}],
        }))
        .expect(201, 0);
    for id in 0..ITEMS {
        world.upsert(
            "k",
            &json!({
                "id": id.to_string(), "pk": "k", "a": id % 20, "b": (id * 7) % 1_000, "c": id % 3,
                "name": format!("Name {:04}", (id * 13) % ITEMS),
            }),
        );
    }
    world
}

fn ask(world: &World, text: &str, continuation: Option<&str>) -> Answer {
    world.run(QueryItems {
        container: container(),
        query: text.into(),
        scope: FeedScope::default(),
        cross_partition: CrossPartition::Enabled,
        paging: page(5, continuation),
        settings: QuerySettings::default(),
    })
}

/// All rows in pages of five, and what the first page cost.
fn rows(world: &World, text: &str) -> (Vec<Value>, f64) {
    let first = ask(world, text, None);
    assert_eq!(first.status, 200, "{first:?} {text}");
    let charge = first.facts.charge.value();
    let mut rows = first.body["Documents"].as_array().unwrap().clone();
    let mut next = first.facts.continuation;
    while let Some(continuation) = next {
        let answer = ask(world, text, Some(&continuation));
        rows.extend(answer.body["Documents"].as_array().unwrap().clone());
        next = answer.facts.continuation;
    }
    (rows, charge)
}

#[test]
fn a_composite_index_serves_a_filter_and_an_order() {
    let composite = json!([[
        {"path": "/a", "order": "ascending"}, {"path": "/c", "order": "descending"}, {"path": "/b", "order": "ascending"},
    ]]);
    let (with, without) = (world(&["/*"], &composite), world(&["/*"], &json!([])));
    let check = |text: &str, times: f64| {
        let (found, charge) = rows(&with, text);
        let (expected, more) = rows(&without, text);
        assert_eq!(found, expected, "{text}");
        assert!(!found.is_empty(), "{text}");
        let (charge, more) = (charge - 2.7, more - 2.7);
        assert!(charge * times < more, "{charge} {more}: {text}");
    };
    check(
        "SELECT VALUE c.id FROM c WHERE c.a = 3 AND c.c = 1 ORDER BY c.b",
        1.5,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE c.c = 1 AND c.a = 3 ORDER BY c.b DESC",
        1.5,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE c.a = 3 AND c.c = 1 AND c.b >= 500 ORDER BY c.b",
        1.5,
    );
    check(
        "SELECT VALUE COUNT(1) FROM c WHERE c.a = 3 AND c.c = 1 AND c.b < 300",
        1.5,
    );
}

#[test]
fn a_filter_on_the_first_path_narrows_an_order_over_all() {
    let composite =
        json!([[{"path": "/a", "order": "ascending"}, {"path": "/b", "order": "ascending"}]]);
    let world = world(&["/*"], &composite);
    let (found, charge) = rows(
        &world,
        "SELECT VALUE c.b FROM c WHERE c.a = 3 ORDER BY c.a, c.b",
    );
    assert_eq!(found.len(), ITEMS / 20);
    assert!(found.is_sorted_by_key(Value::as_u64));
    assert!(charge < 3.5, "{charge}");
    let (found, charge) = rows(
        &world,
        "SELECT VALUE c.b FROM c WHERE c.a = 3 ORDER BY c.a DESC, c.b DESC",
    );
    assert!(found.iter().rev().is_sorted_by_key(Value::as_u64));
    assert!(charge < 3.5, "{charge}");
}

#[test]
fn computed_properties_have_indexes_where_the_policy_names_them() {
    let with = world(&["/*", "/cp_lower/?"], &json!([]));
    let (found, charge) = rows(
        &with,
        "SELECT TOP 5 VALUE c.name FROM c ORDER BY c.cp_lower",
    );
    assert_eq!(
        found,
        [
            "Name 0000",
            "Name 0001",
            "Name 0002",
            "Name 0003",
            "Name 0004"
        ]
    );
    assert!(charge < 3.5, "{charge}");
    let filter = "SELECT VALUE c.name FROM c WHERE c.cp_lower = 'name 0042'";
    let (found, charge) = rows(&with, filter);
    assert_eq!(found, ["Name 0042"]);
    assert!(charge < 3.5, "{charge}");
    let without = world(&["/*"], &json!([]));
    let (found, more) = rows(&without, filter);
    assert_eq!(found, ["Name 0042"]);
    assert!(
        more > 20.0,
        "{more}: a wildcard does not name what is computed"
    );
    let refused = ask(
        &without,
        "SELECT VALUE c.name FROM c ORDER BY c.cp_lower",
        None,
    );
    assert_eq!(refused.status, 400);
}
