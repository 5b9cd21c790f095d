//! Items: create, read, upsert, replace, delete.

use cosmokit_engine::{
    protocol::partition::{PartitionKey, PartitionKeyValue},
    request::{
        ContainerAddress, ContentResponse, CreateItem, ItemAddress, Precondition, ReadItem,
        RequestOptions,
    },
    response::ReplicaRole,
};
use serde_json::json;

use crate::world::{World, create, delete, if_match, if_none_match, read, replace};

#[test]
fn a_created_item_is_read_back_with_system_properties() {
    let world = World::new();
    let created = world
        .create("a", &json!({"id": "1", "pk": "a", "n": 5}))
        .expect(201, 0);
    let read = world.read("a", "1").expect(200, 0);
    assert_eq!(read.text, created.text);
    let body = &read.body;
    let rid = body["_rid"].as_str().unwrap();
    assert_eq!(
        body["_self"],
        format!("dbs/AAAAAQ==/colls/AAAAAYAAAAE=/docs/{rid}/")
    );
    assert_eq!(body["_etag"], read.etag().as_str());
    assert_eq!(body["_attachments"], "attachments/");
    assert_eq!(body["_ts"], 1_735_689_600);
    let expected = format!(
        r#"{{"id":"1","n":5,"pk":"a","_rid":"{rid}","_self":"dbs/AAAAAQ==/colls/AAAAAYAAAAE=/docs/{rid}/","_etag":"\{}\"","_attachments":"attachments/","_ts":1735689600}}"#,
        read.etag().as_str().trim_end_matches('"'),
    );
    assert_eq!(read.text, expected);
}

#[test]
fn numbers_and_order_stay_as_sent() {
    let world = World::new();
    let text = r#"{"z":9007199254740993,"id":"1","a":1.10,"b":1E5,"pk":"a","c":-0.0}"#;
    let created = world
        .run(CreateItem {
            body: text.into(),
            ..create("a", &json!({}))
        })
        .expect(201, 0);
    assert!(
        created.text.starts_with(text.strip_suffix('}').unwrap()),
        "{}",
        created.text
    );
}

#[test]
fn facts_of_a_read() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    world
        .create("a", &json!({"id": "2", "pk": "a"}))
        .expect(201, 0);
    let answer = world.read("a", "1").expect(200, 0);
    let facts = &answer.facts;
    let position = facts.position.unwrap();
    assert_eq!(
        (position.lsn.value(), position.item_lsn.unwrap().value()),
        (2, 1)
    );
    assert_eq!(
        (
            position.local_lsn.value(),
            position.item_local_lsn.unwrap().value()
        ),
        (2, 1)
    );
    assert_eq!(
        (
            position.write_quorum,
            position.replica_set_size,
            position.read_regions
        ),
        (3, 4, 0)
    );
    assert_eq!(facts.session_token.as_deref(), Some("0:-1#2"));
    assert!((facts.charge.value() - 1.0).abs() < 1e-9);
    let owner = facts.owner.as_ref().unwrap();
    assert_eq!(owner.alt_content_path, "dbs/db/colls/c");
    assert_eq!(owner.content_path, "AAAAAYAAAAE=");
    let partition = facts.partition.as_ref().unwrap();
    assert_eq!(
        (partition.range_id.as_str(), partition.internal_id.len()),
        ("0", 36)
    );
    let quota = facts.quota.unwrap();
    assert_eq!(quota.documents, 2);
    assert!(quota.usage().contains("documentsCount=2;"));
}

#[test]
fn writes_are_answered_by_the_leader_and_reads_by_any_replica() {
    let world = World::new();
    let created = world.create("a", &json!({"id": "1", "pk": "a"}));
    assert_eq!(created.facts.position.unwrap().role, ReplicaRole::Primary);
    let roles: std::collections::HashSet<u8> = (0..64)
        .map(|_| world.read("a", "1").facts.position.unwrap().role.code())
        .collect();
    assert_eq!(roles.len(), 2);
}

