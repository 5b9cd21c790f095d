//! Containers: create, read, list, query, replace, delete.

use cosmokit_engine::{
    protocol::op::SqlQuery,
    request::{
        ContainerAddress, CreateContainer, DatabaseAddress, DeleteContainer, ListContainers,
        Paging, Populate, PopulateOptions, Precondition, QueryContainers, ReadContainer,
        ReplaceContainer, ThroughputHeaders,
    },
};
use serde_json::{Value, json};

use crate::world::{Answer, World, container, if_match, if_none_match, page};

fn read(world: &World, address: ContainerAddress) -> Answer {
    world.run(ReadContainer {
        container: address,
        populate: PopulateOptions::default(),
        precondition: Precondition::default(),
    })
}

fn replace(world: &World, document: &Value, precondition: Precondition) -> Answer {
    world.run(ReplaceContainer {
        container: container(),
        body: document.to_string().into(),
        precondition,
    })
}

fn delete(world: &World, precondition: Precondition) -> Answer {
    world.run(DeleteContainer {
        container: container(),
        precondition,
    })
}

#[test]
fn a_container_has_the_service_form_and_defaults() {
    let world = World::empty();
    world.create_database("db");
    let created = world
        .create_container(&json!({"id": "c", "partitionKey": {"paths": ["/pk"]}}))
        .expect(201, 0);
    let etag = created.etag();
    assert_eq!(
        created.body,
        json!({
            "id": "c",
            "partitionKey": {"paths": ["/pk"], "kind": "Hash"},
            "indexingPolicy": {
                "indexingMode": "consistent", "automatic": true,
                "includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/\"_etag\"/?"}],
            },
            "uniqueKeyPolicy": {"uniqueKeys": []},
            "conflictResolutionPolicy": {
                "mode": "LastWriterWins", "conflictResolutionPath": "/_ts", "conflictResolutionProcedure": "",
            },
            "geospatialConfig": {"type": "Geography"},
            "_rid": "AAAAAYAAAAE=", "_self": "dbs/AAAAAQ==/colls/AAAAAYAAAAE=/", "_etag": etag.as_str(),
            "_ts": 1_735_689_600, "_docs": "docs/", "_sprocs": "sprocs/", "_triggers": "triggers/",
            "_udfs": "udfs/", "_conflicts": "conflicts/",
        })
    );
    assert_eq!(read(&world, container()).expect(200, 0).text, created.text);
    let by_rid = ContainerAddress::new("AAAAAQ==", "AAAAAYAAAAE=");
    assert_eq!(read(&world, by_rid).expect(200, 0).text, created.text);
    let owner = created.facts.owner.as_ref().unwrap();
    assert_eq!(
        (owner.alt_content_path.as_str(), owner.content_path.as_str()),
        ("dbs/db/colls/c", "AAAAAYAAAAE=")
    );
    assert_eq!(created.facts.session_token, None);
}

#[test]
fn what_the_service_refuses_is_refused() {
    let world = World::new();
    let key = json!({"paths": ["/pk"], "version": 2});
    let check = |document: Value, status: u16, substatus: u16| {
        world.create_container(&document).expect(status, substatus);
    };
    check(json!({"id": "c", "partitionKey": key}), 409, 0);
    check(json!({"id": "x"}), 400, 1013);
    check(json!({"id": "x", "partitionKey": null}), 400, 1013);
    check(json!({"partitionKey": key}), 400, 0);
    check(json!({"id": "a/b", "partitionKey": key}), 400, 0);
    check(json!({"id": "x", "partitionKey": {"paths": []}}), 400, 0);
    check(
        json!({"id": "x", "partitionKey": {"paths": ["pk"]}}),
        400,
        0,
    );
    check(
        json!({"id": "x", "partitionKey": {"paths": ["/a", "/b", "/c", "/d"], "kind": "MultiHash", "version": 2}}),
        400,
        0,
    );
    check(
        json!({"id": "x", "partitionKey": key, "defaultTtl": 0}),
        400,
        0,
    );
    check(
        json!({"id": "x", "partitionKey": key, "indexingPolicy": {"indexingMode": "sometimes"}}),
        400,
        0,
    );
    check(
        json!({"id": "x", "partitionKey": key, "uniqueKeyPolicy": {"uniqueKeys": [{"paths": []}]}}),
        400,
        0,
    );
    check(json!([]), 400, 0);
    let elsewhere = CreateContainer {
        database: DatabaseAddress::new("none"),
        body: json!({"id": "x", "partitionKey": key}).to_string().into(),
        throughput: ThroughputHeaders::default(),
    };
    world.run(elsewhere).expect(404, 1003);
}

