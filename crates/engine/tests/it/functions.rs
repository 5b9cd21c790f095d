//! User-defined functions in queries over items.

use cosmokit_engine::request::{
    CrossPartition, DeleteResource, Effort, FeedScope, Precondition, QueryItems, QuerySettings,
    Request, RequestOptions, ResourceFeed,
};
use serde_json::{Value, json};

use crate::{
    resources::create,
    world::{Answer, World, container, now, page},
};

fn define(world: &World, id: &str, body: &str) {
    let feed = ResourceFeed::user_defined_functions(container());
    create(world, &feed, &json!({"id": id, "body": body})).expect(201, 0);
}

fn query(text: &str) -> QueryItems {
    QueryItems {
        container: container(),
        query: text.into(),
        scope: FeedScope::default(),
        cross_partition: CrossPartition::Enabled,
        paging: page(-1, None),
        settings: QuerySettings::default(),
    }
}

fn ask(world: &World, text: &str) -> Answer {
    world.run(query(text))
}

#[track_caller]
fn rows(world: &World, text: &str) -> Value {
    let answer = now(world
        .account
        .execute(&world.region, Request::new(query(text))));
    let answer = answer.unwrap_or_else(|failure| panic!("{text}: {failure}"));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["Documents"].clone()
}

/// Why a query is refused with 400.
#[track_caller]
fn refusal(world: &World, text: &str) -> String {
    let answer = now(world
        .account
        .execute(&world.region, Request::new(query(text))));
    let failure = answer.unwrap_err();
    assert_eq!(failure.status().as_u16(), 400, "{text}");
    failure.message().to_owned()
}

/// Items `0` to `count`, over three keys.
fn filled(count: usize) -> World {
    let world = World::with_partitions(2);
    for n in 0..count {
        let pk = format!("k{}", n % 3);
        let item = json!({"id": n.to_string(), "pk": pk, "n": n, "tags": ["a", n]});
        world.create(&pk, &item).expect(201, 0);
    }
    world
}

#[test]
fn functions_stand_wherever_a_value_does() {
    let world = filled(6);
    define(&world, "double", "function (n) { return n * 2; }");
    define(&world, "odd", "function (n) { return n % 2 === 1; }");
    define(
        &world,
        "tags",
        "function (c) { return c.tags.concat(c.id); }",
    );
    let found = rows(
        &world,
        "SELECT VALUE udf.double(c.n) FROM c WHERE udf.odd(c.n) ORDER BY c.n",
    );
    assert_eq!(found, json!([2, 6, 10]));
    let found = rows(&world, "SELECT VALUE SUM(udf.double(c.n)) FROM c");
    assert_eq!(found, json!([30]));
    let found = rows(&world, "SELECT udf.tags(c) AS t FROM c WHERE c.id = '4'");
    assert_eq!(found, json!([{"t": ["a", 4, "4"]}]));
    let joined = "SELECT VALUE t FROM c JOIN (SELECT VALUE udf.tags(c)) AS t WHERE c.id = '4'";
    assert_eq!(rows(&world, joined), json!([["a", 4, "4"]]));
    let grouped = "SELECT udf.odd(c.n) AS odd, COUNT(1) AS n FROM c GROUP BY udf.odd(c.n)";
    assert_eq!(rows(&world, grouped).as_array().unwrap().len(), 2);
    assert_eq!(rows(&world, "SELECT VALUE udf.double(21)"), json!([42]));
}

