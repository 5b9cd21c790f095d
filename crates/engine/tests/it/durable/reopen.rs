//! What was there is there again: after a close, and in a copy of the file of a living account.

use std::{fs, num::NonZeroU32, path::Path, sync::Arc, time::Duration};

use cosmokit_engine::{
    Account, AccountBuilder, BuildError, SplitPoint, StoreError,
    clock::ManualClock,
    request::{DeleteContainer, OfferAddress, OfferMigration, Precondition, ReplaceOffer},
};
use serde_json::json;
use tempfile::TempDir;

use super::photo::{assert_same, photo};
use crate::{
    asking::{batch, key_delete, patch},
    resources::{furnish, refurnish},
    world::{World, container, create, wait},
};

fn builder() -> AccountBuilder {
    Account::builder().partitions_per_container(NonZeroU32::new(2).unwrap())
}

/// A directory, and the clock of the accounts in it.
struct Place {
    directory: TempDir,
    clock: Arc<ManualClock>,
}

impl Place {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            clock: Arc::default(),
        }
    }

    fn open(&self) -> World {
        World::durable(builder(), self.directory.path(), &self.clock)
    }

    /// What a process that opens the directory after a `kill -9` at this instant finds.
    fn after_a_crash(&self) -> (TempDir, World) {
        let copy = tempfile::tempdir().unwrap();
        let file = Path::new("account.cosmokit");
        fs::copy(self.directory.path().join(file), copy.path().join(file)).unwrap();
        let world = World::durable(builder(), copy.path(), &self.clock);
        (copy, world)
    }
}

/// An account with something of everything in it.
fn furnished(place: &Place) -> World {
    let world = place.open();
    world.create_database("db").expect(201, 0);
    world.create_database("other").expect(201, 0);
    for document in [
        json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "defaultTtl": -1,
            "changeFeedPolicy": {"retentionDuration": 60}}),
        json!({"id": "unique", "partitionKey": {"paths": ["/pk"]},
            "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/email"]}]}}),
        json!({"id": "gone", "partitionKey": {"paths": ["/a", "/b"], "kind": "MultiHash", "version": 2}}),
    ] {
        world.create_container(&document).expect(201, 0);
    }
    for n in 0..40 {
        let (pk, id) = (format!("k{}", n % 7), format!("i{}", n % 13));
        let document = json!({"id": id, "pk": pk, "n": n, "exact": 1.10, "ttl": if n % 5 == 0 { 3600 } else { 9 }});
        world.upsert(&pk, &document);
        place.clock.advance(Duration::from_millis(1_500));
    }
    world.run(batch(
        "k1",
        &[
            json!({"operationType": "Create", "resourceBody": {"id": "b1", "pk": "k1"}}),
            json!({"operationType": "Upsert", "resourceBody": {"id": "b2", "pk": "k1"}}),
        ],
    ));
    world
        .run(patch(
            "k1",
            "b1",
            &json!({"operations": [{"op": "add", "path": "/x", "value": 1.5e300}]}),
        ))
        .expect(200, 0);
    world.delete("k1", "b2").expect(204, 0);
    world.run(key_delete("k3")).expect(200, 0);
    furnish(&world);
    world
        .run(DeleteContainer {
            container: cosmokit_engine::request::ContainerAddress::new("db", "gone"),
            precondition: Precondition::default(),
        })
        .expect(204, 0);
    world
}

#[test]
fn everything_is_there_after_a_close_and_after_a_crash() {
    let place = Place::new();
    let mut world = furnished(&place);
    for _ in 0..3 {
        let before = photo(&world);
        let (_copy, crashed) = place.after_a_crash();
        assert_same(&photo(&crashed), &before);
        drop(world);
        world = place.open();
        assert_same(&photo(&world), &before);
        world.upsert("k0", &json!({"id": "new", "pk": "k0"}));
    }
}

