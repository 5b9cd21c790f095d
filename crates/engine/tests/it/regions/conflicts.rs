//! The conflict feed of a container that leaves conflicts to its reader.

use cosmokit_engine::{
    Account, WriteMode,
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
use crate::world::{delete, now, page};

/// Item `1` is there; then each region does something to it that no other knows of.
fn in_conflict() -> Planet {
    let planet = planet(&json!({"mode": "Custom"}));
    quarrel(&planet);
    planet
}

/// The same in an account that is there.
pub(super) fn quarrel(planet: &Planet) {
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.all_links(fixed(10_000));
    planet.replace(&HUB, "1", 2).expect(200, 0);
    planet.advance_ms(1_000);
    planet.replace(&NEAR, "1", 3).expect(200, 0);
    planet.advance_ms(1_000);
    planet.ask(&FAR, delete("a", "1")).expect(204, 0);
    planet.create(&FAR, "1", 4).expect(201, 0);
    planet.create(&FAR, "2", 5).expect(201, 0);
}

fn feed(planet: &Planet, region: &Region, paging: Paging) -> crate::world::Answer {
    let list = ListConflicts {
        container: container(),
        scope: FeedScope::default(),
        paging,
    };
    planet.ask(region, list).expect(200, 0)
}

pub(super) fn conflicts(planet: &Planet, region: &Region) -> Vec<Value> {
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

/// Takes a conflict of key `a` off the record.
pub(super) fn settle(conflict: ConflictAddress) -> DeleteConflict {
    DeleteConflict {
        conflict,
        partition_key: Some("a".into()),
    }
}

pub(super) fn by_id(conflict: &Value) -> ConflictAddress {
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

#[test]
fn snapshots_keep_the_feed_whatever_the_regions_of_the_account_they_come_to() {
    let planet = in_conflict();
    planet.advance_ms(20_000);
    let found = conflicts(&planet, &HUB);
    let snapshot = planet.account.snapshot();
    let fork = Planet::over(planet.account.fork(&snapshot), planet.clock.clone());
    let settled = settle(by_id(&found[0]));
    planet.ask(&NEAR, settled).expect(204, 0);
    assert_eq!(conflicts(&fork, &FAR), found);
    now(planet.account.restore(&snapshot)).unwrap();
    assert_eq!(conflicts(&planet, &HUB), found);
    for mode in [WriteMode::Single, WriteMode::Multi] {
        let other = Account::builder().regions([FAR, NEAR]).write_mode(mode);
        let other = Planet::over(other.build().unwrap(), planet.clock.clone());
        now(other.account.restore(&snapshot)).unwrap();
        assert_eq!(conflicts(&other, &FAR), found, "{mode:?}");
        assert_eq!(conflicts(&other, &NEAR), found, "{mode:?}");
        assert_eq!(other.number(&FAR, "1"), Some(2));
    }
    now(planet.account.reset()).unwrap();
    assert!(planet.account.containers().is_empty());
}

/// What is on the way in a snapshot is noticed in the account that it comes to.
#[test]
fn conflicts_on_the_way_are_in_a_snapshot() {
    let planet = in_conflict();
    let snapshot = planet.account.snapshot();
    let other = Account::builder().regions([HUB, FAR]);
    let other = Planet::over(other.build().unwrap(), planet.clock.clone());
    now(other.account.restore(&snapshot)).unwrap();
    planet.advance_ms(20_000);
    let ids = |planet: &Planet| -> Vec<Value> {
        let found = conflicts(planet, &FAR);
        found
            .iter()
            .map(|conflict| conflict["id"].clone())
            .collect()
    };
    assert_eq!(ids(&other), ids(&planet));
    assert_eq!(ids(&other).len(), 3);
}
