//! Stored procedures: transactions in JavaScript over one logical partition.

use cosmokit_engine::{
    protocol::partition::PartitionKey,
    request::{
        Effort, ExecuteStoredProcedure, Request, RequestOptions, ResourceFeed, ScriptLogging,
    },
    response::Failure,
};
use serde_json::{Value, json};

use crate::{
    asking::latest,
    resources::create,
    world::{Answer, World, container, now},
};

fn define(world: &World, id: &str, body: &str) {
    let feed = ResourceFeed::stored_procedures(container());
    create(world, &feed, &json!({"id": id, "body": body})).expect(201, 0);
}

fn execute(id: &str, arguments: &Value) -> ExecuteStoredProcedure {
    ExecuteStoredProcedure {
        procedure: ResourceFeed::stored_procedures(container()).of(id),
        partition_key: Some(PartitionKey::from("k")),
        arguments: arguments.to_string().into(),
        logging: ScriptLogging::On,
    }
}

fn run(world: &World, id: &str, arguments: &Value) -> Answer {
    world.run(execute(id, arguments))
}

/// What a procedure of this body answers.
#[track_caller]
fn answers(body: &str, arguments: &Value) -> Value {
    let world = World::new();
    define(&world, "p", body);
    match now(world
        .account
        .execute(&world.region, Request::new(execute("p", arguments))))
    {
        Ok(answer) => serde_json::from_slice(&answer.body).unwrap(),
        Err(failure) => panic!("{failure}"),
    }
}

#[track_caller]
fn fails(world: &World, id: &str, arguments: &Value) -> Failure {
    let request = Request::new(execute(id, arguments));
    now(world.account.execute(&world.region, request)).unwrap_err()
}

/// The `n` of the items of the key `k`, by id.
fn items(world: &World) -> Vec<(String, Value)> {
    // 304 when there is none.
    let feed = world.run(latest());
    let documents = feed.body["Documents"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut items: Vec<_> = documents
        .iter()
        .map(|item| (item["id"].as_str().unwrap().to_owned(), item["n"].clone()))
        .collect();
    items.sort_by(|(a, _), (b, _)| a.cmp(b));
    items
}

#[test]
fn a_procedure_answers_what_it_sets() {
    let hello = "function (name) { getContext().getResponse().setBody('Hello, ' + name); }";
    assert_eq!(answers(hello, &json!(["World"])), json!("Hello, World"));
    let set = "function (value) { getContext().getResponse().setBody(value); }";
    for value in [
        json!(null),
        json!(0),
        json!({"a": [1, "x"]}),
        json!([]),
        json!(false),
    ] {
        assert_eq!(answers(set, &json!([value])), value);
    }
    assert_eq!(answers("function () {}", &json!([])), json!(""));
    let append = "function () { var r = __.response; r.setBody('a'); r.appendBody('b'); }";
    assert_eq!(answers(append, &json!([])), json!("ab"));
    let count = "function () { getContext().getResponse().setBody(arguments.length); }";
    assert_eq!(answers(count, &json!([1, 2, 3])), json!(3));
    assert_eq!(answers(count, &json!("alone")), json!(1));
}

#[test]
fn operations_come_one_after_another_and_see_each_other() {
    let body = r"function () {
        var c = getContext().getCollection(), seen = [];
        c.createDocument(c.getSelfLink(), { id: 'a', pk: 'k', n: 1 }, function (err, doc) {
            if (err) throw err;
            seen.push('created ' + doc.n);
            doc.n = 2;
            c.replaceDocument(doc._self, doc, { etag: doc._etag }, function (err, doc) {
                if (err) throw err;
                seen.push('replaced ' + doc.n);
                c.readDocument(c.getAltLink() + '/docs/a', function (err, doc) {
                    seen.push('read ' + doc.n);
                    c.queryDocuments(c.getSelfLink(), { query: 'SELECT VALUE c.n FROM c WHERE c.id = @id',
                        parameters: [{ name: '@id', value: 'a' }] }, {}, function (err, rows, options) {
                        seen.push('found ' + rows + ' ' + options.continuation);
                        c.deleteDocument(doc._self, {}, function (err) {
                            if (err) throw err;
                            c.readDocument(doc._self, {}, function (err) {
                                seen.push('gone ' + err.number);
                                getContext().getResponse().setBody(seen);
                            });
                        });
                    });
                });
            });
        });
        seen.push('first');
    }";
    let expected = json!([
        "first",
        "created 1",
        "replaced 2",
        "read 2",
        "found 2 undefined",
        "gone 404"
    ]);
    assert_eq!(answers(body, &json!([])), expected);
}