#[test]
fn undefined_is_not_null_on_either_side() {
    let world = filled(1);
    define(
        &world,
        "kind",
        "function (a) { return a === undefined ? 'undefined' : a === null ? 'null' : typeof a; }",
    );
    define(&world, "same", "function (a) { return a; }");
    define(&world, "nothing", "function () {}");
    define(&world, "count", "function () { return arguments.length; }");
    let kinds =
        "SELECT VALUE [udf.kind(c.none), udf.kind(null), udf.kind(c.n), udf.kind(c.tags)] FROM c";
    assert_eq!(
        rows(&world, kinds),
        json!([["undefined", "null", "number", "object"]])
    );
    let same = "SELECT udf.same(c.none) AS a, udf.same(null) AS b, udf.nothing() AS c FROM c";
    assert_eq!(rows(&world, same), json!([{"b": null}]));
    assert_eq!(rows(&world, "SELECT VALUE udf.nothing() FROM c"), json!([]));
    assert_eq!(
        rows(&world, "SELECT VALUE udf.count(c.none, 1, c.none) FROM c"),
        json!([3])
    );
    let text = r#"SELECT VALUE udf.same("é\"\u0000\ud83d\ude00") FROM c"#;
    assert_eq!(rows(&world, text), json!(["é\"\u{0}😀"]));
}

#[test]
fn a_function_that_fails_fails_the_query() {
    let world = filled(3);
    define(
        &world,
        "broken",
        "function () { throw new Error('no luck'); }",
    );
    define(&world, "wrong", "function ( {");
    let message = refusal(&world, "SELECT VALUE udf.broken() FROM c");
    assert!(
        message.contains("Encountered exception while executing Javascript"),
        "{message}"
    );
    assert!(message.contains("Error: no luck"), "{message}");
    let message = refusal(&world, "SELECT VALUE udf.wrong() FROM c");
    assert!(message.contains("while compiling"), "{message}");
    let message = refusal(&world, "SELECT VALUE udf.none() FROM c");
    assert!(message.contains("udf.none"), "{message}");
    // Nobody calls it.
    assert_eq!(
        rows(&world, "SELECT VALUE udf.none() FROM c WHERE c.n > 5"),
        json!([])
    );
}

#[test]
fn a_page_knows_the_functions_of_its_time() {
    let world = filled(1);
    define(&world, "f", "function () { return 1; }");
    assert_eq!(rows(&world, "SELECT VALUE udf.f() FROM c"), json!([1]));
    let feed = ResourceFeed::user_defined_functions(container());
    world
        .run(DeleteResource {
            resource: feed.of("f"),
            precondition: Precondition::default(),
        })
        .expect(204, 0);
    ask(&world, "SELECT VALUE udf.f() FROM c").expect(400, 0);
    define(&world, "f", "function () { return 2; }");
    assert_eq!(rows(&world, "SELECT VALUE udf.f() FROM c"), json!([2]));
}

#[test]
fn a_function_that_does_not_end_is_ended() {
    let world = filled(3);
    define(&world, "endless", "function () { for (;;) {} }");
    ask(&world, "SELECT VALUE udf.endless() FROM c").expect(408, 0);
    ask(&world, "SELECT VALUE COUNT(udf.endless()) FROM c").expect(408, 0);
    let little = RequestOptions {
        effort: Effort::Little,
        ..RequestOptions::default()
    };
    let request = Request::new(query("SELECT VALUE udf.endless() FROM c")).with_options(little);
    let failure = now(world.account.execute(&world.region, request)).unwrap_err();
    assert!(
        failure.is_out_of_steps(),
        "where there is more time it is tried again"
    );
    rows(&world, "SELECT VALUE c.n FROM c");
}

#[test]
fn pages_end_where_the_steps_of_functions_do() {
    let world = filled(8);
    define(
        &world,
        "slow",
        "function (n) { for (let i = 0; i < 5e6; i++); return n; }",
    );
    let mut found = Vec::new();
    let mut continuation = None::<String>;
    let mut pages = 0;
    loop {
        let mut query = query("SELECT VALUE udf.slow(c.n) FROM c");
        query.paging = page(100, continuation.as_deref());
        let answer = world.run(query).expect(200, 0);
        found.extend(answer.body["Documents"].as_array().unwrap().clone());
        pages += 1;
        continuation = answer.facts.continuation;
        if continuation.is_none() {
            break;
        }
    }
    found.sort_by_key(Value::as_i64);
    assert_eq!(json!(found), json!([0, 1, 2, 3, 4, 5, 6, 7]));
    assert!(pages > 1, "{pages}");
}
