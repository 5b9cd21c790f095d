//! Several regions take writes: they converge, conflicts are settled by the policy, sessions hold.

use std::time::Duration;

use cosmokit_engine::{
    Account, Lag, TopologyError, WriteMode,
    protocol::wire::{consistency::ConsistencyLevel, region::Region},
    request::{FeedScope, ListItems, Paging, Precondition, ReadChangeFeed, UpsertItem},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::planet::{FAR, HUB, NEAR, Planet, container, document, fixed, with_token};
use crate::{
    asking::batch,
    world::{create, delete, read, replace},
};

const ALL: [Region; 3] = [HUB, NEAR, FAR];

pub(super) fn planet(policy: &Value) -> Planet {
    planet_with(&json!({"conflictResolutionPolicy": policy}), 0)
}

fn planet_with(more: &Value, seed: u64) -> Planet {
    let mut document = json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}});
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    let builder = Account::builder()
        .write_mode(WriteMode::Multi)
        .consistency(ConsistencyLevel::Session)
        .seed(seed);
    Planet::with_container(builder, &document)
}

fn by(path: &str) -> Planet {
    planet(&json!({
        "mode": "LastWriterWins", "conflictResolutionPath": path, "conflictResolutionProcedure": "",
    }))
}

impl Planet {
    /// Sets the lag of every link.
    pub(super) fn all_links(&self, lag: Lag) {
        self.account.set_all_links(lag).unwrap();
    }

    fn upsert_in(&self, region: &Region, id: &str, n: u64) -> crate::world::Answer {
        self.ask(
            region,
            UpsertItem {
                container: container(),
                partition_key: Some("a".into()),
                body: document(id, n).to_string().into(),
                precondition: Precondition::default(),
            },
        )
    }

    /// All items that a region shows, without what differs between logs.
    pub(super) fn items(&self, region: &Region) -> Vec<Value> {
        let list = ListItems {
            container: container(),
            scope: FeedScope::default(),
            paging: Paging {
                max_item_count: Some(1_000),
                continuation: None,
            },
        };
        let mut items = self.ask(region, list).expect(200, 0).body["Documents"]
            .as_array()
            .unwrap()
            .clone();
        items.sort_by_key(|item| item["id"].as_str().unwrap().to_owned());
        items
    }

    #[track_caller]
    fn assert_converged(&self) {
        self.all_links(Lag::None);
        let [first, rest @ ..] = ALL;
        let expected = self.items(&first);
        for region in rest {
            assert_eq!(self.items(&region), expected, "{region:?}");
        }
    }
}

#[test]
fn every_region_takes_writes_and_all_see_them() {
    let planet = by("/_ts");
    for (n, region) in (0..).zip(ALL) {
        planet.create(&region, &n.to_string(), n).expect(201, 0);
    }
    for region in ALL {
        let seen: Vec<_> = (0..3)
            .map(|n| planet.number(&region, &n.to_string()))
            .collect();
        assert_eq!(seen, [Some(0), Some(1), Some(2)]);
    }
    let topology = planet.account.topology();
    assert_eq!(topology.writable().len(), 3);
    assert_eq!(
        planet.account.fail_over(&NEAR),
        Err(TopologyError::MultiWrite)
    );
}

#[test]
fn what_is_on_the_way_is_told_link_by_link() {
    let planet = by("/_ts");
    planet.all_links(Lag::Paused);
    planet.create(&NEAR, "1", 1).expect(201, 0);
    let first = planet.account.now();
    planet.advance_ms(500);
    planet.create(&NEAR, "2", 2).expect(201, 0);
    planet.create(&HUB, "3", 3).expect(201, 0);
    let told = || {
        let links = planet.account.backlogs().into_iter();
        let told = links.map(|backlog| {
            let link = (backlog.link.from, backlog.link.to);
            (link, (backlog.versions, backlog.since))
        });
        told.collect::<std::collections::BTreeMap<_, _>>()
    };
    let links = told();
    assert_eq!(links.len(), 6);
    assert_eq!(links[&(NEAR, FAR)], (2, Some(first)));
    assert_eq!(links[&(HUB, FAR)], (1, Some(planet.account.now())));
    assert_eq!(links[&(FAR, HUB)], (0, None));
    planet.all_links(Lag::None);
    assert!(told().values().all(|behind| *behind == (0, None)));
    planet.account.set_write_mode(WriteMode::Single).unwrap();
    planet.lag(&FAR, Lag::Paused);
    planet.create(&HUB, "4", 4).expect(201, 0);
    let links = told();
    assert_eq!(links.len(), 2, "only the write region sends");
    assert_eq!((links[&(HUB, FAR)].0, links[&(HUB, NEAR)].0), (1, 0));
}

