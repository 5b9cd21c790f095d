//! Session tokens and consistency levels at the server.

use cosmokit_engine::{
    Account,
    protocol::wire::consistency::{ConsistencyLevel, ReadConsistencyStrategy},
    request::{FeedScope, ListItems, Paging, RequestOptions},
};
use serde_json::json;

use crate::world::{Answer, World, container, create, read};

fn with_token(world: &World, token: &str) -> Answer {
    let options = RequestOptions {
        session_token: Some(token.to_owned()),
        ..RequestOptions::default()
    };
    world.run_with(options, read("a", "1"))
}

fn world() -> World {
    let world = World::new();
    for number in 1..=5 {
        world
            .create("a", &json!({"id": number.to_string(), "pk": "a"}))
            .expect(201, 0);
    }
    world
}

#[test]
fn a_token_is_met_or_the_read_is_refused() {
    let world = world();
    for served in [
        "0:-1#5",
        "0:-1#1",
        "0:0#5",
        "0:5",
        "7:-1#99",
        "7:-1#99,0:-1#3",
    ] {
        with_token(&world, served).expect(200, 0);
    }
    for ahead in [
        "0:-1#6",
        "0:0#6",
        "0:6",
        "0:1#1",
        "0:-1#9007199254740992",
        "7:-1#1,0:-1#6",
    ] {
        let refused = with_token(&world, ahead).expect(404, 1002);
        // The answer shows the region's own position: a made-up one is not repeated.
        assert_eq!(
            refused.facts.session_token.as_deref(),
            Some("0:-1#5"),
            "{ahead}"
        );
    }
}

#[test]
fn hostile_tokens_are_bad_requests() {
    let world = world();
    for token in [
        "",
        ",",
        "x",
        "0:",
        "0:-1#",
        "0:-1#x",
        "0:-2#1",
        "0:-1#9007199254740993",
        "0:1#1#=",
        "0:-1#1,0:-1#2",
    ] {
        with_token(&world, token).expect(400, 0);
    }
    with_token(&world, &"1:-1#1,".repeat(100_000)).expect(400, 0);
    world.read("a", "1").expect(200, 0);
}

#[test]
fn weaker_levels_do_not_look_at_the_token() {
    let world = world();
    let at = |consistency, read_strategy| {
        let options = RequestOptions {
            session_token: Some("0:-1#99".to_owned()),
            consistency,
            read_strategy,
            ..RequestOptions::default()
        };
        world.run_with(options, read("a", "1"))
    };
    at(None, None).expect(404, 1002);
    at(Some(ConsistencyLevel::Session), None).expect(404, 1002);
    at(Some(ConsistencyLevel::Eventual), None).expect(200, 0);
    at(Some(ConsistencyLevel::ConsistentPrefix), None).expect(200, 0);
    at(None, Some(ReadConsistencyStrategy::Eventual)).expect(200, 0);
    at(None, Some(ReadConsistencyStrategy::Session)).expect(404, 1002);
    at(Some(ConsistencyLevel::Strong), None).expect(400, 0);
    at(None, Some(ReadConsistencyStrategy::GlobalStrong)).expect(400, 0);
}

#[test]
fn quorum_reads_cost_double() {
    let world = World::built(Account::builder().consistency(ConsistencyLevel::Strong));
    world.create_database("db");
    world.create_container(&json!({"id": "c", "partitionKey": {"paths": ["/pk"]}}));
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let charge = |consistency| {
        let options = RequestOptions {
            consistency,
            ..RequestOptions::default()
        };
        world
            .run_with(options, read("a", "1"))
            .expect(200, 0)
            .facts
            .charge
            .value()
    };
    assert!((charge(None) - 2.0).abs() < 1e-9);
    assert!((charge(Some(ConsistencyLevel::Session)) - 1.0).abs() < 1e-9);
}

#[test]
fn feeds_check_the_token_of_each_partition() {
    let world = World::with_partitions(2);
    for number in 0..10 {
        let pk = format!("k{number}");
        world
            .create(&pk, &json!({"id": "1", "pk": pk}))
            .expect(201, 0);
    }
    let with = |token: &str| {
        let options = RequestOptions {
            session_token: Some(token.to_owned()),
            ..RequestOptions::default()
        };
        let input = ListItems {
            container: container(),
            scope: FeedScope::default(),
            paging: Paging::default(),
        };
        world.run_with(options, input)
    };
    let token = with("0:-1#0").expect(200, 0).facts.session_token.unwrap();
    with(&token).expect(200, 0);
    with("1:-1#99").expect(404, 1002);
    with("nonsense").expect(400, 0);
}

#[test]
fn writes_do_not_ask_for_the_token() {
    let world = world();
    let options = RequestOptions {
        session_token: Some("0:-1#99".to_owned()),
        ..RequestOptions::default()
    };
    let created = world
        .run_with(options, create("a", &json!({"id": "9", "pk": "a"})))
        .expect(201, 0);
    assert_eq!(created.facts.session_token.as_deref(), Some("0:-1#6"));
}
