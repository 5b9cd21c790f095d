//! What the indexing policy refuses, and what a missing index costs.

use cosmokit_engine::{
    protocol::op::SqlQuery,
    request::{CrossPartition, FeedScope, Paging, QueryItems, QuerySettings, Request},
};
use serde_json::{Value, json};

use crate::world::{World, container, now};

fn world(policy: &Value) -> World {
    let world = World::empty();
    world.create_database("db");
    let texts = json!({
        "defaultLanguage": "en-US", "fullTextPaths": [{"path": "/name", "language": "en-US"}],
    });
    let document = json!({
        "id": "c", "partitionKey": {"paths": ["/pk"]}, "indexingPolicy": policy, "fullTextPolicy": texts,
    });
    world.create_container(&document).expect(201, 0);
    for number in 0..100 {
        let item = json!({
            "id": number.to_string(), "pk": "p", "n": number, "secret": number,
            "tags": [number, "all"], "name": format!("name {number:02}"), "sub": {"n": number % 10},
            "loc": {"type": "Point", "coordinates": [number, 10]},
        });
        world.create("p", &item).expect(201, 0);
    }
    world
}

fn ask(text: &str) -> QueryItems {
    QueryItems {
        container: container(),
        query: SqlQuery::from(text),
        scope: FeedScope::default(),
        cross_partition: CrossPartition::Enabled,
        paging: Paging::default(),
        settings: QuerySettings::default(),
    }
}

#[track_caller]
fn refused(world: &World, query: QueryItems, expected: &str) {
    let failure = now(world.account.execute(&world.region, Request::new(query))).unwrap_err();
    assert_eq!(failure.status().as_u16(), 400);
    assert!(
        failure.message().contains(expected),
        "{}",
        failure.message()
    );
}

const EXCLUDED: &str = "The index path corresponding to the specified order-by item is excluded.";
const COMPOSITE: &str =
    "The order by query does not have a corresponding composite index that it can be served from.";
const SCAN: &str = "filters against path(s) excluded from indexing";

#[test]
fn order_needs_an_index() {
    let world = world(&json!({
        "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/secret/?"}, {"path": "/sub/*"}],
        "compositeIndexes": [[{"path": "/n", "order": "ascending"}, {"path": "/name", "order": "descending"}]],
    }));
    for text in [
        "SELECT * FROM c ORDER BY c.secret",
        "SELECT c._rid, [{\"item\": c.secret}] AS orderByItems, c AS payload FROM c ORDER BY c.secret DESC",
        "SELECT * FROM c ORDER BY c.sub.n",
        "SELECT * FROM c ORDER BY c._etag",
    ] {
        refused(&world, ask(text), EXCLUDED);
    }
    for text in [
        "SELECT * FROM c ORDER BY c.n",
        "SELECT * FROM c ORDER BY c.id DESC",
        "SELECT * FROM c ORDER BY c._ts",
        "SELECT * FROM c ORDER BY c.missing",
        "SELECT * FROM c ORDER BY c.n, c.name DESC",
        "SELECT * FROM c ORDER BY c.n DESC, c.name",
    ] {
        world.run(ask(text)).expect(200, 0);
    }
    for text in [
        "SELECT * FROM c ORDER BY c.n, c.name",
        "SELECT * FROM c ORDER BY c.name DESC, c.n",
        "SELECT * FROM c ORDER BY c.n, c.name DESC, c.id",
    ] {
        refused(&world, ask(text), COMPOSITE);
    }
}

