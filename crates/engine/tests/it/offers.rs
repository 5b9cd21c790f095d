//! Offers: made with their resource, found, replaced, gone with it.

use cosmokit_engine::{
    protocol::op::SqlQuery,
    request::{
        CreateContainer, CreateDatabase, DatabaseAddress, DeleteContainer, FeedMode, ListOffers,
        ListPartitionKeyRanges, OfferAddress, OfferMigration, Paging, Precondition, QueryOffers,
        ReadOffer, ReplaceOffer, ThroughputHeaders,
    },
};
use serde_json::{Value, json};

use crate::world::{Answer, World, container, if_match};

fn find(world: &World, text: &str, value: &str) -> Vec<Value> {
    let query = SqlQuery::from(text).with_parameter("@v", value).unwrap();
    let answer = world
        .run(QueryOffers {
            query,
            paging: Paging::default(),
        })
        .expect(200, 0);
    answer.body["Offers"].as_array().unwrap().clone()
}

fn the_offer(world: &World) -> Value {
    let found = find(
        world,
        "SELECT * FROM c WHERE c.offerResourceId = @v",
        "AAAAAYAAAAE=",
    );
    assert_eq!(found.len(), 1);
    found[0].clone()
}

fn replace(world: &World, offer: &Value, migration: OfferMigration) -> Answer {
    world.run(ReplaceOffer {
        offer: OfferAddress {
            offer: offer["id"].as_str().unwrap().to_owned(),
        },
        body: offer.to_string().into(),
        migration,
        precondition: Precondition::default(),
    })
}

#[test]
fn every_client_finds_the_offer_its_way() {
    let world = World::new();
    let offer = the_offer(&world);
    assert_eq!(offer["content"]["offerThroughput"], 400);
    let link = "dbs/AAAAAQ==/colls/AAAAAYAAAAE=/";
    assert_eq!(
        find(&world, "SELECT * FROM root r WHERE r.resource=@v", link),
        std::slice::from_ref(&offer)
    );
    let literal = format!("SELECT * from root where root.resource = \"{link}\"");
    assert_eq!(find(&world, &literal, ""), std::slice::from_ref(&offer));
    assert_eq!(
        find(
            &world,
            "SELECT * FROM c WHERE c.offerResourceId = @v",
            "none"
        ),
        [] as [Value; 0]
    );
    let address = OfferAddress {
        offer: offer["_rid"].as_str().unwrap().to_owned(),
    };
    let read = world.run(ReadOffer { offer: address }).expect(200, 0);
    assert_eq!(read.body, offer);
    assert_eq!(
        read.facts
            .offer
            .map(|facts| (facts.replace_pending, facts.minimum_throughput)),
        Some((false, 400))
    );
    for offer in ["", "none", "AAAZ", "AAAAAQ=="] {
        world
            .run(ReadOffer {
                offer: OfferAddress {
                    offer: offer.to_owned(),
                },
            })
            .expect(404, 0);
    }
}

#[test]
fn replacing_changes_the_throughput() {
    let world = World::new();
    let mut offer = the_offer(&world);
    let before = offer["_etag"].as_str().unwrap().to_owned();
    offer["content"]["offerThroughput"] = json!(1200);
    let replaced = replace(&world, &offer, OfferMigration::None).expect(200, 0);
    assert_eq!(replaced.body["content"]["offerThroughput"], 1200);
    assert_eq!(
        replaced.body["content"]["offerMinimumThroughputParameters"]["maxThroughputEverProvisioned"],
        1200
    );
    assert_eq!(the_offer(&world), replaced.body);
    let stale = world.run(ReplaceOffer {
        offer: OfferAddress {
            offer: offer["id"].as_str().unwrap().to_owned(),
        },
        body: offer.to_string().into(),
        migration: OfferMigration::None,
        precondition: if_match(&before),
    });
    stale.expect(412, 0);
    offer["content"]["offerThroughput"] = json!(150);
    replace(&world, &offer, OfferMigration::None).expect(400, 0);
    let moved = replace(&world, &offer, OfferMigration::ToAutoscale).expect(200, 0);
    assert_eq!(
        moved.body["content"]["offerAutopilotSettings"]["maxThroughput"],
        2000
    );
    offer["id"] = json!("AAAZ");
    replace(&world, &offer, OfferMigration::None).expect(404, 0);
}

#[test]
fn a_shared_offer_leaves_containers_without_one() {
    let world = World::empty();
    let manual = |throughput: &str| ThroughputHeaders {
        manual: Some(throughput.to_owned()),
        autopilot_settings: None,
    };
    world
        .run(CreateDatabase {
            body: r#"{"id":"db"}"#.into(),
            throughput: manual("500"),
        })
        .expect(201, 0);
    world
        .create_container(&json!({"id": "shares", "partitionKey": {"paths": ["/pk"]}}))
        .expect(201, 0);
    let own = CreateContainer {
        database: DatabaseAddress::new("db"),
        body: json!({"id": "own", "partitionKey": {"paths": ["/pk"]}})
            .to_string()
            .into(),
        throughput: manual("600"),
    };
    world.run(own).expect(201, 0);
    let all = world.run(ListOffers::default()).expect(200, 0);
    let rows: Vec<(&str, u64)> = all.body["Offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["resource"].as_str().unwrap(),
                row["content"]["offerThroughput"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("dbs/AAAAAQ==/", 500),
            ("dbs/AAAAAQ==/colls/AAAAAYAAAAI=/", 600)
        ]
    );
}

#[test]
fn an_offer_goes_with_its_resource() {
    let world = World::new();
    world
        .run(DeleteContainer {
            container: container(),
            precondition: Precondition::default(),
        })
        .expect(204, 0);
    assert_eq!(world.run(ListOffers::default()).body["_count"], 0);
}

#[test]
fn throughput_decides_the_number_of_partitions() {
    let world = World::empty();
    world.create_database("db");
    let check = |id: &str, throughput: ThroughputHeaders, status: u16, partitions: u64| {
        let body = json!({"id": id, "partitionKey": {"paths": ["/pk"], "version": 2}})
            .to_string()
            .into();
        world
            .run(CreateContainer {
                database: DatabaseAddress::new("db"),
                body,
                throughput,
            })
            .expect(status, 0);
        if status == 201 {
            let address = cosmokit_engine::request::ContainerAddress::new("db", id);
            let ranges = world.run(ListPartitionKeyRanges {
                container: address,
                mode: FeedMode::Full,
                if_none_match: None,
                paging: Paging::default(),
            });
            assert_eq!(ranges.body["_count"], partitions, "{id}");
        }
    };
    let manual = |text: &str| ThroughputHeaders {
        manual: Some(text.to_owned()),
        autopilot_settings: None,
    };
    let autoscale = |text: &str| ThroughputHeaders {
        manual: None,
        autopilot_settings: Some(text.to_owned()),
    };
    check("a", manual("400"), 201, 1);
    check("b", manual("10000"), 201, 1);
    check("c", manual("10100"), 201, 2);
    check("d", autoscale(r#"{"maxThroughput":50000}"#), 201, 5);
    check("e", manual("399"), 400, 0);
    check(
        "f",
        ThroughputHeaders {
            manual: Some("400".to_owned()),
            autopilot_settings: Some("{}".to_owned()),
        },
        400,
        0,
    );
}
