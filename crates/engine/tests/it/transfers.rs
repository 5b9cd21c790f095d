//! Accounts and containers as lines, and back.

use std::time::Duration;

use cosmokit_engine::{
    ImportCount, TransferError,
    request::{
        ContainerAddress, CreateContainer, CreateDatabase, DatabaseAddress, ThroughputHeaders,
    },
};
use serde_json::json;

use crate::world::{World, container, create, wait};

fn furnished() -> World {
    let world = World::empty();
    let shared = ThroughputHeaders {
        autopilot_settings: Some(r#"{"maxThroughput":5000}"#.into()),
        manual: None,
    };
    let database = |id: &str, throughput| CreateDatabase {
        body: json!({"id": id}).to_string().into(),
        throughput,
    };
    world
        .run(database("db", ThroughputHeaders::default()))
        .expect(201, 0);
    world.run(database("shared", shared)).expect(201, 0);
    let own = ThroughputHeaders {
        manual: Some("700".into()),
        autopilot_settings: None,
    };
    for (database, document, throughput) in [
        (
            "db",
            json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "defaultTtl": -1}),
            own,
        ),
        (
            "db",
            json!({"id": "h", "partitionKey": {"paths": ["/a", "/b/c"], "kind": "MultiHash", "version": 2},
            "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/u"]}]}}),
            ThroughputHeaders::default(),
        ),
        (
            "shared",
            json!({"id": "e", "partitionKey": {"paths": ["/pk"]}}),
            ThroughputHeaders::default(),
        ),
    ] {
        world
            .run(CreateContainer {
                database: DatabaseAddress::new(database),
                body: document.to_string().into(),
                throughput,
            })
            .expect(201, 0);
    }
    world
}

fn put(world: &World, text: &str) {
    let mut verb = create("k", &json!({}));
    verb.body = text.to_owned().into();
    world.run(verb).expect(201, 0);
}

fn text(world: &World) -> String {
    let mut text = Vec::new();
    let mut export = world.account.export().unwrap();
    let lines = export.write_to(&mut text).unwrap();
    assert_eq!(export.items_left(), 0);
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text.lines().count() as u64, lines);
    text
}

fn import(world: &World, text: &str) -> Result<ImportCount, TransferError> {
    wait(world.account.import(text.as_bytes()).run(|_| {}))
}

#[test]
fn an_account_comes_back_as_it_was_written() {
    let world = furnished();
    for number in [
        "1",
        "-0",
        "1e2",
        "0.1",
        "12345678901234567890",
        "1.7976931348623157e308",
        "9007199254740993",
    ] {
        put(
            &world,
            &format!(
                r#"{{"id":"n{number}","pk":"k","v":{number},"text":"é\u0001\"{{","nested":{{"x":[1,null]}}}}"#
            ),
        );
    }
    let mut verb = create(
        "x",
        &json!({"id": "1", "a": "x", "b": {"c": 2}, "u": "only"}),
    );
    verb.container = ContainerAddress::new("db", "h");
    verb.partition_key = Some(cosmokit_engine::protocol::partition::PartitionKey::from((
        "x", 2,
    )));
    world.run(verb).expect(201, 0);
    let written = text(&world);
    for expected in [
        r#"{"database":{"id":"shared"},"throughput":{"maximum":5000}}"#,
        r#""throughput":{"manual":700}}"#,
        r#""v":12345678901234567"#,
    ] {
        assert!(written.contains(expected), "{expected} in {written}");
    }
    assert!(
        !written.contains("_rid") && !written.contains("\"_ts\":"),
        "{written}"
    );
    let other = World::empty();
    let mut shown = Vec::new();
    let import = other.account.import(written.as_bytes());
    let count = wait(import.run(|count| shown.push(count))).unwrap();
    assert_eq!((count.databases, count.containers, count.items), (2, 3, 8));
    assert_eq!(shown.last(), Some(&count));
    assert_eq!(text(&other), written);
}