/// The changes of a transaction arrive together, each on top of those before it.
#[test]
fn transactions_arrive_as_they_were_written() {
    let unique = json!({"uniqueKeys": [{"paths": ["/email"]}]});
    let planet = planet_with(&json!({"uniqueKeyPolicy": unique}), 0);
    let item = |id: &str| json!({"id": id, "pk": "a", "email": "one"});
    planet.all_links(fixed(1_000));
    planet.ask(&NEAR, create("a", &item("1"))).expect(201, 0);
    planet.advance_ms(2_000);
    let operations = [
        json!({"operationType": "Create", "resourceBody": {"id": "2", "pk": "a"}}),
        json!({"operationType": "Delete", "id": "2"}),
        json!({"operationType": "Delete", "id": "1"}),
        json!({"operationType": "Create", "resourceBody": item("3")}),
    ];
    planet.ask(&NEAR, batch("a", &operations)).expect(200, 0);
    planet.advance_ms(2_000);
    for region in ALL {
        let items = planet.items(&region);
        let ids: Vec<_> = items
            .iter()
            .map(|item| item["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["3"], "{region:?}");
    }
    planet.assert_converged();
}

#[test]
fn the_last_writer_wins_by_time() {
    let planet = by("/_ts");
    planet.all_links(fixed(10_000));
    planet.create(&NEAR, "1", 1).expect(201, 0);
    planet.advance_ms(2_000);
    planet.create(&HUB, "1", 2).expect(201, 0);
    assert_eq!(
        (planet.number(&NEAR, "1"), planet.number(&HUB, "1")),
        (Some(1), Some(2))
    );
    planet.advance_ms(20_000);
    for region in ALL {
        assert_eq!(planet.number(&region, "1"), Some(2));
    }
}

#[test]
fn the_greatest_number_wins_whoever_was_last() {
    let planet = by("/n");
    planet.all_links(fixed(10_000));
    planet.create(&NEAR, "1", 9).expect(201, 0);
    planet.advance_ms(2_000);
    planet.create(&HUB, "1", 2).expect(201, 0);
    planet.advance_ms(20_000);
    for region in ALL {
        assert_eq!(planet.number(&region, "1"), Some(9));
    }
    // Who has seen it may set any number: that is no conflict.
    planet.replace(&HUB, "1", 1).expect(200, 0);
    planet.advance_ms(10_000);
    for region in ALL {
        assert_eq!(planet.number(&region, "1"), Some(1));
    }
}

#[test]
fn a_delete_wins_against_a_write_that_did_not_know_of_it() {
    let planet = by("/n");
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.all_links(fixed(10_000));
    planet.ask(&NEAR, delete("a", "1")).expect(204, 0);
    planet.replace(&HUB, "1", 99).expect(200, 0);
    planet.advance_ms(10_000);
    for region in ALL {
        assert_eq!(planet.number(&region, "1"), None);
    }
    planet.create(&FAR, "1", 3).expect(201, 0);
    planet.advance_ms(10_000);
    for region in ALL {
        assert_eq!(planet.number(&region, "1"), Some(3));
    }
}

#[test]
fn a_session_follows_its_own_writes_from_region_to_region() {
    let planet = by("/_ts");
    planet.all_links(fixed(100));
    let first = planet.create(&HUB, "1", 1).expect(201, 0).token();
    let options = || with_token(&first);
    planet
        .ask_with(&NEAR, options(), read("a", "1"))
        .expect(404, 1002);
    let write = || replace("a", "1", &document("1", 2));
    planet.ask_with(&NEAR, options(), write()).expect(404, 1002);
    planet.advance_ms(100);
    let second = planet
        .ask_with(&NEAR, options(), write())
        .expect(200, 0)
        .token();
    planet
        .ask_with(&HUB, with_token(&second), read("a", "1"))
        .expect(404, 1002);
    assert_eq!(planet.number_with(&HUB, "1", options()), Some(1));
    planet.advance_ms(100);
    assert_eq!(planet.number_with(&HUB, "1", with_token(&second)), Some(2));
}

#[test]
fn a_change_feed_shows_the_log_of_its_region() {
    let planet = by("/_ts");
    planet.all_links(fixed(100));
    planet.create(&HUB, "hub", 1).expect(201, 0);
    planet.create(&NEAR, "near", 2).expect(201, 0);
    planet.advance_ms(100);
    let feed = |region: &Region| -> Vec<String> {
        let read = ReadChangeFeed {
            container: container(),
            mode: cosmokit_engine::protocol::op::ChangeFeedMode::LatestVersion,
            format: cosmokit_engine::request::ChangeFeedFormat::Documents,
            scope: FeedScope::default(),
            if_none_match: None,
            if_modified_since: None,
            max_item_count: None,
        };
        let page = planet.ask(region, read).expect(200, 0);
        let items = page.body["Documents"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(feed(&HUB), ["hub", "near"]);
    assert_eq!(feed(&NEAR), ["near", "hub"]);
}

#[test]
fn a_unique_key_is_held_by_one_item_everywhere() {
    let more = json!({"uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/n"]}]}});
    let planet = planet_with(&more, 0);
    planet.all_links(fixed(10_000));
    planet.create(&HUB, "hub", 7).expect(201, 0);
    planet.advance_ms(2_000);
    planet.create(&NEAR, "near", 7).expect(201, 0);
    planet.advance_ms(20_000);
    for region in ALL {
        assert_eq!(planet.number(&region, "hub"), None, "{region:?}");
        assert_eq!(planet.number(&region, "near"), Some(7), "{region:?}");
    }
    planet.create(&FAR, "far", 7).expect(409, 0);
}

