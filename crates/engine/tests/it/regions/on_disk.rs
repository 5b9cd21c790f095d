//! Accounts on disk in which every region writes: what each of them acknowledged is there after a
//! crash, conflicts are, and whoever reads goes on where he was.

use std::{fs, path::Path, sync::Arc};

use cosmokit_engine::{
    Account, AccountBuilder, Lag, WriteMode,
    clock::ManualClock,
    protocol::{id::Etag, wire::region::Region},
    request::ReadChangeFeed,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    conflicts::{by_id, conflicts, quarrel, settle},
    planet::{FAR, HUB, NEAR, Planet, fixed, with_token},
};
use crate::{
    asking::latest,
    world::{delete, read, wait},
};

const ALL: [Region; 3] = [HUB, NEAR, FAR];

/// A directory, and the clock of the accounts in it.
struct Place {
    directory: TempDir,
    clock: Arc<ManualClock>,
}

fn builder() -> AccountBuilder {
    Account::builder().write_mode(WriteMode::Multi)
}

impl Place {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            clock: Arc::default(),
        }
    }

    fn open(&self) -> Planet {
        Planet::durable(builder(), self.directory.path(), &self.clock)
    }

    /// An account that leaves conflicts to its reader.
    fn begun(&self) -> Planet {
        let planet = self.open();
        planet.create_container(&json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
            "conflictResolutionPolicy": {"mode": "Custom"},
        }));
        planet
    }

    /// What a process that opens the directory after a `kill -9` at this instant finds.
    fn after_a_crash(&self) -> (TempDir, Planet) {
        let copy = tempfile::tempdir().unwrap();
        let file = Path::new("account.cosmokit");
        fs::copy(self.directory.path().join(file), copy.path().join(file)).unwrap();
        let planet = Planet::durable(builder(), copy.path(), &self.clock);
        (copy, planet)
    }
}

/// What a reader of a region's change feed has not seen, and where it goes on.
fn changes(planet: &Planet, region: &Region, from: Option<Etag>) -> (Vec<String>, Option<Etag>) {
    let feed = ReadChangeFeed {
        if_none_match: from,
        max_item_count: Some(1_000),
        ..latest()
    };
    let answer = planet.ask(region, feed);
    let documents = answer.body["Documents"].as_array();
    let documents = documents.map(Vec::as_slice).unwrap_or_default();
    let ids = documents
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned());
    (ids.collect(), answer.facts.etag)
}

/// The conflicts of every region, without the place at which the region noticed first.
fn lost(planet: &Planet) -> Vec<Value> {
    let of = |region: &Region| conflicts(planet, region);
    let all = ALL.map(|region| of(&region));
    assert!(all.iter().all(|found| *found == all[0]), "{all:?}");
    let [first, ..] = all;
    first
}

#[test]
fn a_crash_takes_no_write_of_any_region() {
    let place = Place::new();
    let planet = place.begun();
    planet.all_links(Lag::Paused);
    let mut acknowledged = Vec::new();
    for n in 0..12 {
        let (region, id) = (&ALL[n % 3], format!("i{n}"));
        planet.create(region, &id, n as u64).expect(201, 0);
        acknowledged.push(id);
        let (_copy, found) = place.after_a_crash();
        for region in &ALL {
            let mut shown: Vec<_> = found.items(region);
            shown.sort_by_key(|item| item["n"].as_u64());
            let shown: Vec<_> = shown
                .iter()
                .map(|item| item["id"].as_str().unwrap())
                .collect();
            assert_eq!(shown, acknowledged, "{region:?}");
        }
    }
    assert_eq!(
        planet.items(&HUB).len(),
        4,
        "the links hold everything back"
    );
}

#[test]
fn regions_come_to_the_same_after_a_crash_as_without_it() {
    let place = Place::new();
    let planet = place.begun();
    quarrel(&planet);
    let (_copy, crashed) = place.after_a_crash();
    planet.advance_ms(20_000);
    for region in &ALL {
        assert_eq!(crashed.items(region), planet.items(region), "{region:?}");
    }
    let ids = |planet: &Planet| -> Vec<Value> {
        lost(planet)
            .iter()
            .map(|conflict| conflict["id"].clone())
            .collect()
    };
    assert_eq!(ids(&crashed), ids(&planet));
    assert_eq!(ids(&planet).len(), 3);
}

#[test]
fn conflicts_stay_until_they_are_settled_and_do_not_come_back() {
    let place = Place::new();
    let planet = place.begun();
    quarrel(&planet);
    planet.advance_ms(20_000);
    let found = lost(&planet);
    let (_copy, crashed) = place.after_a_crash();
    assert_eq!(lost(&crashed), found);
    planet.ask(&FAR, settle(by_id(&found[0]))).expect(204, 0);
    let (_copy, crashed) = place.after_a_crash();
    assert_eq!(lost(&crashed), found[1..]);
    for conflict in &found[1..] {
        planet.ask(&NEAR, settle(by_id(conflict))).expect(204, 0);
    }
    drop(planet);
    assert_eq!(lost(&place.open()), Vec::<Value>::new());
}

