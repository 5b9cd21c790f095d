//! Users, permissions, client encryption keys, stored procedures, triggers and functions as
//! documents: create, read, replace, upsert, delete, list, query.

use cosmokit_engine::{
    protocol::op::SqlQuery,
    request::{
        ContainerAddress, CreateResource, DatabaseAddress, DeleteContainer, DeleteDatabase,
        DeleteResource, ListResources, NamedResourceKind, Paging, Precondition, QueryResources,
        ReadResource, ReplaceResource, ResourceFeed, TokenLifetime, UpsertResource,
    },
};
use serde_json::{Value, json};

use crate::world::{Answer, World, container, if_match, if_none_match, page};

fn db() -> DatabaseAddress {
    DatabaseAddress::new("db")
}

/// Every feed of an account with the user `u`, with a document that it takes.
fn feeds() -> [(ResourceFeed, Value); 6] {
    let script = json!({"id": "a", "body": "function () { return 1; }"});
    let mut trigger = script.clone();
    trigger["triggerType"] = json!("pre");
    trigger["triggerOperation"] = json!("All");
    [
        (ResourceFeed::users(db()), json!({"id": "a"})),
        (
            ResourceFeed::permissions(db(), "u"),
            json!({"id": "a", "permissionMode": "all", "resource": "dbs/db/colls/c"}),
        ),
        (
            ResourceFeed::client_encryption_keys(db()),
            json!({"id": "a", "wrappedDataEncryptionKey": "YQ==",
                "keyWrapMetadata": {"type": "t", "name": "n", "value": "v"}}),
        ),
        (ResourceFeed::stored_procedures(container()), script.clone()),
        (ResourceFeed::triggers(container()), trigger),
        (ResourceFeed::user_defined_functions(container()), script),
    ]
}

pub(crate) fn create(world: &World, feed: &ResourceFeed, document: &Value) -> Answer {
    world.run(CreateResource {
        feed: feed.clone(),
        body: document.to_string().into(),
        token_lifetime: None,
    })
}

fn read(world: &World, feed: &ResourceFeed, id: &str, precondition: Precondition) -> Answer {
    world.run(ReadResource {
        resource: feed.clone().of(id),
        precondition,
        token_lifetime: None,
    })
}

fn replace(world: &World, feed: &ResourceFeed, id: &str, document: &Value) -> Answer {
    world.run(ReplaceResource {
        resource: feed.clone().of(id),
        body: document.to_string().into(),
        precondition: Precondition::default(),
        token_lifetime: None,
    })
}

fn delete(world: &World, feed: &ResourceFeed, id: &str, precondition: Precondition) -> Answer {
    world.run(DeleteResource {
        resource: feed.clone().of(id),
        precondition,
    })
}

fn list(world: &World, feed: &ResourceFeed, paging: Paging) -> Answer {
    world.run(ListResources {
        feed: feed.clone(),
        paging,
        token_lifetime: None,
    })
}