#[test]
fn what_is_there_stays_and_items_take_its_place() {
    let world = furnished();
    put(&world, r#"{"id":"1","pk":"k","v":1}"#);
    let written = text(&world);
    world.upsert("k", &json!({"id": "1", "pk": "k", "v": 2}));
    world.upsert("k", &json!({"id": "2", "pk": "k"}));
    let count = import(&world, &written).unwrap();
    assert_eq!((count.databases, count.containers, count.items), (0, 0, 1));
    assert_eq!(world.read("k", "1").body["v"], 1);
    world.read("k", "2").expect(200, 0);
}

#[test]
fn expired_items_stay_behind() {
    let world = furnished();
    put(&world, r#"{"id":"1","pk":"k","ttl":5}"#);
    put(&world, r#"{"id":"2","pk":"k"}"#);
    world.clock.advance(Duration::from_secs(6));
    assert_eq!(text(&world).matches("\"item\"").count(), 1);
}

#[test]
fn a_container_is_a_document_per_line() {
    let world = furnished();
    put(&world, r#"{"id":"1","pk":"k","v":1.50}"#);
    put(&world, r#"{"id":"2","pk":"k"}"#);
    let mut lines = Vec::new();
    world
        .account
        .export_container(&container())
        .unwrap()
        .write_to(&mut lines)
        .unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(
        lines,
        "{\"id\":\"1\",\"pk\":\"k\",\"v\":1.50}\n{\"id\":\"2\",\"pk\":\"k\"}\n"
    );
    let other = furnished();
    let target = ContainerAddress::new("shared", "e");
    let import = other
        .account
        .import_container(&target, lines.as_bytes())
        .unwrap();
    assert_eq!(wait(import.run(|_| {})).unwrap().items, 2);
    let mut again = Vec::new();
    other
        .account
        .export_container(&target)
        .unwrap()
        .write_to(&mut again)
        .unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), lines);
    let missing = other
        .account
        .export_container(&ContainerAddress::new("db", "none"));
    assert!(matches!(missing, Err(TransferError::Container(_))));
}

#[test]
fn what_is_wrong_is_named_by_its_line() {
    let check = |text: &str, expected: &str| {
        let error = import(&World::empty(), text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    };
    let begin = "{\"cosmokit\":1}\n{\"database\":{\"id\":\"d\"}}\n";
    let container = "{\"container\":{\"id\":\"c\",\"partitionKey\":{\"paths\":[\"/pk\"]}}}\n";
    let check_behind =
        |text: &str, expected: &str| check(&format!("{begin}{container}{text}"), expected);
    check(
        "{\"cosmokit\":2}\n",
        "line 1: it is an export of format version 2",
    );
    check(
        "{\"database\":{\"id\":\"d\"}}\n",
        "line 1: an export of an account begins with",
    );
    check(
        "{\"cosmokit\":1}\n\n{\"item\":{}}\n",
        "line 3: an item stands before",
    );
    check(
        &format!("{begin}{}", "{\"item\":{}}"),
        "line 3: an item stands before",
    );
    check(
        "{\"cosmokit\":1}\n{\"container\":{\"id\":\"c\"}}",
        "line 2: a container stands before",
    );
    check(
        &format!("{begin}{begin}"),
        "line 3: the export begins a second time",
    );
    check_behind("{\"item\":{\"id\":\"1\"", "line 4: EOF");
    check_behind("{\"item\":{\"id\":7,\"pk\":\"a\"}}", "line 4: 400");
    check_behind(
        "{\"item\":{\"id\":\"1\"},\"throughput\":{}}",
        "line 4: it is none of the lines",
    );
    check_behind("{\"items\":{\"id\":\"1\"}}", "line 4: unknown field");
    check_behind("{\"item\":{\"id\":\"1\"}}\n\u{7f}", "line 5: ");
    check(
        &format!("{begin}{}", "{\"container\":{\"partitionKey\":{}}}"),
        "line 3: the document has no id",
    );
    check(
        &format!(
            "{begin}{}",
            "{\"container\":{\"id\":\"c\",\"partitionKey\":7}}"
        ),
        "line 3: 400",
    );
    let long = format!("{{\"cosmokit\":1}}\n{}", "x".repeat(5 << 20));
    check(&long, "line 2: it is longer than 4194304 bytes");
}

#[test]
fn many_items_go_into_a_durable_account_together() {
    let directory = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::default();
    let durable = World::durable(
        cosmokit_engine::Account::builder(),
        directory.path(),
        &clock,
    );
    let world = furnished();
    for id in 0..2_000 {
        put(&world, &format!(r#"{{"id":"{id}","pk":"k"}}"#));
    }
    let written = text(&world);
    assert_eq!(import(&durable, &written).unwrap().items, 2_000);
    drop(durable);
    let durable = World::durable(
        cosmokit_engine::Account::builder(),
        directory.path(),
        &clock,
    );
    assert_eq!(text(&durable), written);
}