#[test]
fn ids_are_unique_per_logical_partition() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let refused = world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(409, 0);
    assert_eq!(refused.facts.session_token.as_deref(), Some("0:-1#1"));
    world
        .create("b", &json!({"id": "1", "pk": "b"}))
        .expect(201, 0);
    world.read("a", "1").expect(200, 0);
    world.delete("a", "1").expect(204, 0);
    world.read("b", "1").expect(200, 0);
    world.read("a", "1").expect(404, 0);
}

#[test]
fn upsert_creates_then_replaces() {
    let world = World::new();
    let first = world
        .upsert("a", &json!({"id": "1", "pk": "a", "v": 1}))
        .expect(201, 0);
    let second = world
        .upsert("a", &json!({"id": "1", "pk": "a", "v": 2}))
        .expect(200, 0);
    assert_ne!(first.etag(), second.etag());
    assert_eq!(first.body["_rid"], second.body["_rid"]);
    assert_eq!(world.read("a", "1").body["v"], 2);
    assert!(second.facts.charge.value() > first.facts.charge.value());
}

#[test]
fn replace_and_delete_need_the_item() {
    let world = World::new();
    let absent = world
        .replace("a", "1", &json!({"id": "1", "pk": "a"}))
        .expect(404, 0);
    assert_eq!(absent.facts.session_token.as_deref(), Some("0:-1#0"));
    world.delete("a", "1").expect(404, 0);
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    world
        .replace("a", "1", &json!({"id": "1", "pk": "a", "v": 2}))
        .expect(200, 0);
    world
        .replace("a", "1", &json!({"id": "2", "pk": "a"}))
        .expect(400, 0);
    world
        .replace("a", "1", &json!({"id": "1", "pk": "b"}))
        .expect(400, 1001);
    let gone = world.delete("a", "1").expect(204, 0);
    assert!(gone.text.is_empty());
    assert_eq!(gone.lsn(), 3);
    let again = world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    assert_eq!(again.lsn(), 4);
}

#[test]
fn conditions_on_writes() {
    let world = World::new();
    let created = world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let etag = created.etag();
    let document = json!({"id": "1", "pk": "a", "v": 2});
    let with = |precondition: Precondition| {
        world.run(cosmokit_engine::request::ReplaceItem {
            precondition,
            ..replace("a", "1", &document)
        })
    };
    let lost = with(if_match("\"00000000-0000-0000-0000-000000000000\"")).expect(412, 0);
    assert_eq!(lost.facts.session_token.as_deref(), Some("0:-1#1"));
    with(if_none_match(etag.as_str())).expect(412, 0);
    with(if_match("*")).expect(200, 0);
    with(if_match(etag.as_str())).expect(412, 0);
    let current = world.read("a", "1").etag();
    with(if_match(current.as_str())).expect(200, 0);
    let remove = |precondition: Precondition| {
        world.run(cosmokit_engine::request::DeleteItem {
            precondition,
            ..delete("a", "1")
        })
    };
    remove(if_match(current.as_str())).expect(412, 0);
    let current = world.read("a", "1").etag();
    remove(if_match(current.as_str())).expect(204, 0);
}

#[test]
fn conditions_on_upsert_matter_only_when_the_item_exists() {
    let world = World::new();
    let upsert = |precondition: Precondition| {
        world.run(cosmokit_engine::request::UpsertItem {
            container: crate::world::container(),
            partition_key: Some(PartitionKey::from("a")),
            body: r#"{"id":"1","pk":"a"}"#.into(),
            precondition,
        })
    };
    upsert(if_match("\"x\"")).expect(201, 0);
    upsert(if_match("\"x\"")).expect(412, 0);
    upsert(if_none_match("*")).expect(412, 0);
    upsert(Precondition::default()).expect(200, 0);
}

