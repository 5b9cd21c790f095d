//! What queries tell about themselves.

use cosmokit_engine::{
    protocol::op::IndexMetrics,
    request::{
        CrossPartition, FeedScope, IndexMetricsForm, Paging, Populate, QueryItems, QuerySettings,
    },
};
use serde_json::json;

use crate::world::{World, container};

fn world() -> World {
    let world = World::empty();
    world.create_database("db");
    let policy = json!({
        "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/secret/?"}],
        "compositeIndexes": [[{"path": "/n", "order": "ascending"}, {"path": "/name", "order": "descending"}]],
    });
    let document = json!({"id": "c", "partitionKey": {"paths": ["/pk"]}, "indexingPolicy": policy});
    world.create_container(&document).expect(201, 0);
    for number in 0..40 {
        let item = json!({
            "id": number.to_string(), "pk": "p", "n": number, "secret": number % 4, "name": "x",
        });
        world.create("p", &item).expect(201, 0);
    }
    world
}

fn ask(text: &str) -> QueryItems {
    QueryItems {
        container: container(),
        query: text.into(),
        scope: FeedScope::default(),
        cross_partition: CrossPartition::Enabled,
        paging: Paging::default(),
        settings: QuerySettings {
            query_metrics: Populate::Yes,
            index_metrics: Some(IndexMetricsForm::First),
            ..QuerySettings::default()
        },
    }
}

#[test]
fn metrics_are_told_when_they_are_asked_for() {
    let world = world();
    let query = QueryItems {
        settings: QuerySettings::default(),
        ..ask("SELECT * FROM c")
    };
    assert_eq!(world.run(query).facts.metrics, None);
    let metrics = world.run(ask("SELECT * FROM c")).facts.metrics.unwrap();
    let text = metrics.query.unwrap();
    let names: Vec<&str> = text
        .split(';')
        .map(|pair| pair.split_once('=').unwrap().0)
        .collect();
    assert_eq!(
        names,
        [
            "totalExecutionTimeInMs",
            "queryCompileTimeInMs",
            "queryLogicalPlanBuildTimeInMs",
            "queryPhysicalPlanBuildTimeInMs",
            "queryOptimizationTimeInMs",
            "VMExecutionTimeInMs",
            "indexLookupTimeInMs",
            "instructionCount",
            "documentLoadTimeInMs",
            "systemFunctionExecuteTimeInMs",
            "userFunctionExecuteTimeInMs",
            "retrievedDocumentCount",
            "retrievedDocumentSize",
            "outputDocumentCount",
            "outputDocumentSize",
            "writeOutputTimeInMs",
            "indexUtilizationRatio",
        ]
    );
}

#[test]
fn query_metrics_count_what_was_looked_at() {
    let world = world();
    let check = |text: &str, retrieved: &str, output: &str, ratio: &str| {
        let metrics = world.run(ask(text)).expect(200, 0).facts.metrics.unwrap();
        let metrics = metrics.query.unwrap();
        let value = |name: &str| {
            let mut pairs = metrics.split(';').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(other, _)| *other == name)
                .unwrap()
                .1
                .to_owned()
        };
        let found = [
            "retrievedDocumentCount",
            "outputDocumentCount",
            "indexUtilizationRatio",
        ]
        .map(value);
        assert_eq!(found, [retrieved, output, ratio], "{text}");
        let steps: u64 = value("instructionCount").parse().unwrap();
        assert_eq!(steps == 0, retrieved == "0", "{text}");
    };
    check("SELECT VALUE c.id FROM c WHERE c.n = 3", "1", "1", "1.00");
    check(
        "SELECT VALUE c.id FROM c WHERE c.n < 8 AND c.secret = 1",
        "8",
        "2",
        "0.25",
    );
    check(
        "SELECT VALUE c.id FROM c WHERE c.secret = 1",
        "40",
        "10",
        "0.25",
    );
    check(
        "SELECT VALUE COUNT(1) FROM c WHERE c.secret = 1",
        "40",
        "1",
        "0.25",
    );
    check("SELECT VALUE c.id FROM c WHERE c.n = 100", "0", "0", "0.00");
    check(
        "SELECT TOP 2 VALUE c.id FROM c ORDER BY c.n DESC",
        "2",
        "2",
        "1.00",
    );
}

#[test]
fn index_metrics_name_what_serves_and_what_is_missed() {
    let world = world();
    let check = |text: &str, used: &[&str], missed: &[&str], together: &[&str]| {
        for form in [IndexMetricsForm::First, IndexMetricsForm::Second] {
            let mut query = ask(text);
            query.settings.index_metrics = Some(form);
            let metrics = world.run(query).expect(200, 0).facts.metrics.unwrap();
            let (told, json) = metrics.index.unwrap();
            assert_eq!(told, form);
            let found = IndexMetrics::parse(&json).unwrap();
            assert_eq!(found.utilized_single, used, "{text} {json}");
            assert_eq!(found.potential_single, missed, "{text} {json}");
            assert_eq!(found.utilized_composite.concat(), together, "{text} {json}");
        }
    };
    check("SELECT * FROM c", &[], &[], &[]);
    check("SELECT * FROM c WHERE c.n = 3", &["/n/?"], &[], &[]);
    check(
        "SELECT * FROM c WHERE c.secret = 3",
        &[],
        &["/secret/?"],
        &[],
    );
    check(
        "SELECT * FROM c WHERE c.n > 3 AND c.secret > 1",
        &["/n/?"],
        &["/secret/?"],
        &[],
    );
    check("SELECT * FROM c ORDER BY c.n", &["/n/?"], &[], &[]);
    let both = ["/n DESC", "/name ASC"];
    check("SELECT * FROM c ORDER BY c.n DESC, c.name", &[], &[], &both);
}