#[test]
fn everything_happens_under_one_lsn_or_nothing_does() {
    let world = World::new();
    define(
        &world,
        "bulk",
        r"function (docs, breaks) {
        var c = __;
        docs.forEach(function (doc) { c.upsertDocument(c.getSelfLink(), doc); });
        if (breaks) c.createDocument(c.getSelfLink(), { id: 'x', pk: 'other' });
    }",
    );
    let docs = json!([{"id": "a", "pk": "k", "n": 1}, {"id": "b", "pk": "k", "n": 2}, {"id": "a", "pk": "k", "n": 3}]);
    let before = world.read("k", "a").lsn();
    let done = run(&world, "bulk", &json!([docs])).expect(200, 0);
    assert_eq!(done.lsn(), before + 1);
    assert!(done.facts.session_token.is_some());
    assert!(done.facts.charge.value() > 15.0, "{:?}", done.facts.charge);
    assert_eq!(
        items(&world),
        [("a".into(), json!(3)), ("b".into(), json!(2))]
    );
    let more = json!([[{"id": "c", "pk": "k"}, {"id": "a", "pk": "k", "n": 9}], true]);
    let failure = fails(&world, "bulk", &more);
    assert_eq!(failure.status().as_u16(), 400);
    assert_eq!(failure.substatus().map(u16::from), Some(400), "{failure}");
    assert_eq!(
        items(&world),
        [("a".into(), json!(3)), ("b".into(), json!(2))]
    );
    assert_eq!(world.read("k", "a").lsn(), before + 1);
    world
        .create("k", &json!({"id": "d", "pk": "k"}))
        .expect(201, 0);
}

#[test]
fn errors_go_to_callbacks_and_else_to_the_caller() {
    let world = World::new();
    world
        .create("k", &json!({"id": "a", "pk": "k", "n": 1}))
        .expect(201, 0);
    define(
        &world,
        "caught",
        r"function () {
        __.createDocument(__.getSelfLink(), { id: 'a', pk: 'k' }, function (err, doc) {
            __.response.setBody([err.number, err.number === ErrorCodes.Conflict, doc === undefined]);
        });
        __.upsertDocument(__.getSelfLink(), { id: 'b', pk: 'k', n: 2 });
    }",
    );
    let caught = run(&world, "caught", &json!([])).expect(200, 0);
    assert_eq!(caught.body, json!([409, true, true]));
    assert_eq!(
        items(&world).len(),
        2,
        "a refused operation does not undo the others"
    );
    let check = |body: &str, status: u16, substatus: Option<u16>, text: &str| {
        define(&world, body, body);
        let failure = fails(&world, body, &json!([]));
        let found = failure.substatus().map(u16::from);
        assert_eq!(
            (failure.status().as_u16(), found),
            (status, substatus),
            "{body}: {failure}"
        );
        assert!(failure.message().contains(text), "{failure}");
        assert!(failure.facts().session_token.is_some());
    };
    check(
        "function () { throw new Error('no'); }",
        400,
        None,
        "Exception = Error: no",
    );
    check(
        "function () { throw new Error(404, 'not here'); }",
        400,
        Some(404),
        "Error: not here",
    );
    check(
        "function () { getContext().abort(new Error('stop')); }",
        400,
        None,
        "Error: stop",
    );
    check(
        "function () { try { getContext().abort(new Error('stop')); } catch (e) {} }",
        400,
        None,
        "stop",
    );
    check("function ( {", 400, Some(0xFFFF), "while compiling");
    check(
        "function () { __.replaceDocument('dbs*colls', {}); }",
        400,
        Some(400),
        "Errors",
    );
    check(
        "function () { __.readDocument(__.getAltLink() + '*docs*none'.replaceAll('*', String.fromCharCode(47))); }",
        400,
        Some(404),
        "does not exist",
    );
    check(
        "function () { __.queryDocuments(__.getSelfLink(), 'SELECT', function (e) { throw e; }); }",
        400,
        Some(400),
        "SC1001",
    );
    check(
        "function () { __.createDocument(__.getSelfLink(), 5); }",
        400,
        Some(400),
        "not an object",
    );
    run(&world, "none", &json!([])).expect(404, 0);
    let mut keyless = execute("caught", &json!([]));
    keyless.partition_key = None;
    world.run(keyless).expect(400, 0);
    let mut wrong = execute("caught", &json!([]));
    wrong.arguments = "[1".into();
    world.run(wrong).expect(400, 0);
}