#[test]
fn conditions_on_reads() {
    let world = World::new();
    let etag = world.create("a", &json!({"id": "1", "pk": "a"})).etag();
    let with = |precondition: Precondition| {
        world.run(ReadItem {
            precondition,
            ..read("a", "1")
        })
    };
    let unchanged = with(if_none_match(etag.as_str())).expect(304, 0);
    assert!(unchanged.text.is_empty());
    assert_eq!(unchanged.etag(), etag);
    assert!((unchanged.facts.charge.value() - 1.0).abs() < 1e-9);
    with(if_none_match("*")).expect(304, 0);
    with(if_none_match("\"other\"")).expect(200, 0);
    with(if_match(etag.as_str())).expect(200, 0);
    with(if_match("\"other\"")).expect(412, 0);
    let star = CreateItem {
        precondition: if_none_match("*"),
        ..create("a", &json!({"id": "2", "pk": "a"}))
    };
    world.run(star).expect(201, 0);
}

#[test]
fn a_minimal_answer_has_facts_but_no_body() {
    let world = World::new();
    let options = || RequestOptions {
        content: ContentResponse::Minimal,
        ..RequestOptions::default()
    };
    let document = json!({"id": "1", "pk": "a"});
    let created = world
        .run_with(options(), create("a", &document))
        .expect(201, 0);
    assert!(created.text.is_empty());
    assert_eq!(created.etag(), world.read("a", "1").etag());
    assert!(created.facts.session_token.is_some());
    let read = world.run_with(options(), read("a", "1")).expect(200, 0);
    assert!(!read.text.is_empty());
}