#[test]
fn the_mode_changes_at_run_time_and_nothing_is_lost() {
    let planet = Planet::new(ConsistencyLevel::Session);
    planet.all_links(fixed(1_000));
    planet.create(&HUB, "1", 1).expect(201, 0);
    let token = planet.replace(&HUB, "1", 2).expect(200, 0).token();
    planet.account.set_write_mode(WriteMode::Multi).unwrap();
    assert_eq!(planet.number_with(&FAR, "1", with_token(&token)), Some(2));
    planet.replace(&FAR, "1", 3).expect(200, 0);
    let token = planet.create(&NEAR, "2", 4).expect(201, 0).token();
    planet.account.set_write_mode(WriteMode::Single).unwrap();
    planet.create(&NEAR, "3", 5).expect(403, 3);
    for region in ALL {
        assert_eq!(planet.number(&region, "1"), Some(3));
        assert_eq!(
            planet.number_with(&region, "2", with_token(&token)),
            Some(4)
        );
    }
    planet.create(&HUB, "3", 5).expect(201, 0);
    assert_eq!(planet.number(&FAR, "3"), None);
    planet.advance_ms(1_000);
    assert_eq!(planet.number(&FAR, "3"), Some(5));
    planet.account.fail_over(&FAR).unwrap();
    planet.replace(&FAR, "3", 6).expect(200, 0);
    planet.advance_ms(1_000);
    assert_eq!(planet.number(&HUB, "3"), Some(6));
    planet.link(&HUB, &NEAR, Lag::Paused);
    planet.link(&FAR, &NEAR, Lag::Paused);
    planet.create(&FAR, "4", 7).expect(201, 0);
    assert_eq!(
        planet.account.set_write_mode(WriteMode::Multi),
        Err(TopologyError::NotCaughtUp(NEAR))
    );
}