#[test]
fn without_indexing_a_filter_needs_leave_to_scan() {
    let world = world(&json!({"indexingMode": "none", "automatic": false}));
    world.run(ask("SELECT * FROM c")).expect(200, 0);
    world
        .run(ask("SELECT VALUE COUNT(1) FROM c"))
        .expect(200, 0);
    refused(&world, ask("SELECT * FROM c WHERE c.n = 3"), SCAN);
    refused(&world, ask("SELECT * FROM c ORDER BY c.n"), EXCLUDED);
    let scan = QueryItems {
        settings: QuerySettings {
            may_scan: true,
            ..QuerySettings::default()
        },
        ..ask("SELECT VALUE c.id FROM c WHERE c.n = 3")
    };
    let answer = world.run(scan).expect(200, 0);
    assert_eq!(answer.body["Documents"], json!(["3"]));
}

#[test]
fn charges_follow_what_was_looked_at() {
    let world = world(&json!({
        "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/secret/?"}],
        "fullTextIndexes": [{"path": "/name"}], "spatialIndexes": [{"path": "/loc/*", "types": ["Point"]}],
    }));
    let check = |text: &str, rows: usize, items: f64| {
        let answer = world.run(ask(text)).expect(200, 0);
        assert_eq!(
            answer.body["Documents"].as_array().unwrap().len(),
            rows,
            "{text}"
        );
        let size: usize = answer.body["Documents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row.to_string().len())
            .sum();
        let size = f64::from(u32::try_from(size).unwrap());
        let charge = answer.facts.charge.value() - 2.8 - size / 10_240.0;
        // Entries of indexes cost little; the scan costs a hundredth for each item.
        let (least, most) = (items / 100.0 - 0.006, items / 100.0 + 0.03);
        assert!((least..=most).contains(&charge), "{text}: {charge}");
    };
    check("SELECT VALUE c.id FROM c WHERE c.n = 42", 1, 1.0);
    check("SELECT VALUE c.id FROM c WHERE c.id = '42'", 1, 1.0);
    check("SELECT VALUE c.id FROM c WHERE c.n IN (1, 5, 200)", 2, 2.0);
    check("SELECT VALUE c.id FROM c WHERE c.n >= 90", 10, 10.0);
    check(
        "SELECT VALUE c.id FROM c WHERE c.n BETWEEN 20 AND 24",
        5,
        5.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, 'name 3')",
        10,
        10.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE c.name LIKE 'name 07%'",
        1,
        1.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, 7)",
        1,
        1.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 7)",
        1,
        1.0,
    );
    check(
        "SELECT VALUE c.id FROM c JOIN t IN c.tags WHERE t = 7",
        1,
        1.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE c.sub.n = 3 AND c.n = 43",
        1,
        1.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE c.n = 1 OR c.sub.n = 2",
        11,
        11.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.n)",
        0,
        100.0,
    );
    check("SELECT VALUE c.id FROM c WHERE IS_STRING(c.n)", 0, 0.0);
    check("SELECT VALUE c.id FROM c WHERE false", 0, 0.0);
    // Columns have the answer, or few items do.
    check("SELECT VALUE COUNT(1) FROM c WHERE c.n < 5", 1, 0.0);
    check("SELECT VALUE COUNT(1) FROM c WHERE c.n = 5", 1, 1.0);
    check("SELECT VALUE COUNT(1) FROM c WHERE c.secret < 5", 1, 100.0);
    check("SELECT TOP 3 VALUE c.id FROM c ORDER BY c.n DESC", 3, 3.0);
    check(
        "SELECT VALUE c.id FROM c WHERE c.sub.n = 3 ORDER BY c.n DESC",
        10,
        10.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE FullTextContains(c.name, 'name 42')",
        1,
        1.0,
    );
    check(
        "SELECT VALUE c.id FROM c WHERE FullTextContainsAny(c.name, '42', '43', '4')",
        2,
        2.0,
    );
    let here = "{'type': 'Point', 'coordinates': [42, 10.01]}";
    check(
        &format!("SELECT VALUE c.id FROM c WHERE ST_DISTANCE(c.loc, {here}) < 5000"),
        1,
        1.0,
    );
    check("SELECT VALUE c.id FROM c WHERE c.secret = 42", 1, 100.0);
}