#[test]
fn a_procedure_sees_its_logical_partition_only() {
    let world = World::new();
    for (pk, id) in [("k", "a"), ("other", "b"), ("k", "c")] {
        world
            .create(pk, &json!({"id": id, "pk": pk}))
            .expect(201, 0);
    }
    let foreign = world.read("other", "b").body["_self"].clone();
    define(
        &world,
        "all",
        r"function (link) {
        __.readDocuments(__.getSelfLink(), function (err, docs) {
            __.readDocument(link, function (err) {
                __.response.setBody(docs.map(function (doc) { return doc.id; }).concat(err.number));
            });
        });
    }",
    );
    let found = run(&world, "all", &json!([foreign])).expect(200, 0);
    assert_eq!(found.body, json!(["a", "c", 404]));
}

#[test]
fn queries_page_and_take_functions() {
    let world = World::new();
    for n in 0..25 {
        world
            .create("k", &json!({"id": n.to_string(), "pk": "k", "n": n}))
            .expect(201, 0);
    }
    let functions = ResourceFeed::user_defined_functions(container());
    let double = json!({"id": "double", "body": "function (n) { return 2 * n; }"});
    create(&world, &functions, &double).expect(201, 0);
    define(
        &world,
        "pages",
        r"function () {
        var all = [], sizes = [];
        function more(continuation) {
            __.queryDocuments(__.getSelfLink(), 'SELECT VALUE udf.double(c.n) FROM c ORDER BY c.n DESC',
                { pageSize: 10, continuation: continuation }, function (err, rows, options) {
                if (err) throw err;
                sizes.push(rows.length);
                all = all.concat(rows);
                if (options.continuation) more(options.continuation);
                else __.response.setBody({ sizes: sizes, first: all[0], last: all[24] });
            });
        }
        more();
    }",
    );
    let found = run(&world, "pages", &json!([])).expect(200, 0);
    assert_eq!(
        found.body,
        json!({"sizes": [10, 10, 5], "first": 48, "last": 0})
    );
}

#[test]
fn chains_of_javascript_query_too() {
    let world = World::new();
    for n in 0..6 {
        let item = json!({"id": n.to_string(), "pk": "k", "n": n, "tags": [n, n + 1]});
        world.create("k", &item).expect(201, 0);
    }
    let check = |id: &str, body: &str, expected: Value| {
        define(&world, id, body);
        assert_eq!(
            run(&world, id, &json!([])).expect(200, 0).body,
            expected,
            "{body}"
        );
    };
    check(
        "a",
        "function () { __.filter(function (c) { return c.n > 3; }, function (e, docs) { __.response.setBody(docs.length); }); }",
        json!(2),
    );
    check(
        "b",
        "function () { __.chain().filter(c => c.n < 3).sortByDescending(c => c.n).pluck('n').value(); }",
        json!([2, 1, 0]),
    );
    check(
        "c",
        "function () { __.chain().filter(c => c.n > 4).unwind('tags', (c, t) => t * 10).value(); }",
        json!([50, 60]),
    );
    check(
        "d",
        "function () { var r = __.map(c => c.n); if (!r.isAccepted) throw new Error('no'); }",
        json!([0, 1, 2, 3, 4, 5]),
    );
}

#[test]
fn what_it_prints_is_told_on_request() {
    let world = World::new();
    define(
        &world,
        "p",
        "function () { console.log('one', 2, { three: 3 }); console.log('x'.repeat(20000)); }",
    );
    let log = run(&world, "p", &json!([])).facts.script_log.unwrap();
    assert!(log.starts_with("one 2 {\"three\":3}\nxxx"), "{log:.40}");
    assert_eq!(log.len(), 8192);
    let mut silent = execute("p", &json!([]));
    silent.logging = ScriptLogging::Off;
    assert_eq!(world.run(silent).facts.script_log, None);
}

