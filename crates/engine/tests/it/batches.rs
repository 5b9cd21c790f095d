//! Transactions: all or nothing under one LSN. Bulk: each by itself.

use std::num::NonZeroU32;

use cosmokit_engine::{
    Account,
    protocol::partition::PartitionKey,
    request::{AfterFailure, Batch, BatchMode, ContentResponse, RequestOptions},
};
use serde_json::{Value, json};

use crate::{
    asking::{batch, statuses},
    world::{Answer, World},
};

fn create(id: &str, n: u64) -> Value {
    let body = json!({"id": id, "pk": "a", "n": n});
    json!({"operationType": "Create", "resourceBody": body})
}

fn on(kind: &str, id: &str) -> Value {
    json!({"operationType": kind, "id": id})
}

fn with_body(kind: &str, id: &str, body: &Value) -> Value {
    json!({"operationType": kind, "id": id, "resourceBody": body})
}

fn world() -> World {
    let world = World::new();
    for id in ["1", "2"] {
        let document = json!({"id": id, "pk": "a", "n": 0});
        world.create("a", &document).expect(201, 0);
    }
    world
}

#[test]
fn every_kind_of_operation_sees_those_before_it() {
    let world = world();
    let operations = [
        create("3", 3),
        with_body(
            "Patch",
            "3",
            &json!({"operations": [{"op": "incr", "path": "/n", "value": 4}]}),
        ),
        on("Read", "3"),
        with_body("Replace", "1", &json!({"id": "1", "pk": "a", "n": 10})),
        with_body("Upsert", "2", &json!({"id": "2", "pk": "a", "n": 20})),
        json!({"operationType": "Upsert", "resourceBody": {"id": "4", "pk": "a"}}),
        on("Delete", "4"),
        create("4", 44),
        on("Delete", "1"),
    ];
    let answer = world.run(batch("a", &operations)).expect(200, 0);
    assert_eq!(
        statuses(&answer),
        [201, 200, 200, 200, 200, 201, 204, 201, 204]
    );
    let results = answer.body.as_array().unwrap();
    assert_eq!(results[2]["resourceBody"]["n"], 7);
    assert_eq!(results[2]["eTag"], results[2]["resourceBody"]["_etag"]);
    assert_eq!(results[6].get("resourceBody"), None);
    assert_eq!(results[6].get("eTag"), None);
    let sum: f64 = results
        .iter()
        .map(|r| r["requestCharge"].as_f64().unwrap())
        .sum();
    assert!((answer.facts.charge.value() - sum).abs() < 1e-6);
    assert_eq!(answer.lsn(), 3, "one LSN for all");
    world.read("a", "1").expect(404, 0);
    for (id, n) in [("2", 20), ("3", 7), ("4", 44)] {
        let read = world.read("a", id).expect(200, 0);
        assert_eq!(read.body["n"], n);
        assert_eq!(read.facts.position.unwrap().item_lsn.unwrap().value(), 3);
    }
}

#[test]
fn one_failure_undoes_all() {
    let world = world();
    let before = ["1", "2"].map(|id| world.read("a", id).text);
    let check = |failing: Value, status: u64, substatus: Option<u64>| {
        let operations = [create("3", 3), on("Delete", "1"), failing, on("Read", "2")];
        let answer = world.run(batch("a", &operations)).expect(207, 0);
        assert_eq!(
            statuses(&answer),
            [424, 424, status, 424],
            "{}",
            answer.text
        );
        assert_eq!(answer.body[2]["subStatusCode"].as_u64(), substatus);
        assert_eq!(answer.lsn(), 2);
        world.read("a", "3").expect(404, 0);
        assert_eq!(["1", "2"].map(|id| world.read("a", id).text), before);
    };
    check(create("2", 0), 409, None);
    check(create("3", 0), 409, None);
    check(on("Read", "1"), 404, None);
    check(on("Delete", "9"), 404, None);
    let mut stale = on("Delete", "2");
    stale["ifMatch"] = json!("\"none\"");
    check(stale, 412, None);
    check(
        with_body("Replace", "2", &json!({"id": "5", "pk": "a"})),
        400,
        None,
    );
    check(
        with_body("Replace", "2", &json!({"id": "2", "pk": "b"})),
        400,
        Some(1001),
    );
    check(
        with_body("Create", "7", &json!({"id": "8", "pk": "a"})),
        400,
        None,
    );
    let patch = json!({"condition": "from c where c.n > 5", "operations": [
        {"op": "set", "path": "/n", "value": 1},
    ]});
    check(with_body("Patch", "2", &patch), 412, Some(1110));
    let patch = json!({"operations": [{"op": "remove", "path": "/none"}]});
    check(with_body("Patch", "2", &patch), 400, None);
}

#[test]
fn what_is_no_batch_is_refused_as_a_whole() {
    let world = world();
    let check = |body: String, status: u16| {
        let input = Batch {
            body: body.into(),
            ..batch("a", &[])
        };
        world.run(input).expect(status, 0);
    };
    check("[]".to_owned(), 400);
    check("{}".to_owned(), 400);
    check("[1]".to_owned(), 400);
    check(json!([on("Explode", "1")]).to_string(), 400);
    check(json!([on("Replace", "1")]).to_string(), 400);
    check(json!([{"operationType": "Read"}]).to_string(), 400);
    check(json!(vec![on("Read", "1"); 100]).to_string(), 200);
    check(json!(vec![on("Read", "1"); 101]).to_string(), 400);
    let large = "x".repeat(2 * 1024 * 1024);
    check(
        json!([{"operationType": "Create", "resourceBody": {"id": large}}]).to_string(),
        413,
    );
    let keyless = Batch {
        partition_key: None,
        ..batch("a", &[on("Read", "1")])
    };
    world.run(keyless).expect(400, 0);
}

