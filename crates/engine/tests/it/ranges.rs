//! Partition key ranges: the feed that clients drain until 304.

use cosmokit_engine::{
    protocol::{
        id::Etag,
        partition::{RangeEntry, RangeMap},
        resource::PartitionKeyRange,
    },
    request::{
        ContainerAddress, DeleteContainer, FeedMode, ListPartitionKeyRanges, Paging, Precondition,
    },
};
use serde_json::json;

use crate::world::{Answer, World, container, page};

fn list(world: &World, mode: FeedMode, if_none_match: Option<Etag>) -> Answer {
    world.run(ListPartitionKeyRanges {
        container: container(),
        mode,
        if_none_match,
        paging: Paging::default(),
    })
}

#[test]
fn ranges_tile_the_space_and_have_the_service_form() {
    let world = World::with_partitions(5);
    let answer = list(&world, FeedMode::Full, None).expect(200, 0);
    let ranges: Vec<PartitionKeyRange> =
        serde_json::from_value(answer.body["PartitionKeyRanges"].clone()).unwrap();
    assert_eq!(
        (answer.body["_count"].as_u64(), answer.facts.item_count),
        (Some(5), Some(5))
    );
    let entries = ranges.iter().map(|range| {
        let bounds = cosmokit_engine::protocol::partition::EpkRange::new(
            range.min_inclusive.clone(),
            range.max_exclusive.clone(),
        );
        RangeEntry::new(range.id.clone(), bounds.unwrap(), ())
    });
    assert!(RangeMap::try_complete(entries).is_ok());
    let first = &answer.body["PartitionKeyRanges"][0];
    assert_eq!(
        (first["id"].as_str(), first["minInclusive"].as_str()),
        (Some("0"), Some(""))
    );
    assert_eq!(
        (first["status"].as_str(), &first["parents"]),
        (Some("online"), &json!([]))
    );
    assert_eq!(answer.body["PartitionKeyRanges"][4]["maxExclusive"], "FF");
    assert_eq!(answer.body["_rid"], "AAAAAYAAAAE=");
    assert!(answer.facts.charge.value().abs() < 1e-9);
    assert_eq!(answer.facts.session_token, None);
}

#[test]
fn the_feed_ends_with_304() {
    let world = World::new();
    for mode in [FeedMode::Full, FeedMode::Incremental] {
        let etag = list(&world, mode, None).expect(200, 0).etag();
        let end = list(&world, mode, Some(etag.clone())).expect(304, 0);
        assert!(end.text.is_empty());
        assert_eq!(end.etag(), etag);
        list(&world, mode, Some(Etag::from("\"other\""))).expect(200, 0);
    }
}

#[test]
fn the_etag_of_an_earlier_container_is_another_one() {
    let world = World::new();
    let etag = list(&world, FeedMode::Incremental, None).etag();
    world
        .run(DeleteContainer {
            container: container(),
            precondition: Precondition::default(),
        })
        .expect(204, 0);
    list(&world, FeedMode::Incremental, Some(etag.clone())).expect(404, 1003);
    world
        .create_container(&json!({"id": "c", "partitionKey": {"paths": ["/pk"]}}))
        .expect(201, 0);
    let again = list(&world, FeedMode::Incremental, Some(etag)).expect(200, 0);
    assert_eq!(again.facts.item_count, Some(1));
}

#[test]
fn a_continuation_was_never_given_out() {
    let world = World::new();
    let with = |text: &str| {
        world.run(ListPartitionKeyRanges {
            container: container(),
            mode: FeedMode::Full,
            if_none_match: None,
            paging: page(-1, Some(text)),
        })
    };
    with("x").expect(400, 0);
    with("").expect(200, 0);
    let nowhere = ListPartitionKeyRanges {
        container: ContainerAddress::new("db", "none"),
        mode: FeedMode::Full,
        if_none_match: None,
        paging: Paging::default(),
    };
    world.run(nowhere).expect(404, 1003);
}
