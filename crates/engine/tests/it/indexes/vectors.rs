//! Vector indexes of every type through queries: what they find, what they cost, and that no row is missing.

use cosmokit_engine::request::{CrossPartition, FeedScope, QueryItems, QuerySettings};
use serde_json::{Value, json};

use crate::world::{World, container, page};

const ITEMS: usize = 2_400;

/// The elements of the vector of an item: points on a bent line, so that neighbours are known.
fn vector(id: usize) -> [f64; 4] {
    let place = f64::from(u32::try_from(id * 977 % ITEMS).unwrap()) / 100.0;
    [place.cos(), place.sin(), place / 3.0, 1.0]
}

fn world(index: &Value) -> World {
    let world = World::empty();
    world.create_database("db");
    world
        .create_container(&json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
            "indexingPolicy": {"includedPaths": [{"path": "/*"}], "vectorIndexes": [index]},
            "vectorEmbeddingPolicy": {"vectorEmbeddings": [
                {"path": "/v", "dataType": "float32", "dimensions": 4, "distanceFunction": "euclidean"},
            ]},
        }))
        .expect(201, 0);
    for id in 0..ITEMS {
        world.upsert("k", &item(id));
    }
    world
}

fn item(id: usize) -> Value {
    json!({
        "id": id.to_string(), "pk": "k", "v": vector(id), "n": id, "third": id % 3, "tenant": format!("t{}", id % 2),
    })
}

/// All ids in pages, and the charge of the first page.
fn ids(world: &World, text: &str, size: i64) -> (Vec<String>, f64) {
    let mut query = QueryItems {
        container: container(),
        query: text.into(),
        scope: FeedScope::default(),
        cross_partition: CrossPartition::Enabled,
        paging: page(size, None),
        settings: QuerySettings::default(),
    };
    let (mut rows, mut charge) = (Vec::new(), None);
    loop {
        let answer = world.run(query.clone());
        assert_eq!(answer.status, 200, "{answer:?} {text}");
        let found = answer.body["Documents"].as_array().unwrap();
        rows.extend(found.iter().map(|row| row.as_str().unwrap().to_owned()));
        charge.get_or_insert(answer.facts.charge.value());
        match answer.facts.continuation {
            Some(next) => query.paging = page(size, Some(&next)),
            None => return (rows, charge.unwrap()),
        }
    }
}

const TARGET: &str = "[0.3, 0.8, 2.2, 1]";

fn nearest(top: usize, filter: &str, rest: &str) -> String {
    format!(
        "SELECT TOP {top} VALUE c.id FROM c {filter} ORDER BY VectorDistance(c.v, {TARGET}{rest})"
    )
}

#[test]
fn every_type_finds_the_nearest_whatever_the_filter() {
    for index in [
        json!({"path": "/v", "type": "flat"}),
        json!({"path": "/v", "type": "quantizedFlat"}),
        json!({"path": "/v", "type": "quantizedFlat", "quantizationByteSize": 2}),
        json!({"path": "/v", "type": "diskANN", "indexingSearchListSize": 30}),
        json!({"path": "/v", "type": "quantizedFlat", "vectorIndexShardKey": ["/tenant"]}),
    ] {
        let world = world(&index);
        for _ in 0..40 {
            ids(&world, &nearest(3, "", ""), -1);
        }
        for filter in [
            "",
            "WHERE c.third = 1",
            "WHERE ABS(c.n) < 100",
            "WHERE c.n < 15",
            "WHERE c.tenant = 't1' AND ABS(c.third) = 2",
        ] {
            for top in [1, 12, 60] {
                let (expected, _) = ids(&world, &nearest(top, filter, ", true"), -1);
                for size in [-1, 7] {
                    let (found, _) = ids(&world, &nearest(top, filter, ""), size);
                    assert_eq!(found.len(), expected.len(), "{index} {filter} {top}");
                    let met = found.iter().filter(|id| expected.contains(id)).count();
                    assert!(
                        met * 20 >= expected.len() * 19,
                        "{met} of {top}: {index} {filter}"
                    );
                }
            }
        }
        // A query that does not say how many rows it wants gets all.
        let (all, _) = ids(
            &world,
            &nearest(ITEMS, "", "").replace("TOP 2400 ", ""),
            500,
        );
        assert_eq!(all.len(), ITEMS);
    }
}