#[test]
fn minimal_answers_have_no_documents() {
    let world = world();
    let minimal = RequestOptions {
        content: ContentResponse::Minimal,
        ..RequestOptions::default()
    };
    let answer = world.run_with(minimal, batch("a", &[create("3", 1), on("Read", "1")]));
    assert_eq!(statuses(&answer), [201, 200]);
    for result in answer.body.as_array().unwrap() {
        assert_eq!(result.get("resourceBody"), None);
        assert!(result["eTag"].is_string());
    }
}

#[test]
fn an_unchanged_read_makes_the_whole_207() {
    let world = world();
    let mut read = on("Read", "1");
    read["ifNoneMatch"] = world.read("a", "1").body["_etag"].clone();
    let answer = world
        .run(batch("a", &[read, create("3", 1)]))
        .expect(207, 0);
    assert_eq!(statuses(&answer), [304, 201]);
    world.read("a", "3").expect(200, 0);
}

#[test]
fn answers_are_bounded() {
    let world = World::new();
    let large = json!({"id": "1", "pk": "a", "s": "x".repeat(1_900_000)});
    world.create("a", &large).expect(201, 0);
    let reads = [
        on("Read", "1"),
        on("Read", "1"),
        on("Read", "1"),
        create("2", 1),
    ];
    let answer = world.run(batch("a", &reads)).expect(207, 0);
    assert_eq!(statuses(&answer), [424, 424, 413, 424]);
    assert_eq!(answer.body[2]["subStatusCode"], 3402);
    world.read("a", "2").expect(404, 0);
    let answer = world
        .run(bulk(&reads, AfterFailure::Continue, None))
        .expect(207, 0);
    assert_eq!(statuses(&answer), [200, 200, 413, 201]);
}

fn bulk(operations: &[Value], after: AfterFailure, range: Option<&str>) -> Batch {
    let keyed: Vec<Value> = operations
        .iter()
        .map(|operation| {
            let mut operation = operation.clone();
            if operation.get("partitionKey").is_none() {
                operation["partitionKey"] = json!("[\"a\"]");
            }
            operation
        })
        .collect();
    Batch {
        partition_key: None,
        partition_key_range_id: range.map(str::to_owned),
        mode: BatchMode::Bulk(after),
        ..batch("a", &keyed)
    }
}

#[test]
fn bulk_operations_stand_alone() {
    let world = world();
    let operations = [
        create("3", 3),
        create("1", 1),
        on("Read", "3"),
        on("Delete", "9"),
        json!({"operationType": "Create", "partitionKey": "[\"b\"]", "resourceBody": {"id": "1", "pk": "b"}}),
        json!({"operationType": "Read", "id": "1", "partitionKey": "nonsense"}),
    ];
    let answer = world
        .run(bulk(&operations, AfterFailure::Continue, None))
        .expect(207, 0);
    assert_eq!(statuses(&answer), [201, 409, 200, 404, 201, 400]);
    world.read("b", "1").expect(200, 0);
    assert_eq!(answer.lsn(), 4, "an LSN for each write");
    let answer = world
        .run(bulk(&operations, AfterFailure::Stop, None))
        .expect(207, 0);
    assert_eq!(statuses(&answer), [409, 424, 424, 424, 424, 424]);
    let answer = world
        .run(bulk(&[create("5", 1)], AfterFailure::Stop, None))
        .expect(200, 0);
    assert_eq!(statuses(&answer), [201]);
    let headed = Batch {
        partition_key: Some(PartitionKey::from("a")),
        mode: BatchMode::Bulk(AfterFailure::Stop),
        ..batch("a", &[on("Read", "5")])
    };
    assert_eq!(statuses(&world.run(headed)), [200]);
}

#[test]
fn bulk_operations_belong_to_the_range() {
    let partitions = NonZeroU32::new(4).unwrap();
    let world = World::built(Account::builder().partitions_per_container(partitions));
    world.create_database("db");
    let key = json!({"paths": ["/pk"], "version": 2});
    world.create_container(&json!({"id": "c", "partitionKey": key}));
    let create = |number: usize| {
        json!({
            "operationType": "Create", "partitionKey": format!("[\"k{number}\"]"),
            "resourceBody": {"id": "1", "pk": format!("k{number}")},
        })
    };
    let operations: Vec<Value> = (0..20).map(create).collect();
    let mut made = 0;
    for range in ["0", "1", "2", "3"] {
        let input = bulk(&operations, AfterFailure::Continue, Some(range));
        let answer = world.run(input).expect(207, 0);
        for result in answer.body.as_array().unwrap() {
            match (
                result["statusCode"].as_u64(),
                result["subStatusCode"].as_u64(),
            ) {
                (Some(201), None) => made += 1,
                (Some(410), Some(1002)) => {}
                other => panic!("{other:?}"),
            }
        }
        let facts = &answer.facts;
        assert_eq!(facts.partition.as_ref().unwrap().range_id, range);
        let token = facts.session_token.as_ref().unwrap();
        assert!(token.starts_with(&format!("{range}:")) && !token.contains(','));
    }
    assert_eq!(made, 20, "every item found its range once");
    let answer: Answer = world.run(bulk(&operations, AfterFailure::Continue, None));
    assert_eq!(statuses(&answer), [409; 20]);
    assert_eq!(answer.facts.session_token.unwrap().split(',').count(), 4);
    let input = bulk(&operations, AfterFailure::Continue, Some("9"));
    world.run(input).expect(410, 1002);
}
