//! Bad input: the right status, nothing stored, no panic.

use bytes::Bytes;
use cosmokit_engine::{
    Account, BuildError, Staleness, TopologyError,
    protocol::wire::region::Region,
    request::{CreateItem, Feature, Request},
};
use proptest::prelude::*;
use serde_json::json;

use crate::world::{World, create, now};

fn post(world: &World, body: impl Into<Bytes>) -> (u16, u16) {
    let answer = world.run(CreateItem {
        body: body.into(),
        ..create("a", &json!({}))
    });
    (answer.status, answer.substatus)
}

#[test]
fn bodies_that_are_no_items() {
    let world = World::new();
    let check =
        |body: &str, status: u16| assert_eq!(post(&world, body.to_owned()).0, status, "{body:.80}");
    check("", 400);
    check("{", 400);
    check("[]", 400);
    check("null", 400);
    check(r#"{"pk":"a"}"#, 400);
    check(r#"{"id":5,"pk":"a"}"#, 400);
    check(r#"{"id":"","pk":"a"}"#, 400);
    check(r#"{"id":"a/b","pk":"a"}"#, 400);
    check(r#"{"id":"a","pk":"a","n":1e400}"#, 400);
    check(
        &format!(
            r#"{{"id":"a","pk":"a","d":{}{}}}"#,
            "[".repeat(128),
            "]".repeat(128)
        ),
        400,
    );
    check(&"[".repeat(100_000), 400);
    check(
        &format!(r#"{{"id":"a","pk":"a","p":"{}"}}"#, "x".repeat(3 << 20)),
        413,
    );
    check(&format!(r#"{{"id":"{}","pk":"a"}}"#, "x".repeat(1024)), 400);
    assert_eq!(
        post(&world, Bytes::from_static(b"{\"id\":\"\xff\"}")).0,
        400
    );
    check(&format!(r#"{{"id":"{}","pk":"a"}}"#, "x".repeat(1023)), 201);
    check(r#"{"id":"quark?#","pk":"a"}"#, 201);
}

proptest! {
    #[test]
    fn any_body_is_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let world = World::new();
        prop_assert!(matches!(post(&world, body).0, 201 | 400));
    }
}

#[test]
fn what_is_not_there_says_its_name() {
    let world = World::new();
    for feature in [
        Feature::DistributedTransaction,
        Feature::PointEffectivePartitionKey,
    ] {
        let failure = now(world.account.execute(&world.region, Request::new(feature))).unwrap_err();
        assert_eq!(failure.status().as_u16(), 501);
        assert!(failure.message().contains(feature.name()), "{failure}");
    }
}

#[test]
fn a_region_without_the_account_refuses() {
    let world = World::new();
    let elsewhere = Region::new("West Europe");
    let failure = now(world
        .account
        .execute(&elsewhere, Request::new(Feature::DistributedTransaction)))
    .unwrap_err();
    assert_eq!(
        (
            failure.status().as_u16(),
            failure.substatus().map(u16::from)
        ),
        (403, Some(1008))
    );
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let refused = |builder: cosmokit_engine::AccountBuilder| builder.build().unwrap_err();
    assert!(matches!(
        refused(Account::builder().name("")),
        BuildError::Name(_)
    ));
    assert!(matches!(
        refused(Account::builder().name("a b")),
        BuildError::Name(_)
    ));
    assert!(matches!(
        refused(Account::builder().regions([])),
        BuildError::NoRegion
    ));
    let twice = ["East US", "eastus"].map(Region::new);
    assert_eq!(
        refused(Account::builder().regions(twice)),
        TopologyError::RegionExists(Region::EAST_US).into()
    );
    let many = (0..65).map(|number| Region::new(format!("lab {number}")));
    assert_eq!(
        refused(Account::builder().regions(many)),
        TopologyError::TooManyRegions.into()
    );
    let no_bound = Staleness {
        versions: 0,
        ..Staleness::default()
    };
    assert_eq!(
        refused(Account::builder().staleness(no_bound)),
        TopologyError::Staleness.into()
    );
    let many = std::num::NonZeroU32::new(1_001).unwrap();
    assert!(matches!(
        refused(Account::builder().partitions_per_container(many)),
        BuildError::TooManyPartitions(_)
    ));
}

#[test]
fn nothing_happens_before_the_future_is_polled() {
    let world = World::new();
    let future = world.account.execute(
        &world.region,
        Request::new(create("a", &json!({"id": "1", "pk": "a"}))),
    );
    drop(future);
    world.read("a", "1").expect(404, 0);
}