#[test]
fn named_resources_are_there_as_they_were_changed() {
    let place = Place::new();
    let mut world = furnished(&place);
    refurnish(&world);
    for _ in 0..2 {
        let before = photo(&world);
        let (_copy, crashed) = place.after_a_crash();
        assert_same(&photo(&crashed), &before);
        drop(world);
        world = place.open();
        assert_same(&photo(&world), &before);
    }
    // Its number was given before the account was closed.
    let user = cosmokit_engine::request::ResourceFeed::users(
        cosmokit_engine::request::DatabaseAddress::new("db"),
    );
    let before = photo(&world).join("\n");
    let created = crate::resources::create(&world, &user, &json!({"id": "after"}));
    let rid = created.expect(201, 0).body["_rid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(!before.contains(&rid));
}

#[test]
fn splits_and_merges_are_there() {
    let place = Place::new();
    let mut world = furnished(&place);
    let c = container();
    for step in 0..4 {
        match step {
            0 => drop(world.account.split(&c, "0", &SplitPoint::Middle).unwrap()),
            1 => drop(world.account.split(&c, "1", &SplitPoint::Storage).unwrap()),
            2 => drop(world.account.merge(&c, ["3", "4"]).unwrap()),
            _ => drop(world.account.merge(&c, ["2", "6"]).unwrap()),
        }
        for n in 0..10 {
            world.upsert(
                &format!("k{n}"),
                &json!({"id": "after", "pk": format!("k{n}"), "step": step}),
            );
        }
        let before = photo(&world);
        let (_copy, crashed) = place.after_a_crash();
        assert_same(&photo(&crashed), &before);
        drop(world);
        world = place.open();
        assert_same(&photo(&world), &before);
    }
}

#[test]
fn a_split_that_nobody_saw_is_there_after_a_close() {
    let place = Place::new();
    let world = furnished(&place);
    world
        .account
        .split(&container(), "1", &SplitPoint::Middle)
        .unwrap();
    let before = photo(&world);
    drop(world);
    assert_same(&photo(&place.open()), &before);
}

#[test]
fn numbers_are_never_given_twice() {
    let place = Place::new();
    let world = furnished(&place);
    let made = world.create("x", &json!({"id": "1", "pk": "x"}));
    world.delete("x", "1").expect(204, 0);
    let token = made.facts.session_token.clone().unwrap();
    let rid = made.body["_rid"].clone();
    let database = world.create_database("third").body["_rid"].clone();
    drop(world);
    let world = place.open();
    let again = world
        .run_with(
            cosmokit_engine::request::RequestOptions {
                session_token: Some(token),
                ..Default::default()
            },
            create("x", &json!({"id": "1", "pk": "x"})),
        )
        .expect(201, 0);
    assert_ne!(again.body["_rid"], rid);
    assert_ne!(again.body["_etag"], made.body["_etag"]);
    assert!(again.lsn() > made.lsn());
    assert_ne!(world.create_database("fourth").body["_rid"], database);
    let container =
        world.create_container(&json!({"id": "gone", "partitionKey": {"paths": ["/pk"]}}));
    assert!(
        container.text.contains("AAAAAYAAAAQ="),
        "the fourth container: {}",
        container.text
    );
}

#[test]
fn unique_keys_and_expiry_still_hold() {
    let place = Place::new();
    let world = furnished(&place);
    let unique = cosmokit_engine::request::ContainerAddress::new("db", "unique");
    let insert = |world: &World, id: &str| {
        let mut verb = create("a", &json!({"id": id, "pk": "a", "email": "e@x"}));
        verb.container = unique.clone();
        world.run(verb)
    };
    insert(&world, "1").expect(201, 0);
    world.upsert("t", &json!({"id": "short", "pk": "t", "ttl": 10}));
    drop(world);
    let world = place.open();
    assert_eq!(insert(&world, "2").status, 409);
    world.read("t", "short").expect(200, 0);
    place.clock.advance(Duration::from_secs(11));
    world.read("t", "short").expect(404, 0);
    assert!(world.account.sweep() > 0);
    let before = photo(&world);
    drop(world);
    assert_same(&photo(&place.open()), &before);
}

#[test]
fn a_directory_has_one_account_at_a_time() {
    let place = Place::new();
    let world = place.open();
    let second = builder().data_directory(place.directory.path()).build();
    assert!(
        matches!(second, Err(BuildError::Storage(StoreError::Locked(_)))),
        "{second:?}"
    );
    drop(world);
    place.open();
}

#[test]
fn a_pending_offer_comes_into_force_after_a_reopen() {
    let place = Place::new();
    let open = || {
        let slow = Account::builder().scaling_time(Duration::from_secs(60));
        World::durable(slow, place.directory.path(), &place.clock)
    };
    let world = open();
    world.create_database("db").expect(201, 0);
    let key = json!({"paths": ["/pk"], "version": 2});
    world
        .create_container(&json!({"id": "c", "partitionKey": key}))
        .expect(201, 0);
    let wanted = json!({"content": {"offerThroughput": 30_000}});
    world
        .run(ReplaceOffer {
            offer: OfferAddress {
                offer: "AAAB".to_owned(),
            },
            body: wanted.to_string().into(),
            migration: OfferMigration::None,
            precondition: Precondition::default(),
        })
        .expect(202, 0);
    drop(world);
    let world = open();
    world.clock.advance(Duration::from_secs(60));
    world.read("a", "none").expect(404, 0);
    assert_eq!(world.account.partitions(&container()).unwrap().len(), 3);
}

#[test]
fn a_restore_lasts() {
    let place = Place::new();
    let world = furnished(&place);
    let (then, snapshot) = (photo(&world), world.account.snapshot());
    world.upsert("k0", &json!({"id": "later", "pk": "k0"}));
    world.delete("k1", "b1");
    world
        .account
        .split(&container(), "0", &SplitPoint::Middle)
        .unwrap();
    world.create_database("later").expect(201, 0);
    wait(world.account.restore(&snapshot)).unwrap();
    let (_copy, crashed) = place.after_a_crash();
    assert_same(&photo(&crashed), &then);
    world
        .upsert("k0", &json!({"id": "after", "pk": "k0"}))
        .expect(201, 0);
    let before = photo(&world);
    drop(world);
    let world = place.open();
    assert_same(&photo(&world), &before);
    wait(world.account.reset()).unwrap();
    drop(world);
    assert_eq!(photo(&place.open()).len(), 2);
}