#[test]
fn hostile_procedures_end_with_an_error_and_leave_nothing() {
    let world = World::new();
    let check = |body: &str, status: u16| {
        define(&world, body, body);
        let failure = fails(&world, body, &json!([]));
        assert_eq!(failure.status().as_u16(), status, "{body}: {failure}");
        assert_eq!(items(&world), []);
        world.read("k", "a").expect(404, 0);
    };
    let doc = "{ id: 'a', pk: 'k' }";
    check(
        &format!("function () {{ __.createDocument('', {doc}); for (;;) {{}} }}"),
        408,
    );
    check(
        &format!(
            "function () {{ __.upsertDocument('', {doc}, function f() {{ __.upsertDocument('', {doc}, f) || f(); }}); }}"
        ),
        400,
    );
    check(
        &format!("function () {{ for (;;) __.upsertDocument('', {doc}); }}"),
        408,
    );
    check(
        &format!("function () {{ __.createDocument('', {doc}, function f() {{ f(); }}); }}"),
        400,
    );
    check(
        &format!(
            "function () {{ __.createDocument('', {doc}, function () {{ var a = []; for (;;) a.push(a.concat(a)); }}); }}"
        ),
        400,
    );
    check(
        &format!(
            "function () {{ __.createDocument('', {doc}); __.response.setBody('x'.repeat(5e6)); }}"
        ),
        413,
    );
    check(
        "function () { __.createDocument('', { id: 'a', pk: 'k', big: 'x'.repeat(3e6) }); }",
        400,
    );
    check(
        "function () { JSON.stringify = Array.prototype.push = Array.prototype.shift = Map.prototype.get = () => 'game'; __.createDocument('', { id: 'a', pk: 'k' }); throw 5; }",
        400,
    );
}

#[test]
fn little_effort_is_tried_again_with_more() {
    let world = World::new();
    define(
        &world,
        "many",
        "function (n) { for (var i = 0; i < n; i++) __.createDocument('', { id: 'i' + i, pk: 'k' }); }",
    );
    let little = RequestOptions {
        effort: Effort::Little,
        ..RequestOptions::default()
    };
    let ask = |n: u32| {
        let request = Request::new(execute("many", &json!([n]))).with_options(little.clone());
        now(world.account.execute(&world.region, request))
    };
    assert!(ask(100).unwrap_err().is_out_of_steps());
    assert_eq!(items(&world), []);
    assert_eq!(ask(5).unwrap().status.as_u16(), 200);
    run(&world, "many", &json!([0])).expect(200, 0);
}

#[test]
fn more_than_fits_is_not_accepted() {
    let world = World::new();
    // The pattern of the documentation: as many as are accepted, and the count of them.
    define(
        &world,
        "import",
        r"function (docs) {
        var count = 0;
        create(docs[0], done);
        function create(doc, callback) {
            if (!__.createDocument(__.getSelfLink(), doc, callback)) __.response.setBody(count);
        }
        function done(err) {
            if (err) throw err;
            count++;
            if (count >= docs.length) __.response.setBody(count);
            else create(docs[count], done);
        }
    }",
    );
    let docs = |from: u64| -> Vec<Value> {
        (from..1_500)
            .map(|n| json!({"id": format!("i{n:04}"), "pk": "k"}))
            .collect()
    };
    let mut done = 0;
    let mut calls = 0;
    while done < 1_500 {
        let answer = run(&world, "import", &json!([docs(done)])).expect(200, 0);
        let count = answer.body.as_u64().unwrap();
        assert!(count > 100, "{count}");
        done += count;
        calls += 1;
    }
    assert!(calls > 1, "one transaction takes at most 1024 changes");
}

#[test]
fn documents_without_an_id_get_one() {
    let world = World::new();
    define(
        &world,
        "p",
        r"function () {
        __.createDocument('', { pk: 'k' }, function (err, doc) {
            __.createDocument('', { pk: 'k' }, function (err, other) {
                __.response.setBody([doc.id.length, doc.id !== other.id]);
            });
        });
        __.createDocument('', { pk: 'k' }, { disableAutomaticIdGeneration: true });
    }",
    );
    let failure = fails(&world, "p", &json!([]));
    assert!(failure.message().contains("no id"), "{failure}");
    define(
        &world,
        "q",
        "function () { __.createDocument('', { pk: 'k' }, function (e, d) { __.response.setBody(d.id.length); }); }",
    );
    assert_eq!(run(&world, "q", &json!([])).body, 36);
}
