//! Databases: create, read, list, query, delete.

use cosmokit_engine::{
    protocol::op::SqlQuery,
    request::{
        CreateDatabase, DatabaseAddress, DeleteDatabase, ListDatabases, ListOffers, Paging,
        Precondition, QueryDatabases, ReadDatabase, ThroughputHeaders,
    },
};
use serde_json::{Value, json};

use crate::world::{World, if_match, if_none_match, page};

fn read(world: &World, id: &str, precondition: Precondition) -> crate::world::Answer {
    world.run(ReadDatabase {
        database: DatabaseAddress::new(id),
        precondition,
    })
}

fn delete(world: &World, id: &str, precondition: Precondition) -> crate::world::Answer {
    world.run(DeleteDatabase {
        database: DatabaseAddress::new(id),
        precondition,
    })
}

#[test]
fn a_database_has_the_service_form() {
    let world = World::empty();
    let created = world.create_database("db").expect(201, 0);
    let etag = created.etag();
    assert_eq!(
        created.body,
        json!({
            "id": "db", "_rid": "AAAAAQ==", "_self": "dbs/AAAAAQ==/", "_etag": etag.as_str(),
            "_colls": "colls/", "_users": "users/", "_ts": 1_735_689_600,
        })
    );
    let answer = read(&world, "db", Precondition::default()).expect(200, 0);
    assert_eq!(answer.text, created.text);
    assert_eq!(
        read(&world, "AAAAAQ==", Precondition::default())
            .expect(200, 0)
            .text,
        created.text
    );
    read(&world, "db", if_none_match(etag.as_str())).expect(304, 0);
    read(&world, "none", Precondition::default()).expect(404, 0);
    assert_eq!(created.facts.session_token, None);
    assert_eq!(
        answer.facts.owner.as_ref().unwrap().alt_content_path,
        "dbs/db"
    );
}

#[test]
fn ids_follow_the_rules() {
    let world = World::empty();
    world.create_database("db").expect(201, 0);
    world.create_database("db").expect(409, 0);
    world.create_database("DB").expect(201, 0);
    world.create_database("Ünïcode 日本").expect(201, 0);
    for id in ["", "a/b", "a\\b", "a?b", "a#b", "a ", &"x".repeat(256)] {
        world.create_database(id).expect(400, 0);
    }
    for body in ["", "{}", "[]", r#"{"id":5}"#, r#"{"id":null}"#] {
        let input = CreateDatabase {
            body: body.to_owned().into(),
            throughput: ThroughputHeaders::default(),
        };
        world.run(input).expect(400, 0);
    }
}

#[test]
fn deleting_removes_everything_below() {
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a"}))
        .expect(201, 0);
    let etag = read(&world, "db", Precondition::default()).etag();
    delete(&world, "db", if_match("\"x\"")).expect(412, 0);
    delete(&world, "db", if_match(etag.as_str())).expect(204, 0);
    delete(&world, "db", Precondition::default()).expect(404, 0);
    world.read("a", "1").expect(404, 1003);
    assert_eq!(world.run(ListOffers::default()).body["_count"], 0);
    let again = world.create_database("db").expect(201, 0);
    assert_eq!(again.body["_rid"], "AAAAAg==");
    world.read("a", "1").expect(404, 1003);
}

fn ids(body: &Value) -> Vec<&str> {
    body["Databases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect()
}

#[test]
fn the_feed_pages_in_the_order_of_creation_across_changes() {
    let world = World::empty();
    for id in ["d", "a", "c", "b"] {
        world.create_database(id).expect(201, 0);
    }
    let first = world
        .run(ListDatabases {
            paging: page(2, None),
        })
        .expect(200, 0);
    assert_eq!(ids(&first.body), ["d", "a"]);
    assert_eq!(
        (first.body["_rid"].as_str(), first.facts.item_count),
        (Some(""), Some(2))
    );
    delete(&world, "a", Precondition::default()).expect(204, 0);
    delete(&world, "d", Precondition::default()).expect(204, 0);
    world.create_database("e").expect(201, 0);
    let second = world.run(ListDatabases {
        paging: page(2, first.facts.continuation.as_deref()),
    });
    assert_eq!(ids(&second.body), ["c", "b"]);
    let third = world.run(ListDatabases {
        paging: page(2, second.facts.continuation.as_deref()),
    });
    assert_eq!(ids(&third.body), ["e"]);
    assert_eq!(third.facts.continuation, None);
    world
        .run(ListDatabases {
            paging: page(2, Some("nonsense")),
        })
        .expect(400, 0);
}

#[test]
fn queries_filter_by_one_property() {
    let world = World::empty();
    for id in ["a", "b", "c"] {
        world.create_database(id).expect(201, 0);
    }
    let query = |text: &str| {
        let query = SqlQuery::from(text).with_parameter("@id", "b").unwrap();
        world.run(QueryDatabases {
            query,
            paging: Paging::default(),
        })
    };
    assert_eq!(
        ids(&query("SELECT * FROM root r WHERE r.id=@id")
            .expect(200, 0)
            .body),
        ["b"]
    );
    assert_eq!(
        ids(&query("SELECT * FROM c WHERE c.id = 'none'")
            .expect(200, 0)
            .body),
        [""; 0]
    );
    assert_eq!(
        ids(&query("SELECT * FROM c").expect(200, 0).body),
        ["a", "b", "c"]
    );
    let projected = query(
        "SELECT VALUE UPPER(c.id) FROM c WHERE STARTSWITH(c.id, @id) OR c.id > 'b' ORDER BY c.id DESC",
    );
    assert_eq!(
        projected.expect(200, 0).body["Databases"],
        json!(["C", "B"])
    );
    query("SELECT * FROM").expect(400, 0);
}

#[test]
fn a_query_over_databases_pages() {
    let world = World::empty();
    for id in ["a", "b", "c"] {
        world.create_database(id).expect(201, 0);
    }
    let page = |continuation: Option<String>| {
        let paging = Paging {
            max_item_count: Some(2),
            continuation,
        };
        let query = SqlQuery::from("SELECT VALUE c.id FROM c ORDER BY c.id DESC");
        world.run(QueryDatabases { query, paging })
    };
    let first = page(None).expect(200, 0);
    assert_eq!(first.body["Databases"], json!(["c", "b"]));
    let rest = page(first.facts.continuation.clone()).expect(200, 0);
    assert_eq!(rest.body["Databases"], json!(["a"]));
    assert_eq!(rest.facts.continuation, None);
    page(Some("row:x".to_owned())).expect(400, 0);
    page(Some("AAAAAQ==".to_owned())).expect(400, 0);
}