fn ids(feed: &ResourceFeed, answer: &Answer) -> Vec<String> {
    let rows = answer.body[feed.kind().resource_type().feed_name()].as_array();
    let ids = rows.unwrap().iter().map(|row| row["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// Puts one resource of each kind below `db` and `c`, and another user with a permission.
pub(crate) fn furnish(world: &World) {
    create(world, &ResourceFeed::users(db()), &json!({"id": "u"})).expect(201, 0);
    for (feed, document) in feeds() {
        create(world, &feed, &document).expect(201, 0);
    }
}

/// Renames, replaces, deletes and creates among what [`furnish`] made.
pub(crate) fn refurnish(world: &World) {
    for (number, (feed, mut document)) in feeds().into_iter().enumerate() {
        document["id"] = json!("renamed");
        replace(world, &feed, "a", &document).expect(200, 0);
        if number % 2 == 0 {
            delete(world, &feed, "renamed", Precondition::default()).expect(204, 0);
        }
        document["id"] = json!("a");
        create(world, &feed, &document).expect(201, 0);
    }
}

fn furnished() -> World {
    let world = World::new();
    create(&world, &ResourceFeed::users(db()), &json!({"id": "u"})).expect(201, 0);
    world
}

#[test]
fn a_document_has_the_service_form() {
    let world = furnished();
    let parents = ["dbs/AAAAAQ==", "dbs/AAAAAQ==/colls/AAAAAYAAAAE="];
    let selves = [
        (parents[0], "users/AAAAAQAAAAI="),
        (
            "dbs/AAAAAQ==/users/AAAAAQAAAAE=",
            "permissions/AAAAAQAAAAEDAAAAAAAAAA==",
        ),
        (parents[0], "clientencryptionkeys/AAAAAQAAAAQA"),
        (parents[1], "sprocs/AAAAAYAAAAEFAAAAAAAAgA=="),
        (parents[1], "triggers/AAAAAYAAAAEGAAAAAAAAcA=="),
        (parents[1], "udfs/AAAAAYAAAAEHAAAAAAAAYA=="),
    ];
    for ((feed, document), (parent, tail)) in feeds().into_iter().zip(selves) {
        let created = create(&world, &feed, &document).expect(201, 0);
        let mut expected = document.clone();
        expected["_rid"] = json!(tail.split('/').next_back());
        expected["_self"] = json!(format!("{parent}/{tail}/"));
        expected["_etag"] = json!(created.etag().as_str());
        expected["_ts"] = json!(1_735_689_600);
        match feed.kind() {
            NamedResourceKind::User => expected["_permissions"] = json!("permissions/"),
            NamedResourceKind::Permission => {
                let token = created.body["_token"].as_str().unwrap();
                assert!(token.starts_with("type=resource&ver=1&sig="), "{token}");
                expected["_token"] = json!(token);
            }
            _ => {}
        }
        assert_eq!(created.body, expected, "{feed:?}");
        let found = read(&world, &feed, "a", Precondition::default()).expect(200, 0);
        assert_eq!(found.body, expected);
        assert_eq!(found.facts.session_token, None);
    }
}

#[test]
fn every_verb_says_what_the_service_says() {
    let world = furnished();
    for (feed, document) in feeds() {
        let created = create(&world, &feed, &document).expect(201, 0);
        create(&world, &feed, &document).expect(409, 0);
        read(&world, &feed, "none", Precondition::default()).expect(404, 0);
        read(&world, &feed, "a", if_none_match(created.etag().as_str())).expect(304, 0);
        let replaced = replace(&world, &feed, "a", &document).expect(200, 0);
        assert_ne!(replaced.etag(), created.etag());
        assert_eq!(replaced.body["_rid"], created.body["_rid"]);
        replace(&world, &feed, "none", &document).expect(404, 0);
        delete(&world, &feed, "a", if_match(created.etag().as_str())).expect(412, 0);
        delete(&world, &feed, "a", if_match(replaced.etag().as_str())).expect(204, 0);
        delete(&world, &feed, "a", Precondition::default()).expect(404, 0);
        for id in ["", "a/b", "a#b", "a ", &"x".repeat(256)] {
            let mut wrong = document.clone();
            wrong["id"] = json!(id);
            create(&world, &feed, &wrong).expect(400, 0);
        }
        create(&world, &feed, &json!([])).expect(400, 0);
    }
}

#[test]
fn what_a_document_must_say_is_asked_for() {
    let world = furnished();
    let check = |feed: ResourceFeed, document: Value| {
        create(&world, &feed, &document).expect(400, 0);
    };
    check(
        ResourceFeed::stored_procedures(container()),
        json!({"id": "a"}),
    );
    check(
        ResourceFeed::user_defined_functions(container()),
        json!({"id": "a", "body": " "}),
    );
    check(
        ResourceFeed::triggers(container()),
        json!({"id": "a", "body": "function () {}", "triggerType": "Around", "triggerOperation": "All"}),
    );
    check(
        ResourceFeed::permissions(db(), "u"),
        json!({"id": "a", "permissionMode": "Write", "resource": "dbs/db"}),
    );
}

#[test]
fn an_upsert_creates_and_then_replaces() {
    let world = furnished();
    for (feed, document) in feeds() {
        let upsert = |precondition| {
            world.run(UpsertResource {
                feed: feed.clone(),
                body: document.to_string().into(),
                precondition,
                token_lifetime: None,
            })
        };
        let created = upsert(Precondition::default()).expect(201, 0);
        upsert(if_match("\"x\"")).expect(412, 0);
        let replaced = upsert(Precondition::default()).expect(200, 0);
        assert_eq!(replaced.body["_rid"], created.body["_rid"]);
        assert_ne!(replaced.etag(), created.etag());
    }
}

#[test]
fn a_replacement_may_rename() {
    let world = furnished();
    for (feed, mut document) in feeds() {
        let created = create(&world, &feed, &document).expect(201, 0);
        document["id"] = json!("taken");
        create(&world, &feed, &document).expect(201, 0);
        replace(&world, &feed, "a", &document).expect(409, 0);
        document["id"] = json!("b");
        let renamed = replace(&world, &feed, "a", &document).expect(200, 0);
        assert_eq!(renamed.body["_rid"], created.body["_rid"]);
        read(&world, &feed, "a", Precondition::default()).expect(404, 0);
        read(&world, &feed, "b", Precondition::default()).expect(200, 0);
        document["id"] = json!("a");
        create(&world, &feed, &document).expect(201, 0);
    }
}

#[test]
fn resource_ids_address_like_names() {
    let world = furnished();
    let database = DatabaseAddress::new("AAAAAQ==");
    let c = ContainerAddress::new("AAAAAQ==", "AAAAAYAAAAE=");
    let by_rid = [
        ResourceFeed::users(database.clone()),
        ResourceFeed::permissions(database.clone(), "AAAAAQAAAAE="),
        ResourceFeed::client_encryption_keys(database),
        ResourceFeed::stored_procedures(c.clone()),
        ResourceFeed::triggers(c.clone()),
        ResourceFeed::user_defined_functions(c),
    ];
    for ((feed, document), by_rid) in feeds().into_iter().zip(by_rid) {
        let created = create(&world, &feed, &document).expect(201, 0);
        let rid = created.body["_rid"].as_str().unwrap();
        let found = read(&world, &by_rid, rid, Precondition::default()).expect(200, 0);
        assert_eq!(found.text, created.text);
        read(&world, &by_rid, "a", Precondition::default()).expect(404, 0);
        read(&world, &by_rid, "AAAAAQ==", Precondition::default()).expect(404, 0);
        read(&world, &feed, rid, Precondition::default()).expect(404, 0);
    }
}

#[test]
fn feeds_page_in_the_order_of_creation() {
    // The bytes of most resource ids are little-endian, so that 256 precedes 1.
    let world = furnished();
    let users = ResourceFeed::users(db());
    for n in 0..300 {
        create(&world, &users, &json!({"id": format!("u{n}")})).expect(201, 0);
    }
    for (feed, mut document) in feeds().into_iter().skip(1) {
        let mut expected = Vec::new();
        for n in 0..20 {
            let id = format!("x{}", 99 - n);
            document["id"] = json!(id);
            create(&world, &feed, &document).expect(201, 0);
            expected.push(id);
        }
        let (mut found, mut continuation) = (Vec::new(), None);
        loop {
            let answer = list(&world, &feed, page(7, continuation.as_deref())).expect(200, 0);
            found.extend(ids(&feed, &answer));
            continuation = answer.facts.continuation.clone();
            if continuation.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{feed:?}");
        list(&world, &feed, page(7, Some("nonsense"))).expect(400, 0);
    }
}

#[test]
fn queries_read_the_documents_of_one_feed() {
    let world = furnished();
    for (feed, mut document) in feeds() {
        for id in ["b", "a", "c"] {
            document["id"] = json!(id);
            create(&world, &feed, &document).expect(201, 0);
        }
        let query = |text: &str| {
            let query = SqlQuery::from(text).with_parameter("@id", "a").unwrap();
            world.run(QueryResources {
                feed: feed.clone(),
                query,
                paging: Paging::default(),
            })
        };
        let array = feed.kind().resource_type().feed_name();
        let found = query("SELECT * FROM root r WHERE r.id=@id").expect(200, 0);
        assert_eq!(ids(&feed, &found), ["a"]);
        let found = query("SELECT VALUE UPPER(c.id) FROM c WHERE c.id < 'c' ORDER BY c.id");
        assert_eq!(found.expect(200, 0).body[array], json!(["A", "B"]));
        query("SELECT").expect(400, 0);
    }
}

#[test]
fn what_has_no_parent_has_no_owner() {
    let world = furnished();
    let elsewhere = DatabaseAddress::new("none");
    let c = ContainerAddress::new("db", "none");
    for feed in [
        ResourceFeed::users(elsewhere.clone()),
        ResourceFeed::permissions(elsewhere, "u"),
        ResourceFeed::permissions(db(), "none"),
        ResourceFeed::triggers(c),
    ] {
        list(&world, &feed, Paging::default()).expect(404, 1003);
        read(&world, &feed, "a", Precondition::default()).expect(404, 1003);
    }
}

#[test]
fn what_stands_below_goes_with_its_parent() {
    let world = furnished();
    for (feed, document) in feeds() {
        create(&world, &feed, &document).expect(201, 0);
    }
    let again = |world: &World| {
        let container_document =
            json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}});
        world.create_database("db");
        world.create_container(&container_document);
        create(world, &ResourceFeed::users(db()), &json!({"id": "u"}));
    };
    let counts = |world: &World| {
        let count = |(feed, _): &(ResourceFeed, Value)| {
            let listed = list(world, feed, Paging::default());
            listed.expect(200, 0).body["_count"].as_u64().unwrap()
        };
        feeds().each_ref().map(count)
    };
    delete(
        &world,
        &ResourceFeed::users(db()),
        "u",
        Precondition::default(),
    )
    .expect(204, 0);
    again(&world);
    assert_eq!(counts(&world), [2, 0, 1, 1, 1, 1]);
    world
        .run(DeleteContainer {
            container: container(),
            precondition: Precondition::default(),
        })
        .expect(204, 0);
    again(&world);
    assert_eq!(counts(&world), [2, 0, 1, 0, 0, 0]);
    world
        .run(DeleteDatabase {
            database: db(),
            precondition: Precondition::default(),
        })
        .expect(204, 0);
    again(&world);
    assert_eq!(counts(&world), [1, 0, 0, 0, 0, 0]);
}

#[test]
fn a_container_has_room_for_so_many_scripts() {
    let world = furnished();
    for ((feed, mut document), limit) in feeds().into_iter().skip(3).zip([100, 25, 50]) {
        for n in 0..=limit {
            document["id"] = json!(format!("s{n}"));
            let status = if n < limit { 201 } else { 403 };
            create(&world, &feed, &document).expect(status, 0);
        }
        document["id"] = json!("s0");
        replace(&world, &feed, "s0", &document).expect(200, 0);
        delete(&world, &feed, "s0", Precondition::default()).expect(204, 0);
        create(&world, &feed, &document).expect(201, 0);
    }
}

#[test]
fn a_token_is_fresh_with_each_look() {
    let world = furnished();
    let (feed, document) = feeds()[1].clone();
    let token = |answer: &Answer| answer.body["_token"].as_str().unwrap().to_owned();
    let created = token(&create(&world, &feed, &document));
    world.clock.advance(std::time::Duration::from_secs(1));
    let later = token(&read(&world, &feed, "a", Precondition::default()));
    assert_ne!(created, later);
    let longer = world.run(ReadResource {
        resource: feed.clone().of("a"),
        precondition: Precondition::default(),
        token_lifetime: TokenLifetime::from_secs(60),
    });
    assert_ne!(token(&longer), later);
    assert_eq!(TokenLifetime::from_secs(9), None);
    let listed = list(&world, &feed, Paging::default());
    assert_eq!(listed.body["Permissions"][0]["_token"], later);
}
