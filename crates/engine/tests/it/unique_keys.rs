//! Unique keys: once per logical partition, whoever writes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    asking::{batch, patch, statuses},
    world::World,
};

fn world(more: &Value) -> World {
    let world = World::empty();
    world.create_database("db");
    let mut document = json!({
        "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
        "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/mail"]}, {"paths": ["/a", "/b/c"]}]},
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    world.create_container(&document).expect(201, 0);
    world
}

fn user(pk: &str, id: &str, mail: &str) -> Value {
    json!({"id": id, "pk": pk, "mail": mail, "a": id})
}

#[test]
fn values_stand_once_in_a_logical_partition() {
    let world = world(&json!({}));
    world.create("p", &user("p", "1", "x")).expect(201, 0);
    world.create("p", &user("p", "2", "x")).expect(409, 0);
    world.create("q", &user("q", "2", "x")).expect(201, 0);
    world.create("p", &user("p", "2", "y")).expect(201, 0);
    world.upsert("p", &user("p", "2", "x")).expect(409, 0);
    world.upsert("p", &user("p", "3", "x")).expect(409, 0);
    world.replace("p", "2", &user("p", "2", "x")).expect(409, 0);
    let mail = |mail: &str| json!([{"op": "set", "path": "/mail", "value": mail}]);
    world.run(patch("p", "2", &mail("x"))).expect(409, 0);
    assert_eq!(world.read("p", "2").body["mail"], "y");
    // An item may keep its own values, and give them up.
    world.replace("p", "1", &user("p", "1", "x")).expect(200, 0);
    world.run(patch("p", "1", &mail("z"))).expect(200, 0);
    world.create("p", &user("p", "4", "x")).expect(201, 0);
    world.delete("p", "2").expect(204, 0);
    world.create("p", &user("p", "5", "y")).expect(201, 0);
}

#[test]
fn missing_values_are_null_and_keys_are_whole() {
    let world = world(&json!({}));
    let check = |document: Value, status: u16| {
        world.create("p", &document).expect(status, 0);
    };
    check(json!({"id": "1", "pk": "p"}), 201);
    check(json!({"id": "2", "pk": "p", "mail": null, "a": 1}), 409);
    check(json!({"id": "2", "pk": "p", "mail": 1}), 409);
    check(json!({"id": "2", "pk": "p", "mail": 1, "a": 1}), 201);
    check(json!({"id": "3", "pk": "p", "mail": 1.0, "a": 2}), 409);
    check(
        json!({"id": "3", "pk": "p", "mail": "1", "a": 1, "b": {"c": 1}}),
        201,
    );
    check(
        json!({"id": "4", "pk": "p", "mail": "2", "a": 1, "b": {"c": 1}}),
        409,
    );
}

#[test]
fn a_batch_sees_what_it_staged() {
    let world = world(&json!({}));
    world.create("p", &user("p", "1", "x")).expect(201, 0);
    let create = |id: &str, mail: &str| json!({"operationType": "Create", "resourceBody": user("p", id, mail)});
    let delete = |id: &str| json!({"operationType": "Delete", "id": id});
    let check = |operations: &[Value], expected: &[u64]| {
        assert_eq!(statuses(&world.run(batch("p", operations))), expected);
    };
    check(&[create("2", "y"), create("3", "y")], &[424, 409]);
    check(&[create("2", "x"), delete("1")], &[409, 424]);
    check(&[delete("1"), create("2", "x")], &[204, 201]);
    let swap = [
        json!({"operationType": "Upsert", "resourceBody": user("p", "2", "tmp")}),
        create("3", "x"),
        delete("3"),
        json!({"operationType": "Upsert", "resourceBody": user("p", "2", "x")}),
        create("4", "tmp"),
    ];
    check(&swap, &[200, 201, 204, 200, 201]);
    world.create("p", &user("p", "5", "x")).expect(409, 0);
    world.create("p", &user("p", "5", "tmp")).expect(409, 0);
}

#[test]
fn an_expired_item_holds_nothing() {
    let world = world(&json!({"defaultTtl": 10}));
    world.create("p", &user("p", "1", "x")).expect(201, 0);
    world.clock.advance(Duration::from_secs(10));
    world.create("p", &user("p", "2", "x")).expect(201, 0);
    world.create("p", &user("p", "1", "x")).expect(409, 0);
    world.clock.advance(Duration::from_secs(10));
    let create = |id: &str| json!({"operationType": "Create", "resourceBody": user("p", id, "x")});
    assert_eq!(
        statuses(&world.run(batch("p", &[create("3"), create("2")]))),
        [424, 409]
    );
    assert_eq!(statuses(&world.run(batch("p", &[create("3")]))), [201]);
}

#[test]
fn racing_writers_never_share_a_value() {
    let world = world(&json!({}));
    let created: u64 = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4)
            .map(|thread| {
                let world = &world;
                scope.spawn(move || {
                    let create = |number: u64| {
                        let (id, mail) = (format!("{thread}-{number}"), format!("m{number}"));
                        let status = world.create("p", &user("p", &id, &mail)).status;
                        assert!(matches!(status, 201 | 409));
                        u64::from(status == 201)
                    };
                    (0..100).map(create).sum::<u64>()
                })
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap())
            .sum()
    });
    assert_eq!(created, 100);
}
