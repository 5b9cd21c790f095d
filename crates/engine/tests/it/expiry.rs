//! Time to live: an expired item is gone for every reader at once.

use std::time::Duration;

use cosmokit_engine::request::{FeedScope, ListItems, Paging, Precondition, ReplaceContainer};
use serde_json::{Value, json};

use crate::world::{World, container};

fn world(default_ttl: &Value) -> World {
    let world = World::empty();
    world.create_database("db");
    let document =
        json!({"id": "c", "partitionKey": {"paths": ["/pk"]}, "defaultTtl": default_ttl});
    world.create_container(&document).expect(201, 0);
    world
}

#[test]
fn items_vanish_on_the_second() {
    let world = world(&json!(60));
    world
        .create("a", &json!({"id": "default", "pk": "a"}))
        .expect(201, 0);
    world
        .create("a", &json!({"id": "short", "pk": "a", "ttl": 10}))
        .expect(201, 0);
    world
        .create("a", &json!({"id": "never", "pk": "a", "ttl": -1}))
        .expect(201, 0);
    let visible = || {
        let input = ListItems {
            container: container(),
            scope: FeedScope::default(),
            paging: Paging::default(),
        };
        world.run(input).expect(200, 0).facts.item_count
    };
    world.clock.advance(Duration::from_millis(9_999));
    world.read("a", "short").expect(200, 0);
    assert_eq!(visible(), Some(3));
    world.clock.advance(Duration::from_millis(1));
    world.read("a", "short").expect(404, 0);
    world
        .replace("a", "short", &json!({"id": "short", "pk": "a"}))
        .expect(404, 0);
    world.delete("a", "short").expect(404, 0);
    assert_eq!(visible(), Some(2));
    world.clock.advance(Duration::from_secs(30 * 24 * 3600));
    world.read("a", "default").expect(404, 0);
    world.read("a", "never").expect(200, 0);
    assert_eq!(visible(), Some(1));
}

#[test]
fn an_id_is_free_after_expiry() {
    let world = world(&json!(-1));
    let first = world
        .create("a", &json!({"id": "1", "pk": "a", "ttl": 5}))
        .expect(201, 0);
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(409, 0);
    world.clock.advance(Duration::from_secs(5));
    let second = world
        .create("a", &json!({"id": "1", "pk": "a", "ttl": 5}))
        .expect(201, 0);
    assert_ne!(first.body["_rid"], second.body["_rid"]);
    world.clock.advance(Duration::from_secs(5));
    world
        .upsert("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let input = ListItems {
        container: container(),
        scope: FeedScope::default(),
        paging: Paging::default(),
    };
    assert_eq!(world.run(input).facts.item_count, Some(1));
}

#[test]
fn a_write_begins_the_time_anew() {
    let world = world(&json!(10));
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    world.clock.advance(Duration::from_secs(8));
    world
        .upsert("a", &json!({"id": "1", "pk": "a"}))
        .expect(200, 0);
    world.clock.advance(Duration::from_secs(8));
    world.read("a", "1").expect(200, 0);
}

#[test]
fn the_ttl_of_an_item_matters_where_expiry_is_on() {
    let off = World::new();
    off.create("a", &json!({"id": "1", "pk": "a", "ttl": "soon"}))
        .expect(201, 0);
    off.create("a", &json!({"id": "2", "pk": "a", "ttl": 1}))
        .expect(201, 0);
    off.clock.advance(Duration::from_secs(100));
    off.read("a", "2").expect(200, 0);
    let on = world(&json!(-1));
    for ttl in [
        json!("soon"),
        json!(0),
        json!(-2),
        json!(1.5),
        json!(2_147_483_648_u64),
    ] {
        on.create("a", &json!({"id": "1", "pk": "a", "ttl": ttl}))
            .expect(400, 0);
    }
    on.create("a", &json!({"id": "1", "pk": "a", "ttl": 2_147_483_647}))
        .expect(201, 0);
}

#[test]
fn turning_expiry_on_holds_for_items_that_are_there() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    world.clock.advance(Duration::from_secs(100));
    let document =
        json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "defaultTtl": 50});
    let input = ReplaceContainer {
        container: container(),
        body: document.to_string().into(),
        precondition: Precondition::default(),
    };
    world.run(input).expect(200, 0);
    world.read("a", "1").expect(404, 0);
}