/// A region notices a conflict that was settled where it was noticed first.
#[test]
fn a_settled_conflict_is_not_noticed_anew_after_a_crash() {
    let place = Place::new();
    let planet = place.begun();
    planet.create(&HUB, "1", 1).expect(201, 0);
    planet.all_links(fixed(10_000));
    planet.replace(&HUB, "1", 2).expect(200, 0);
    planet.advance_ms(1_000);
    planet.replace(&NEAR, "1", 3).expect(200, 0);
    planet.advance_ms(9_500);
    let noticed = conflicts(&planet, &NEAR);
    assert_eq!(noticed.len(), 1, "that of NEAR is still on its way to HUB");
    planet.ask(&NEAR, settle(by_id(&noticed[0]))).expect(204, 0);
    let (_copy, crashed) = place.after_a_crash();
    assert_eq!(lost(&crashed), Vec::<Value>::new());
}

#[test]
fn readers_go_on_where_they_were_in_every_region() {
    let place = Place::new();
    let planet = place.begun();
    planet.all_links(Lag::Paused);
    for n in 0..9 {
        planet
            .create(&ALL[n % 3], &format!("before {n}"), 1)
            .expect(201, 0);
    }
    let seen = ALL.map(|region| changes(&planet, &region, None));
    assert!(seen.iter().all(|(ids, _)| ids.len() == 3));
    let tokens = ALL.map(|region| planet.ask(&region, read("a", "none")).token());
    drop(planet);
    let planet = place.open();
    for n in 0..6 {
        planet
            .create(&ALL[n % 3], &format!("after {n}"), 1)
            .expect(201, 0);
    }
    for ((region, (mut ids, token)), session) in ALL.iter().zip(seen).zip(tokens) {
        let (more, _) = changes(&planet, region, token);
        ids.extend(more);
        ids.sort();
        let mut once = ids.clone();
        once.dedup();
        assert_eq!(ids, once, "{region:?}: none twice");
        assert_eq!(ids.len(), 15, "{region:?}: none missing");
        for other in &ALL {
            planet
                .ask_with(other, with_token(&session), read("a", "before 0"))
                .expect(200, 0);
        }
    }
}

/// What is on the way counts as arrived after a crash, in whatever order: not before what a reader
/// has seen arrive.
#[test]
fn what_a_reader_has_seen_arrive_stays_before_what_he_has_not() {
    let place = Place::new();
    let planet = place.begun();
    planet.link(&NEAR, &HUB, fixed(10_000));
    planet.link(&FAR, &HUB, fixed(1_000));
    for n in 0..3 {
        planet.create(&NEAR, &format!("near {n}"), 1).expect(201, 0);
        planet.create(&FAR, &format!("far {n}"), 1).expect(201, 0);
    }
    planet.advance_ms(2_000);
    let (seen, token) = changes(&planet, &HUB, None);
    assert_eq!(seen, ["far 0", "far 1", "far 2"]);
    let (_copy, crashed) = place.after_a_crash();
    let (more, _) = changes(&crashed, &HUB, token);
    assert_eq!(more, ["near 0", "near 1", "near 2"]);
}

#[test]
fn regions_come_and_go_and_the_write_mode_changes() {
    let place = Place::new();
    let planet = place.begun();
    let fourth = Region::new("North Europe");
    let check = |planet: &Planet, regions: &[Region], count: usize| {
        let (_copy, crashed) = place.after_a_crash();
        for region in regions {
            assert_eq!(planet.items(region).len(), count);
            assert_eq!(crashed.items(region), planet.items(region), "{region:?}");
            let position = |planet: &Planet| planet.read(region, "1").lsn();
            assert_eq!(position(&crashed), position(planet), "{region:?}");
        }
        assert_eq!(
            crashed.account.topology().write_mode(),
            planet.account.topology().write_mode()
        );
    };
    planet.all_links(fixed(50));
    planet.create(&NEAR, "1", 1).expect(201, 0);
    planet.create(&FAR, "2", 2).expect(201, 0);
    planet.advance_ms(60);
    check(&planet, &ALL, 2);
    planet.account.add_region(fourth.clone()).unwrap();
    planet.create(&fourth, "3", 3).expect(201, 0);
    planet.advance_ms(60);
    let four = [HUB, NEAR, FAR, fourth];
    check(&planet, &four, 3);
    planet.account.set_write_mode(WriteMode::Single).unwrap();
    planet.create(&HUB, "4", 4).expect(201, 0);
    planet.advance_ms(60);
    check(&planet, &four, 4);
    planet.account.set_write_mode(WriteMode::Multi).unwrap();
    planet.create(&FAR, "5", 5).expect(201, 0);
    planet.ask(&NEAR, delete("a", "4")).expect(204, 0);
    planet.advance_ms(60);
    check(&planet, &four, 4);
}

#[test]
fn a_restore_brings_conflicts_back_and_a_reset_takes_them() {
    let place = Place::new();
    let planet = place.begun();
    quarrel(&planet);
    planet.advance_ms(20_000);
    let found = lost(&planet);
    let snapshot = planet.account.snapshot();
    for conflict in &found {
        planet.ask(&NEAR, settle(by_id(conflict))).expect(204, 0);
    }
    assert_eq!(lost(&planet), Vec::<Value>::new());
    wait(planet.account.restore(&snapshot)).unwrap();
    assert_eq!(lost(&planet), found);
    drop(planet);
    let planet = place.open();
    assert_eq!(lost(&planet), found);
    wait(planet.account.reset()).unwrap();
    drop(planet);
    assert!(place.open().account.containers().is_empty());
}
