//! Triggers before and after the write of one item.

use cosmokit_engine::request::{Request, RequestOptions, ResourceFeed, Triggers, Verb};
use serde_json::{Value, json};

use crate::{
    resources,
    world::{Answer, World, container, create, delete, now, replace},
};

fn define(world: &World, id: &str, (when, operation): (&str, &str), body: &str) {
    let trigger =
        json!({"id": id, "body": body, "triggerType": when, "triggerOperation": operation});
    resources::create(world, &ResourceFeed::triggers(container()), &trigger).expect(201, 0);
}

fn with(before: &[&str], after: &[&str]) -> RequestOptions {
    let names = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
    RequestOptions {
        triggers: Some(Box::new(Triggers {
            before: names(before),
            after: names(after),
        })),
        ..RequestOptions::default()
    }
}

fn item(id: &str) -> Value {
    json!({"id": id, "pk": "k"})
}

const STAMP: &str = "function () { var r = getContext().getRequest(), d = r.getBody(); \
    d.stamp = r.getOperationType() + (d.stamp || ''); r.setBody(d); }";
/// Counts writes in an item of the same logical partition.
const COUNT: &str = "function () { var c = __, r = getContext().getResponse(); \
    c.readDocument(c.getAltLink() + '/docs/count', function (err, doc) { \
        doc = err ? { id: 'count', pk: 'k', n: 0 } : doc; doc.n++; doc.last = r.getBody() ? r.getBody().id : null; \
        c.upsertDocument(c.getSelfLink(), doc, function (err) { if (err) throw err; }); }); }";

#[test]
fn a_trigger_before_a_write_changes_the_document() {
    let world = World::new();
    define(&world, "stamp", ("Pre", "All"), STAMP);
    define(&world, "again", ("pre", "all"), STAMP);
    let created = world.run_with(with(&["stamp", "again"], &[]), create("k", &item("a")));
    assert_eq!(created.expect(201, 0).body["stamp"], "CreateCreate");
    assert_eq!(world.read("k", "a").body["stamp"], "CreateCreate");
    let replaced = world.run_with(with(&["stamp"], &[]), replace("k", "a", &item("a")));
    assert_eq!(replaced.expect(200, 0).body["stamp"], "Replace");
    assert_eq!(
        world.create("k", &item("b")).body["stamp"],
        Value::Null,
        "only when it is named"
    );
}

#[test]
fn a_trigger_after_a_write_is_in_its_transaction() {
    let world = World::new();
    define(&world, "count", ("Post", "All"), COUNT);
    let after = || with(&[], &["count"]);
    let created = world
        .run_with(after(), create("k", &item("a")))
        .expect(201, 0);
    assert_eq!(created.body["id"], "a");
    let counted = world.read("k", "count");
    assert_eq!(
        (&counted.body["n"], &counted.body["last"]),
        (&json!(1), &json!("a"))
    );
    assert_eq!(counted.lsn(), created.lsn());
    world
        .run_with(after(), replace("k", "a", &item("a")))
        .expect(200, 0);
    world.run_with(after(), delete("k", "a")).expect(204, 0);
    assert_eq!(world.read("k", "count").body["n"], 3);
    world.read("k", "a").expect(404, 0);
    world
        .run_with(after(), create("k", &item("a")))
        .expect(201, 0);
    world
        .run_with(after(), create("k", &item("a")))
        .expect(409, 0);
    assert_eq!(
        world.read("k", "count").body["n"],
        4,
        "a refused write has no triggers"
    );
}

#[test]
fn a_trigger_after_a_write_may_change_the_answer() {
    let world = World::new();
    let body = "function () { var r = getContext().getResponse(), d = r.getBody(); d.shown = 1; r.setBody(d); }";
    define(&world, "show", ("Post", "Create"), body);
    let created = world.run_with(with(&[], &["show"]), create("k", &item("a")));
    assert_eq!(created.expect(201, 0).body["shown"], 1);
    assert_eq!(world.read("k", "a").body["shown"], Value::Null);
}

#[test]
fn a_trigger_that_fails_undoes_the_write() {
    let world = World::new();
    define(&world, "count", ("Post", "All"), COUNT);
    define(
        &world,
        "no",
        ("Post", "All"),
        "function () { throw new Error(409, 'not now'); }",
    );
    define(
        &world,
        "check",
        ("Pre", "All"),
        "function () { if (!getContext().getRequest().getBody().name) throw new Error('no name'); }",
    );
    define(
        &world,
        "endless",
        ("Pre", "All"),
        "function () { for (;;) {} }",
    );
    define(
        &world,
        "answer",
        ("Pre", "All"),
        "function () { getContext().getResponse(); }",
    );
    define(
        &world,
        "moves",
        ("Pre", "All"),
        "function () { var r = __.request; var d = r.getBody(); d.pk = 'other'; r.setBody(d); }",
    );
    let check = |before: &[&str], after: &[&str], expected: (u16, Option<u16>)| {
        let request = Request::new(Verb::from(create("k", &item("a"))));
        let request = request.with_options(with(before, after));
        let failure = now(world.account.execute(&world.region, request)).unwrap_err();
        let found = (
            failure.status().as_u16(),
            failure.substatus().map(u16::from),
        );
        assert_eq!(found, expected, "{before:?} {after:?} {failure}");
        world.read("k", "a").expect(404, 0);
        world.read("k", "count").expect(404, 0);
    };
    check(&[], &["count", "no"], (400, Some(409)));
    check(&["check"], &[], (400, None));
    check(&["endless"], &[], (408, None));
    check(&["answer"], &[], (400, Some(403)));
    check(&["moves"], &[], (400, Some(1001)));
    check(&["unknown"], &[], (400, None));
    check(&["no"], &[], (400, None));
    check(&[], &["check"], (400, None));
}

#[test]
fn a_trigger_runs_with_the_operations_it_is_for() {
    let world = World::new();
    for operation in ["All", "Create", "Replace", "Update", "Delete"] {
        define(&world, operation, ("Pre", operation), "function () {}");
    }
    let allowed = |verb: &dyn Fn() -> Verb| -> Vec<&str> {
        let all = ["All", "Create", "Replace", "Update", "Delete"];
        let runs = |name: &&str| {
            let answer: Answer = world.run_with(with(&[name], &[]), verb());
            world.upsert("k", &item("there"));
            world.delete("k", "new");
            answer.status < 300
        };
        all.into_iter().filter(runs).collect()
    };
    world.upsert("k", &item("there"));
    assert_eq!(
        allowed(&|| create("k", &item("new")).into()),
        ["All", "Create"]
    );
    assert_eq!(
        allowed(&|| replace("k", "there", &item("there")).into()),
        ["All", "Replace", "Update"]
    );
    assert_eq!(allowed(&|| delete("k", "there").into()), ["All", "Delete"]);
}
