//! Snapshots, forks, restores and resets.

use std::time::Duration;

use cosmokit_engine::{
    Account, BuildError, Lag, SplitPoint, WriteMode, protocol::wire::region::Region,
};
use serde_json::json;

use crate::{
    durable::photo::{assert_same, photo},
    resources::{furnish, refurnish},
    world::{World, container, wait},
};

fn furnished() -> World {
    let world = World::with_partitions(2);
    for n in 0..30 {
        let pk = format!("k{}", n % 5);
        world.upsert(
            &pk,
            &json!({"id": format!("i{}", n % 11), "pk": pk, "n": n}),
        );
    }
    furnish(&world);
    world
}

fn disturb(world: &World) {
    refurnish(world);
    for n in 0..10 {
        let pk = format!("k{}", n % 5);
        world.upsert(
            &pk,
            &json!({"id": format!("i{n}"), "pk": pk, "later": true}),
        );
    }
    world
        .account
        .split(&container(), "0", &SplitPoint::Middle)
        .unwrap();
    world.create_database("later").expect(201, 0);
    world
        .create_container(&json!({"id": "later", "partitionKey": {"paths": ["/pk"]}}))
        .expect(201, 0);
}

/// The same account through another handle.
fn beside(world: &World, account: Account) -> World {
    World::over(account, world)
}

#[test]
fn a_fork_begins_as_the_snapshot_and_goes_its_own_way() {
    let world = furnished();
    let (then, snapshot) = (photo(&world), world.account.snapshot());
    disturb(&world);
    let fork = beside(&world, world.account.fork(&snapshot));
    assert_same(&photo(&fork), &then);
    let disturbed = photo(&world);
    fork.upsert("k1", &json!({"id": "fork", "pk": "k1"}))
        .expect(201, 0);
    fork.delete("k0", "i0").expect(204, 0);
    assert_same(&photo(&world), &disturbed);
    let second = beside(&world, world.account.fork(&snapshot));
    assert_same(&photo(&second), &then);
    drop(world);
    fork.read("k1", "fork").expect(200, 0);
}

#[test]
fn a_fork_has_a_clock_of_its_own() {
    let world = furnished();
    let fork = world.account.fork(&world.account.snapshot());
    assert_eq!(fork.now(), world.account.now());
    fork.clock().advance(Duration::from_secs(60));
    assert!(fork.now() > world.account.now());
}

#[test]
fn a_snapshot_becomes_an_account_of_another_name() -> Result<(), BuildError> {
    let world = furnished();
    let snapshot = world.account.snapshot();
    let other = Account::builder()
        .name("other")
        .snapshot(&snapshot)
        .build()?;
    assert_eq!(other.name(), "other");
    assert_eq!(other.topology(), world.account.topology());
    let other = beside(&world, other);
    assert_same(&photo(&other), &photo(&world));
    Ok(())
}

#[test]
fn a_restore_brings_back_what_was() {
    let world = furnished();
    let (then, snapshot) = (photo(&world), world.account.snapshot());
    for _ in 0..2 {
        disturb(&world);
        wait(world.account.restore(&snapshot)).unwrap();
        assert_same(&photo(&world), &then);
    }
    let other = World::new();
    wait(other.account.restore(&snapshot)).unwrap();
    assert_same(&photo(&other), &then);
}

#[test]
fn numbers_go_on_after_a_restore_and_a_reset() {
    let world = furnished();
    let snapshot = world.account.snapshot();
    let make = || {
        let database = world.create_database("x").expect(201, 0);
        let container = json!({"id": "x", "partitionKey": {"paths": ["/pk"]}});
        (database, world.create_container(&container))
    };
    let (database, container) = make();
    wait(world.account.restore(&snapshot)).unwrap();
    let (again, second) = make();
    assert_ne!(again.body["_rid"], database.body["_rid"]);
    assert_ne!(again.body["_etag"], database.body["_etag"]);
    assert_ne!(second.body["_rid"], container.body["_rid"]);
    wait(world.account.reset()).unwrap();
    assert_eq!(photo(&world).len(), 2, "no database, no offer");
    let third = world.create_database("x").expect(201, 0);
    assert_ne!(third.body["_rid"], again.body["_rid"]);
}

#[test]
fn pending_offers_come_into_force_in_a_fork() {
    let builder = Account::builder().scaling_time(Duration::from_secs(100));
    let world = World::built(builder);
    world.create_database("db").expect(201, 0);
    world
        .create_container(&json!({"id": "c", "partitionKey": {"paths": ["/pk"]}}))
        .expect(201, 0);
    let offers = |world: &World| {
        let paging = cosmokit_engine::request::Paging::default();
        world
            .run(cosmokit_engine::request::ListOffers { paging })
            .body["Offers"][0]
            .clone()
    };
    let mut wanted = offers(&world);
    wanted["content"]["offerThroughput"] = json!(50_000);
    world
        .run(cosmokit_engine::request::ReplaceOffer {
            offer: cosmokit_engine::request::OfferAddress {
                offer: wanted["id"].as_str().unwrap().to_owned(),
            },
            body: wanted.to_string().into(),
            precondition: cosmokit_engine::request::Precondition::default(),
            migration: cosmokit_engine::request::OfferMigration::None,
        })
        .expect(202, 0);
    let fork = beside(&world, world.account.fork(&world.account.snapshot()));
    fork.account.clock().advance(Duration::from_secs(101));
    assert_eq!(offers(&fork)["content"]["offerThroughput"], 50_000);
    assert_eq!(fork.account.partitions(&container()).unwrap().len(), 5);
    assert_eq!(offers(&world)["content"]["offerThroughput"], 400);
}

#[test]
fn what_is_on_its_way_to_a_region_is_on_its_way_in_a_fork() {
    let regions = ["East US", "West US"].map(Region::new);
    let builder = Account::builder()
        .regions(regions.clone())
        .write_mode(WriteMode::Multi)
        .link_lag(Lag::Fixed(Duration::from_secs(60)));
    let world = World::built(builder);
    world.create_database("db").expect(201, 0);
    let container = json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}});
    world.create_container(&container).expect(201, 0);
    world
        .create("k", &json!({"id": "1", "pk": "k"}))
        .expect(201, 0);
    let fork = World::over(world.account.fork(&world.account.snapshot()), &world);
    let far = World::elsewhere(&fork, &regions[1]);
    far.read("k", "1").expect(404, 0);
    fork.account.clock().advance(Duration::from_secs(61));
    far.read("k", "1").expect(200, 0);
    let still = World::elsewhere(&world, &regions[1]);
    still.read("k", "1").expect(404, 0);
}