#[test]
fn a_region_that_is_added_among_writers_gets_what_is_on_the_way() {
    let planet = by("/_ts");
    planet.all_links(fixed(100));
    planet.create(&NEAR, "1", 1).expect(201, 0);
    planet.account.add_region(Region::UK_SOUTH).unwrap();
    planet.create(&Region::UK_SOUTH, "2", 2).expect(201, 0);
    planet.advance_ms(100);
    for region in [HUB, NEAR, FAR, Region::UK_SOUTH] {
        assert_eq!(planet.number(&region, "1"), Some(1), "{region:?}");
        assert_eq!(planet.number(&region, "2"), Some(2), "{region:?}");
    }
}

#[derive(Clone, Debug)]
enum Step {
    Upsert(usize, u8, u64),
    Delete(usize, u8),
    Advance(u64),
    Link(usize, usize, Lag),
    Split,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let lag = prop_oneof![
        Just(Lag::Paused),
        (0_u64..50, 50_u64..3_000).prop_map(|(min, max)| Lag::Uniform {
            min: Duration::from_millis(min),
            max: Duration::from_millis(max),
        }),
    ];
    let step = prop_oneof![
        6 => (0_usize..3, 0_u8..4, 0_u64..6).prop_map(|(at, id, n)| Step::Upsert(at, id, n)),
        2 => (0_usize..3, 0_u8..4).prop_map(|(at, id)| Step::Delete(at, id)),
        4 => (1_u64..1_500).prop_map(Step::Advance),
        2 => (0_usize..3, 0_usize..3, lag).prop_map(|(from, to, lag)| Step::Link(from, to, lag)),
        1 => Just(Step::Split),
    ];
    prop::collection::vec(step, 1..60)
}

fn policies() -> impl Strategy<Value = Value> {
    let last = |path: &str| json!({"mode": "LastWriterWins", "conflictResolutionPath": path, "conflictResolutionProcedure": ""});
    prop_oneof![
        Just(last("/_ts")),
        Just(last("/n")),
        Just(json!({"mode": "Custom"}))
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn regions_converge_whatever_the_order_of_arrival(
        steps in steps(), policy in policies(), seed in 0_u64..8,
    ) {
        let planet = planet_with(&json!({"conflictResolutionPolicy": policy}), seed);
        planet.all_links(fixed(700));
        for step in steps {
            match step {
                Step::Upsert(at, id, n) => {
                    let status = planet.upsert_in(&ALL[at], &id.to_string(), n).status;
                    prop_assert!(matches!(status, 200 | 201));
                }
                Step::Delete(at, id) => {
                    let status = planet.ask(&ALL[at], delete("a", &id.to_string())).status;
                    prop_assert!(matches!(status, 204 | 404));
                }
                Step::Advance(millis) => planet.advance_ms(millis),
                Step::Link(from, to, lag) => {
                    if from != to {
                        planet.link(&ALL[from], &ALL[to], lag);
                    }
                }
                Step::Split => {
                    let partitions = planet.account.partitions(&container()).unwrap();
                    if partitions.len() < 4 {
                        let id = partitions[0].id;
                        let at = cosmokit_engine::SplitPoint::Middle;
                        planet.account.split(&container(), id.as_str(), &at).unwrap();
                    }
                }
            }
        }
        planet.assert_converged();
    }
}

#[test]
fn expiry_is_no_conflict() {
    let planet = planet_with(&json!({"defaultTtl": 10}), 0);
    planet.all_links(fixed(60_000));
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.advance_ms(60_000);
    planet.account.sweep();
    planet.advance_ms(60_000);
    planet.create(&NEAR, "1", 2).expect(201, 0);
    planet.assert_converged();
    assert_eq!(planet.number(&FAR, "1"), Some(2));
    planet
        .ask(&HUB, create("a", &document("1", 3)))
        .expect(409, 0);
}