#[test]
fn keys_in_header_and_document_must_agree() {
    let world = World::new();
    let with = |key: Option<PartitionKey>, body: &str| {
        let input = CreateItem {
            partition_key: key,
            body: body.to_owned().into(),
            ..create("", &json!({}))
        };
        let answer = world.run(input);
        (answer.status, answer.substatus)
    };
    let key = |key: &str| Some(PartitionKey::from(key));
    assert_eq!(with(None, r#"{"id":"1","pk":"a"}"#), (400, 0));
    assert_eq!(with(key("b"), r#"{"id":"1","pk":"a"}"#), (400, 1001));
    assert_eq!(with(key("a"), r#"{"id":"1"}"#), (400, 1001));
    assert_eq!(
        with(
            Some(PartitionKey::from(("a", "b"))),
            r#"{"id":"1","pk":"a"}"#
        ),
        (400, 1001)
    );
    assert_eq!(
        with(Some(PartitionKey::EMPTY), r#"{"id":"1","pk":"a"}"#),
        (400, 1001)
    );
    assert_eq!(with(key(&"x".repeat(2049)), r#"{"id":"1"}"#), (400, 0));
    assert_eq!(
        with(Some(PartitionKeyValue::UNDEFINED.into()), r#"{"id":"1"}"#),
        (201, 0)
    );
    assert_eq!(
        with(
            Some(PartitionKeyValue::UNDEFINED.into()),
            r#"{"id":"2","pk":[1]}"#
        ),
        (201, 0)
    );
    assert_eq!(
        with(
            Some(PartitionKeyValue::NULL.into()),
            r#"{"id":"1","pk":null}"#
        ),
        (201, 0)
    );
    assert_eq!(
        with(Some(PartitionKey::from(1)), r#"{"id":"1","pk":1.0}"#),
        (201, 0)
    );
    assert_eq!(
        with(Some(PartitionKey::from(true)), r#"{"id":"1","pk":true}"#),
        (201, 0)
    );
    assert_eq!(
        with(key("new"), r#"{"id":"1","pk":"old","pk":"new"}"#),
        (201, 0)
    );
    world.read("new", "1").expect(200, 0);
}

#[test]
fn a_read_needs_a_whole_key() {
    let world = World::new();
    let with = |key: Option<PartitionKey>| {
        world.run(ReadItem {
            partition_key: key,
            ..read("a", "1")
        })
    };
    with(None).expect(400, 0);
    with(Some(PartitionKey::EMPTY)).expect(400, 1001);
    with(Some(PartitionKey::from(("a", "b")))).expect(400, 1001);
    with(Some(PartitionKey::from("wrong"))).expect(404, 0);
}

#[test]
fn what_is_missing_above_an_item_is_said() {
    let world = World::new();
    let at = |database: &str, name: &str| {
        let item = ItemAddress::new(database, name, "1");
        world.run(ReadItem {
            item,
            ..read("a", "1")
        })
    };
    at("nodb", "c").expect(404, 1003);
    at("db", "noc").expect(404, 1003);
    at("db", "c").expect(404, 0);
    let elsewhere = CreateItem {
        container: ContainerAddress::new("db", "x"),
        ..create("a", &json!({}))
    };
    world.run(elsewhere).expect(404, 1003);
}

#[test]
fn resource_ids_address_as_names_do() {
    let world = World::new();
    let created = world.create("a", &json!({"id": "1", "pk": "a"}));
    let rid = created.body["_rid"].as_str().unwrap();
    let at = |database: &str, name: &str, id: &str, pk: &str| {
        let item = ItemAddress::new(database, name, id);
        world.run(ReadItem {
            item,
            ..read(pk, "1")
        })
    };
    let (database, name) = ("AAAAAQ==", "AAAAAYAAAAE=");
    assert_eq!(
        at(database, name, rid, "a").expect(200, 0).text,
        created.text
    );
    at(database, name, rid, "b").expect(404, 0);
    at(database, name, "1", "a").expect(400, 0);
    at(database, name, name, "a").expect(400, 0);
    at(database, "c", rid, "a").expect(404, 1003);
    at("db", "c", rid, "a").expect(404, 0);
    at("AAAAAg==", name, rid, "a").expect(404, 1003);
    at(database, name, "AAAAAYAAAAICAAAAAAAAAA==", "a").expect(404, 0);
    let replaced = world.run(cosmokit_engine::request::ReplaceItem {
        item: ItemAddress::new(database, name, rid),
        ..replace("a", "1", &json!({"id": "1", "pk": "a", "v": 2}))
    });
    assert_eq!(replaced.expect(200, 0).body["_rid"], rid);
}

#[test]
fn a_database_whose_name_looks_like_a_resource_id_is_found_by_name() {
    let world = World::new();
    world.create_database("AAAABQ==").expect(201, 0);
    let address = cosmokit_engine::request::DatabaseAddress::new("AAAABQ==");
    let input = cosmokit_engine::request::ReadDatabase {
        database: address,
        precondition: Precondition::default(),
    };
    assert_eq!(world.run(input).expect(200, 0).body["id"], "AAAABQ==");
}

#[test]
fn a_client_that_means_another_container_is_told() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let options = |rid: &str| RequestOptions {
        intended_container_rid: Some(rid.to_owned()),
        ..RequestOptions::default()
    };
    world
        .run_with(options("AAAAAYAAAAE="), read("a", "1"))
        .expect(200, 0);
    world
        .run_with(options("AAAAAYAAAAI="), read("a", "1"))
        .expect(400, 1024);
}

#[test]
fn ordinals_grow_with_insertion_and_stay_with_the_item() {
    let world = World::with_partitions(4);
    let ordinal = |body: &serde_json::Value| {
        let rid: cosmokit_engine::protocol::id::Rid =
            body["_rid"].as_str().unwrap().parse().unwrap();
        rid.document_ordinal().unwrap()
    };
    let mut last = 0;
    for number in 0..40 {
        let pk = format!("k{}", number % 7);
        let created = world.create(&pk, &json!({"id": number.to_string(), "pk": pk}));
        assert!(ordinal(&created.body) > last);
        last = ordinal(&created.body);
        let replaced = world.replace(
            &pk,
            &number.to_string(),
            &json!({"id": number.to_string(), "pk": pk}),
        );
        assert_eq!(ordinal(&replaced.body), last);
    }
}

#[test]
fn what_a_client_sends_back_is_overwritten() {
    let world = World::new();
    let created = world.create("a", &json!({"id": "1", "pk": "a"}));
    let replaced = world.replace("a", "1", &created.body).expect(200, 0);
    assert_eq!(replaced.body["_rid"], created.body["_rid"]);
    assert_ne!(replaced.body["_etag"], created.body["_etag"]);
    assert_eq!(replaced.text.matches("_etag").count(), 1);
}
