//! The conflict feed of a container that leaves conflicts to its reader.

use cosmokit_engine::{
    protocol::{op::SqlQuery, wire::region::Region},
    request::{
        ConflictAddress, ContainerAddress, DeleteConflict, FeedScope, ListConflicts, Paging,
        QueryConflicts, ReadConflict,
    },
};
use serde_json::{Value, json};

use super::{
    many_writers::planet,
    planet::{FAR, HUB, NEAR, Planet, container, fixed},
};
use crate::world::{delete, page};

/// Item `1` is there; then each region does something to it that no other knows of.
fn in_conflict() -> Planet {
    let planet = planet(&json!({"mode": "Custom"}));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.all_links(fixed(10_000));
    planet.replace(&HUB, "1", 2).expect(200, 0);
    planet.advance_ms(1_000);
    planet.replace(&NEAR, "1", 3).expect(200, 0);
    planet.advance_ms(1_000);
    planet.ask(&FAR, delete("a", "1")).expect(204, 0);
    planet.create(&FAR, "1", 4).expect(201, 0);
    planet.create(&FAR, "2", 5).expect(201, 0);
    planet
}

fn feed(planet: &Planet, region: &Region, paging: Paging) -> crate::world::Answer {
    let list = ListConflicts {
        container: container(),
        scope: FeedScope::default(),
        paging,
    };
    planet.ask(region, list).expect(200, 0)
}

fn conflicts(planet: &Planet, region: &Region) -> Vec<Value> {
    let answer = feed(planet, region, Paging::default());
    assert!(answer.body["_rid"].is_string());
    answer.body["Conflicts"].as_array().unwrap().clone()
}

fn read(planet: &Planet, pk: &str, address: ConflictAddress) -> crate::world::Answer {
    let read = ReadConflict {
        conflict: address,
        partition_key: Some(pk.into()),
    };
    planet.ask(&NEAR, read)
}

fn by_id(conflict: &Value) -> ConflictAddress {
    ConflictAddress {
        container: container(),
        conflict: conflict["id"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn what_lost_is_in_the_feed_and_the_first_writer_stands() {
    let planet = in_conflict();
    assert_eq!(conflicts(&planet, &HUB), Vec::<Value>::new());
    planet.advance_ms(20_000);
    for region in [HUB, NEAR, FAR] {
        assert_eq!(planet.number(&region, "1"), Some(2), "{region:?}");
        let found = conflicts(&planet, &region);
        let told: Vec<_> = found
            .iter()
            .map(|conflict| {
                let content: Value =
                    serde_json::from_str(conflict["content"].as_str().unwrap()).unwrap_or_default();
                assert_eq!(conflict["resourceType"], "document");
                assert!(conflict["conflict_lsn"].as_u64().unwrap() > 1);
                (conflict["operationType"].clone(), content["n"].clone())
            })
            .collect();
        assert_eq!(
            told,
            [
                (json!("replace"), json!(3)),
                (json!("delete"), Value::Null),
                (json!("create"), json!(4)),
            ]
        );
    }
}

#[test]
fn a_delete_that_lost_is_in_the_feed() {
    let planet = planet(&json!({"mode": "Custom"}));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.all_links(fixed(10_000));
    planet.replace(&HUB, "1", 2).expect(200, 0);
    planet.advance_ms(1_000);
    planet.ask(&NEAR, delete("a", "1")).expect(204, 0);
    planet.advance_ms(20_000);
    let found = conflicts(&planet, &FAR);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["operationType"], "delete");
    assert_eq!(planet.number(&FAR, "1"), Some(2));
}

#[test]
fn a_conflict_is_read_settled_and_gone() {
    let planet = in_conflict();
    planet.advance_ms(20_000);
    let found = conflicts(&planet, &HUB);
    let first = read(&planet, "a", by_id(&found[0])).expect(200, 0);
    assert_eq!(first.body, found[0]);
    let by_rid = ConflictAddress {
        container: {
            let rids: Vec<_> = found[0]["_self"].as_str().unwrap().split('/').collect();
            ContainerAddress::new(rids[1], rids[3])
        },
        conflict: found[0]["_rid"].as_str().unwrap().to_owned(),
    };
    assert_eq!(
        read(&planet, "a", by_rid.clone()).expect(200, 0).body,
        found[0]
    );
    read(&planet, "other", by_id(&found[0])).expect(404, 0);
    let nowhere = ConflictAddress {
        container: container(),
        conflict: "x".to_owned(),
    };
    read(&planet, "a", nowhere).expect(404, 0);
    // The reader lets the loser stand and takes it off the record.
    planet.replace(&NEAR, "1", 3).expect(200, 0);
    let settle = |address: ConflictAddress| DeleteConflict {
        conflict: address,
        partition_key: Some("a".into()),
    };
    planet.ask(&NEAR, settle(by_rid)).expect(204, 0);
    planet.ask(&NEAR, settle(by_id(&found[0]))).expect(404, 0);
    planet.advance_ms(20_000);
    for region in [HUB, NEAR, FAR] {
        assert_eq!(conflicts(&planet, &region), found[1..], "{region:?}");
        assert_eq!(planet.number(&region, "1"), Some(3));
    }
}

#[test]
fn the_feed_pages_and_answers_queries() {
    let planet = in_conflict();
    planet.advance_ms(20_000);
    let first = feed(&planet, &HUB, page(2, None));
    let continuation = first.facts.continuation.clone();
    assert_eq!(first.facts.item_count, Some(2));
    let second = feed(&planet, &HUB, page(2, continuation.as_deref()));
    assert_eq!(second.facts.continuation, None);
    assert_eq!(second.facts.item_count, Some(1));
    let query = QueryConflicts {
        container: container(),
        scope: FeedScope::default(),
        query: SqlQuery::parse(
            br#"{"query": "SELECT VALUE c.id FROM c WHERE c.operationType = 'create'"}"#,
        )
        .unwrap(),
        paging: Paging::default(),
    };
    let rows = planet.ask(&HUB, query).expect(200, 0);
    assert_eq!(
        rows.body["Conflicts"],
        json!([second.body["Conflicts"][0]["id"]])
    );
}

#[test]
fn the_last_writer_leaves_no_conflict_behind() {
    let last = json!({
        "mode": "LastWriterWins", "conflictResolutionPath": "/_ts", "conflictResolutionProcedure": "",
    });
    let planet = planet(&last);
    planet.all_links(fixed(10_000));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.create(&NEAR, "1", 2).expect(201, 0);
    planet.advance_ms(20_000);
    assert_eq!(conflicts(&planet, &HUB), Vec::<Value>::new());
}
