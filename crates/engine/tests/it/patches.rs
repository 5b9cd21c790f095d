//! Patch: what it does to the document, when it is refused, what it costs.

use cosmokit_engine::request::{ContentResponse, PatchItem, RequestOptions};
use serde_json::{Value, json};

use crate::{
    asking::patch,
    world::{World, if_match, if_none_match},
};

fn world() -> World {
    let world = World::new();
    let document = json!({"id": "1", "pk": "a", "n": 1, "tags": ["x"], "o": {"k": true}});
    world.create("a", &document).expect(201, 0);
    world
}

#[test]
fn operations_apply_in_order_and_stamp_anew() {
    let world = world();
    let before = world.read("a", "1");
    world.clock.advance(std::time::Duration::from_secs(5));
    let body = json!({"operations": [
        {"op": "add", "path": "/tags/-", "value": "y"},
        {"op": "set", "path": "/o/k", "value": {"deep": 1}},
        {"op": "replace", "path": "/n", "value": 5},
        {"op": "incr", "path": "/n", "value": 2},
        {"op": "move", "from": "/o", "path": "/p"},
        {"op": "remove", "path": "/tags/0"},
    ]});
    let patched = world.run(patch("a", "1", &body)).expect(200, 0);
    let user = |document: &Value| {
        let mut document = document.clone();
        let members = document.as_object_mut().unwrap();
        members.retain(|name, _| !name.starts_with('_'));
        document
    };
    let expected = json!({"id": "1", "pk": "a", "n": 7, "tags": ["y"], "p": {"k": {"deep": 1}}});
    assert_eq!(user(&patched.body), expected);
    assert_eq!(patched.body["_rid"], before.body["_rid"]);
    assert_ne!(patched.body["_etag"], before.body["_etag"]);
    assert_eq!(
        patched.body["_ts"].as_u64(),
        before.body["_ts"].as_u64().map(|ts| ts + 5)
    );
    assert_eq!(patched.lsn(), 2);
    assert_eq!(world.read("a", "1").text, patched.text);
    assert_eq!(patched.text.matches("\"_rid\"").count(), 1);
}

#[test]
fn a_bare_array_is_a_patch() {
    let world = world();
    let body = json!([{"op": "increment", "path": "/n", "value": -3}]);
    let patched = world.run(patch("a", "1", &body)).expect(200, 0);
    assert_eq!(patched.body["n"], -2);
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let world = world();
    let before = world.read("a", "1").text;
    let check = |operations: Value, status: u16| {
        let body = json!({ "operations": operations });
        world.run(patch("a", "1", &body)).expect(status, 0);
        let after = world.read("a", "1");
        assert_eq!(
            (after.text, after.facts.position.unwrap().lsn.value()),
            (before.clone(), 1)
        );
    };
    let set = |path: &str| json!([{"op": "set", "path": path, "value": 1}]);
    for path in [
        "/id",
        "/pk",
        "/_ts",
        "/_etag",
        "/_rid",
        "n",
        "/no/where",
        "/pk/x",
    ] {
        check(set(path), 400);
    }
    let first = json!({"op": "set", "path": "/n", "value": 9});
    check(
        json!([first, {"op": "replace", "path": "/none", "value": 1}]),
        400,
    );
    check(json!([first, {"op": "remove", "path": "/none"}]), 400);
    check(json!([{"op": "incr", "path": "/tags", "value": 1}]), 400);
    check(json!([{"op": "add", "path": "/tags/5", "value": 1}]), 400);
    check(json!([{"op": "explode", "path": "/n"}]), 400);
    check(json!([]), 400);
    check(json!(vec![first.clone(); 11]), 400);
    let large = "x".repeat(2 * 1024 * 1024);
    check(json!([{"op": "set", "path": "/n", "value": large}]), 413);
}

#[test]
fn a_full_document_can_still_be_patched() {
    let world = World::new();
    let mut document = json!({"id": "1", "pk": "a", "n": 1, "s": ""});
    let room = 2 * 1024 * 1024 - document.to_string().len();
    document["s"] = json!("x".repeat(room));
    world.create("a", &document).expect(201, 0);
    let n = |value: u64| json!([{"op": "set", "path": "/n", "value": value}]);
    world.run(patch("a", "1", &n(2))).expect(200, 0);
    world.run(patch("a", "1", &n(10))).expect(413, 0);
}

#[test]
fn missing_items_and_wrong_etags() {
    let world = world();
    let etag = world.read("a", "1").etag();
    let body = json!([{"op": "set", "path": "/n", "value": 2}]);
    world.run(patch("a", "2", &body)).expect(404, 0);
    world.run(patch("b", "1", &body)).expect(404, 0);
    let with = |precondition| PatchItem {
        precondition,
        ..patch("a", "1", &body)
    };
    world.run(with(if_match("\"none\""))).expect(412, 0);
    world.run(with(if_none_match("*"))).expect(412, 0);
    let input = PatchItem {
        partition_key: None,
        ..patch("a", "1", &body)
    };
    world.run(input).expect(400, 0);
    world.run(with(if_match(etag.as_str()))).expect(200, 0);
    world.run(with(if_match(etag.as_str()))).expect(412, 0);
}

#[test]
fn a_condition_decides() {
    let world = world();
    let check = |condition: &str, status: u16, substatus: u16| {
        let body = json!({"condition": condition, "operations": [
            {"op": "incr", "path": "/n", "value": 1},
        ]});
        world.run(patch("a", "1", &body)).expect(status, substatus);
    };
    check("from c where c.n = 1", 200, 0);
    check("from c where c.n = 1", 412, 1110);
    check(
        "FROM root r WHERE r.n = 2 AND ARRAY_CONTAINS(r.tags, 'x')",
        200,
        0,
    );
    check("from c where c.missing = 1", 412, 1110);
    check("from c where c.id = '1' and c._ts > 0", 200, 0);
    check("from c", 200, 0);
    check("where where", 400, 0);
    check("from c where d.n = 1", 400, 0);
    assert_eq!(world.read("a", "1").body["n"], 5);
}

#[test]
fn a_patch_answers_and_costs_like_a_replace() {
    let world = world();
    let body = json!([{"op": "set", "path": "/n", "value": 2}]);
    let minimal = RequestOptions {
        content: ContentResponse::Minimal,
        ..RequestOptions::default()
    };
    let patched = world
        .run_with(minimal, patch("a", "1", &body))
        .expect(200, 0);
    assert_eq!(patched.text, "");
    let document = world.read("a", "1").body;
    assert_eq!(patched.etag().as_str(), document["_etag"].as_str().unwrap());
    let replaced = world.replace("a", "1", &document).expect(200, 0);
    assert_eq!(patched.facts.charge, replaced.facts.charge);
}