#[test]
fn index_metrics_name_the_indexes_that_serve() {
    let world = World::empty();
    world.create_database("db");
    let document = json!({
        "id": "c", "partitionKey": {"paths": ["/pk"]},
        "indexingPolicy": {
            "includedPaths": [{"path": "/*"}, {"path": "/cp/?"}], "excludedPaths": [{"path": "/v/*"}, {"path": "/w/*"}],
            "compositeIndexes": [[{"path": "/a", "order": "ascending"}, {"path": "/b", "order": "ascending"}]],
            "vectorIndexes": [{"path": "/v", "type": "quantizedFlat"}], "fullTextIndexes": [{"path": "/text"}],
        },
        "computedProperties": [
            {"name": "cp", "query": "SELECT VALUE c.a + 1 FROM c"}, {"name": "other", "query": "SELECT VALUE c.b FROM c"},
        ],
        "vectorEmbeddingPolicy": {"vectorEmbeddings": [
            {"path": "/v", "dataType": "float32", "dimensions": 2, "distanceFunction": "cosine"},
            {"path": "/w", "dataType": "float32", "dimensions": 2, "distanceFunction": "cosine"},
        ]},
        "fullTextPolicy": {"defaultLanguage": "en-US", "fullTextPaths": [{"path": "/text", "language": "en-US"}, {"path": "/note", "language": "en-US"}]},
    });
    world.create_container(&document).expect(201, 0);
    let check =
        |text: &str, used: &[&str], missed: &[&str], composites: (&[&[&str]], &[&[&str]])| {
            let metrics = world.run(ask(text)).facts.metrics.unwrap();
            let (_, found) = metrics.index.unwrap();
            let found: serde_json::Value = serde_json::from_str(&found).unwrap();
            let list = |name: &str, member: &str| -> Vec<serde_json::Value> {
                let list = found[name].as_array().unwrap().iter();
                list.map(|index| index[member].clone()).collect()
            };
            assert_eq!(list("UtilizedSingleIndexes", "IndexSpec"), used, "{text}");
            assert_eq!(
                list("PotentialSingleIndexes", "IndexSpec"),
                missed,
                "{text}"
            );
            assert_eq!(
                json!(list("UtilizedCompositeIndexes", "IndexSpecs")),
                json!(composites.0),
                "{text}"
            );
            assert_eq!(
                json!(list("PotentialCompositeIndexes", "IndexSpecs")),
                json!(composites.1),
                "{text}"
            );
        };
    let both: &[&[&str]] = &[&["/a ASC", "/b ASC"]];
    check(
        "SELECT * FROM c WHERE c.b > 1 AND c.a = 2",
        &[],
        &[],
        (both, &[]),
    );
    check(
        "SELECT * FROM c WHERE c.a = 2 ORDER BY c.b DESC",
        &[],
        &[],
        (both, &[]),
    );
    check(
        "SELECT * FROM c ORDER BY c.a DESC, c.b DESC",
        &[],
        &[],
        (&[&["/a DESC", "/b DESC"]], &[]),
    );
    check(
        "SELECT * FROM c WHERE c.a = 2 AND c.x > 1",
        &["/a/?", "/x/?"],
        &[],
        (&[], &[&["/a ASC", "/x ASC"]]),
    );
    check(
        "SELECT * FROM c WHERE c.cp = 2",
        &["/cp/?"],
        &[],
        (&[], &[]),
    );
    check(
        "SELECT * FROM c WHERE c.other = 2",
        &[],
        &["/other/?"],
        (&[], &[]),
    );
    check(
        "SELECT TOP 1 * FROM c ORDER BY VectorDistance(c.v, [1, 2])",
        &["/v/?"],
        &[],
        (&[], &[]),
    );
    check(
        "SELECT TOP 1 * FROM c ORDER BY VectorDistance(c.w, [1, 2])",
        &[],
        &["/w/?"],
        (&[], &[]),
    );
    check(
        "SELECT TOP 1 * FROM c ORDER BY RANK FullTextScore(c.text, 'a')",
        &["/text/?"],
        &[],
        (&[], &[]),
    );
    check(
        "SELECT * FROM c WHERE FullTextContains(c.note, 'a')",
        &[],
        &["/note/?"],
        (&[], &[]),
    );
    check(
        "SELECT TOP 1 * FROM c ORDER BY RANK RRF(FullTextScore(c.text, 'a'), VectorDistance(c.w, [1, 2]))",
        &["/text/?"],
        &["/w/?"],
        (&[], &[]),
    );
}