#[test]
fn unknown_properties_survive() {
    let world = World::empty();
    world.create_database("db");
    let document =
        json!({"id": "c", "partitionKey": {"paths": ["/pk"]}, "futureThing": {"a": [1, 2]}});
    world.create_container(&document).expect(201, 0);
    assert_eq!(
        read(&world, container()).body["futureThing"],
        json!({"a": [1, 2]})
    );
}

#[test]
fn a_replace_changes_policies_and_keeps_items() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let before = read(&world, container());
    let mut document = before.body.clone();
    document["defaultTtl"] = json!(3600);
    let replaced = replace(&world, &document, Precondition::default()).expect(200, 0);
    assert_eq!(replaced.body["defaultTtl"], 3600);
    assert_eq!(replaced.body["_rid"], before.body["_rid"]);
    assert_ne!(replaced.etag(), before.etag());
    world.read("a", "1").expect(200, 0);
    replace(&world, &document, if_match(before.etag().as_str())).expect(412, 0);
    replace(&world, &document, if_match(replaced.etag().as_str())).expect(200, 0);
    let change = |property: &str, value: Value| {
        let mut document = before.body.clone();
        document[property] = value;
        replace(&world, &document, Precondition::default())
    };
    change("id", json!("other")).expect(400, 0);
    change("partitionKey", json!({"paths": ["/other"], "version": 2})).expect(400, 0);
}

#[test]
fn a_container_made_again_is_another_one() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    delete(&world, if_match("\"x\"")).expect(412, 0);
    delete(&world, Precondition::default()).expect(204, 0);
    read(&world, container()).expect(404, 0);
    read(&world, ContainerAddress::new("none", "c")).expect(404, 1003);
    let again = world
        .create_container(&json!({"id": "c", "partitionKey": {"paths": ["/pk"]}}))
        .expect(201, 0);
    assert_eq!(again.body["_rid"], "AAAAAYAAAAI=");
    world.read("a", "1").expect(404, 0);
}

#[test]
fn reads_fill_in_what_is_asked_for() {
    let world = World::with_partitions(3);
    for number in 0..9 {
        let pk = format!("k{number}");
        world
            .create(&pk, &json!({"id": "1", "pk": pk}))
            .expect(201, 0);
    }
    let answer = world.run(ReadContainer {
        container: container(),
        populate: PopulateOptions {
            quota: Populate::Yes,
            partition_statistics: Populate::Yes,
        },
        precondition: Precondition::default(),
    });
    let rows = answer.body["statistics"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(
        rows.iter()
            .map(|row| row["documentCount"].as_u64().unwrap())
            .sum::<u64>(),
        9
    );
    let quota = answer.facts.quota.unwrap();
    assert_eq!(
        (quota.documents, quota.index_transformation_progress),
        (9, Some(100))
    );
    assert!(
        quota
            .quota()
            .starts_with("functions=50;storedProcedures=100;triggers=25;")
    );
    assert!(quota.usage().starts_with("functions=0;"));
    let plain = read(&world, container());
    assert!(plain.body.get("statistics").is_none());
    let unchanged = world.run(ReadContainer {
        container: container(),
        populate: PopulateOptions::default(),
        precondition: if_none_match(plain.etag().as_str()),
    });
    unchanged.expect(304, 0);
}

#[test]
fn the_feed_lists_and_queries() {
    let world = World::new();
    for id in ["z", "y"] {
        world
            .create_container(&json!({"id": id, "partitionKey": {"paths": ["/pk"]}}))
            .expect(201, 0);
    }
    let ids = |answer: &Answer| -> Vec<String> {
        let rows = answer.body["DocumentCollections"].as_array().unwrap();
        rows.iter()
            .map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let database = || DatabaseAddress::new("db");
    let list = |paging: Paging| {
        world
            .run(ListContainers {
                database: database(),
                paging,
            })
            .expect(200, 0)
    };
    let first = list(page(2, None));
    assert_eq!(ids(&first), ["c", "z"]);
    assert_eq!(first.body["_rid"], "AAAAAQ==");
    assert_eq!(
        ids(&list(page(2, first.facts.continuation.as_deref()))),
        ["y"]
    );
    let query = SqlQuery::from("SELECT * FROM c WHERE c.id = 'y'");
    let found = world.run(QueryContainers {
        database: database(),
        query,
        paging: Paging::default(),
    });
    assert_eq!(ids(&found), ["y"]);
    let elsewhere = DatabaseAddress::new("none");
    world
        .run(ListContainers {
            database: elsewhere,
            paging: Paging::default(),
        })
        .expect(404, 1003);
}