#[test]
fn compressed_vectors_and_graphs_cost_less_than_all_vectors() {
    let charge = |index: Value, filter: &str, options: &str| {
        let world = world(&index);
        let text = nearest(5, filter, options);
        for _ in 0..40 {
            ids(&world, &text, -1);
        }
        ids(&world, &text, -1).1
    };
    let graph = json!({"path": "/v", "type": "diskANN", "indexingSearchListSize": 30});
    let flat = charge(json!({"path": "/v", "type": "flat"}), "", "");
    let walked = charge(graph.clone(), "", "");
    assert!(walked < flat, "{walked} {flat}");
    let wider = charge(graph.clone(), "", ", false, {searchListSizeMultiplier: 40}");
    assert!(walked < wider, "{walked} {wider}");
    let brute = charge(graph, "", ", true");
    assert!(walked < brute, "{walked} {brute}");
    let sharded =
        json!({"path": "/v", "type": "quantizedFlat", "vectorIndexShardKey": ["/tenant"]});
    let one = charge(
        sharded.clone(),
        "WHERE c.tenant = 't1'",
        ", false, {filterPriority: 0}",
    );
    let both = charge(sharded, "", "");
    assert!(one < both, "{one} {both}");
}

#[test]
fn an_index_follows_what_is_written() {
    let world = world(&json!({"path": "/v", "type": "diskANN", "indexingSearchListSize": 30}));
    let check = |why: &str| {
        let (expected, _) = ids(&world, &nearest(10, "", ", true"), -1);
        let (found, _) = ids(&world, &nearest(10, "", ""), -1);
        let met = found.iter().filter(|id| expected.contains(id)).count();
        assert!(met >= 9 && found.len() == 10, "{met}: {why}");
        expected
    };
    for _ in 0..30 {
        ids(&world, &nearest(3, "", ""), -1);
    }
    let first = check("as built");
    for id in &first {
        world.delete("k", id);
    }
    let second = check("without the nearest");
    assert!(second.iter().all(|id| !first.contains(id)));
    for id in 0..900 {
        let mut item = item(id);
        item["v"] = json!(vector(id + 1_000));
        world.upsert("k", &item);
    }
    check("with many replaced");
    world.upsert(
        "k",
        &json!({"id": "new", "pk": "k", "v": [0.3, 0.8, 2.2, 1.0]}),
    );
    assert_eq!(check("with one more")[0], "new");
    world.upsert("k", &json!({"id": "none", "pk": "k"}));
    world.upsert("k", &json!({"id": "short", "pk": "k", "v": [1]}));
    let (found, _) = ids(&world, &nearest(3, "", ""), -1);
    assert_eq!(
        found,
        ["none", "short", "new"],
        "undefined comes before every distance"
    );
}

/// Zeros have no direction, a number beyond single precision no distance: such rows come with those that have no vector,
/// in pages of any size, once each.
#[test]
fn what_has_no_distance_is_given_once() {
    let world = world(&json!({"path": "/v", "type": "flat"}));
    let zeros = [0.0; 4];
    for (id, v) in [
        ("a", json!(zeros)),
        ("b", json!(null)),
        ("c", json!([1e300, 0, 0, 0])),
        ("d", json!(zeros)),
    ] {
        world.upsert("k", &json!({"id": id, "pk": "k", "v": v, "n": 0}));
    }
    for (target, metric) in [
        ("[0.3, 0.8, 2.2, 1]", "cosine"),
        ("[0.3, 0.8, 2.2, 1]", "dotproduct"),
        ("[0, 0, 0, 0]", "cosine"),
        ("[1e300, 0, 0, 0]", "euclidean"),
    ] {
        let ask = |exact: bool, size| {
            let distance =
                format!("VectorDistance(c.v, {target}, {exact}, {{distanceFunction: '{metric}'}})");
            let text = format!("SELECT VALUE c.id FROM c WHERE c.n < 3 ORDER BY {distance}");
            ids(&world, &text, size).0
        };
        let all = ask(true, -1);
        assert_eq!(all.len(), 7, "{metric}");
        for size in [1, 2, 5] {
            assert_eq!(ask(false, size), all, "{size} a page: {target} {metric}");
        }
    }
}
