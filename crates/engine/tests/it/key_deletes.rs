//! Delete by partition key: the whole of a logical partition, or of a prefix, and nothing else.

use cosmokit_engine::{
    protocol::partition::PartitionKey,
    request::{CreateItem, FeedScope, ListItems, Paging, Precondition},
};
use serde_json::json;

use crate::{
    asking::{drain, key_delete, latest},
    world::{World, container},
};

fn count(world: &World) -> u64 {
    let input = ListItems {
        container: container(),
        scope: FeedScope::default(),
        paging: Paging::default(),
    };
    world.run(input).expect(200, 0).facts.item_count.unwrap()
}

#[test]
fn a_key_goes_with_all_its_items() {
    let world = World::with_partitions(3);
    for pk in ["a", "b"] {
        for id in 0..30 {
            let document = json!({"id": id.to_string(), "pk": pk});
            world.create(pk, &document).expect(201, 0);
        }
    }
    let answer = world.run(key_delete("a")).expect(200, 0);
    assert_eq!(answer.text, "");
    assert!(answer.facts.session_token.is_some());
    world.read("a", "7").expect(404, 0);
    world.read("b", "7").expect(200, 0);
    assert_eq!(count(&world), 30);
    world
        .create("a", &json!({"id": "7", "pk": "a"}))
        .expect(201, 0);
    world.run(key_delete("nobody")).expect(200, 0);
    assert_eq!(count(&world), 31);
    let (pages, _) = drain(&world, latest());
    assert_eq!(pages.concat().len(), 31);
}

#[test]
fn a_prefix_takes_what_begins_with_it() {
    let world = World::empty();
    world.create_database("db");
    let key = json!({"paths": ["/t", "/u"], "kind": "MultiHash", "version": 2});
    world
        .create_container(&json!({"id": "c", "partitionKey": key}))
        .expect(201, 0);
    for tenant in ["x", "y"] {
        for user in ["1", "2"] {
            let document = json!({"id": "i", "t": tenant, "u": user});
            let input = CreateItem {
                container: container(),
                partition_key: Some(PartitionKey::from((tenant, user))),
                body: document.to_string().into(),
                precondition: Precondition::default(),
            };
            world.run(input).expect(201, 0);
        }
    }
    world.run(key_delete(("x", "1"))).expect(200, 0);
    assert_eq!(count(&world), 3);
    world.run(key_delete("y")).expect(200, 0);
    assert_eq!(count(&world), 1);
    world.run(key_delete(("x", "2", "3"))).expect(400, 1001);
    assert_eq!(count(&world), 1);
}

#[test]
fn without_a_key_nothing_goes() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let mut input = key_delete(PartitionKey::EMPTY);
    world.run(input.clone()).expect(400, 1001);
    input.partition_key = None;
    world.run(input).expect(400, 0);
    assert_eq!(count(&world), 1);
}
