//! Budgets of request units: who is throttled, for how long, who pays from which bucket.

use std::{num::NonZeroU32, time::Duration};

use cosmokit_engine::{
    Account, AccountBuilder, SplitPoint, Throttling,
    protocol::wire::{charge::RequestCharge, priority::PriorityLevel},
    request::{
        AfterFailure, Batch, BatchMode, ContainerAddress, CreateContainer, CreateDatabase,
        DatabaseAddress, OfferAddress, OfferMigration, Precondition, ReadOffer, ReplaceOffer,
        Request, RequestOptions, ThroughputHeaders,
    },
};
use serde_json::{Value, json};

use crate::{
    asking::{batch, latest, statuses},
    world::{Answer, World, create, now, read},
};

fn manual(throughput: &str) -> ThroughputHeaders {
    ThroughputHeaders {
        manual: Some(throughput.to_owned()),
        autopilot_settings: None,
    }
}

fn world(builder: AccountBuilder) -> World {
    let world = World::built(builder.throttling(Throttling::Enforced));
    world.create_database("db");
    let key = json!({"paths": ["/pk"], "version": 2});
    world
        .create_container(&json!({"id": "c", "partitionKey": key}))
        .expect(201, 0);
    world
}

/// Creates items until one is refused; returns how many were made.
fn exhaust(world: &World, pk: &str) -> u64 {
    let stamp = world.clock_now().millis();
    for number in 0.. {
        let id = format!("{stamp}-{number}");
        let answer = world.create(pk, &json!({"id": id, "pk": pk}));
        if answer.status != 201 {
            answer.expect(429, 3200);
            return number;
        }
    }
    unreachable!("no budget is without end")
}

#[test]
fn a_partition_serves_its_share_and_no_more() {
    let world = world(Account::builder());
    // 400 RU/s, and a create of a small item costs 5.54.
    assert_eq!(exhaust(&world, "a"), 73);
    let refused = now(world
        .account
        .execute(&world.region, Request::new(read("a", "x"))));
    let refused = refused.unwrap_err();
    let wait = refused
        .retry_after()
        .expect("a client is told when to come back");
    assert!(
        wait > Duration::ZERO && wait < Duration::from_millis(20),
        "{wait:?}"
    );
    assert_eq!(refused.facts().partition.as_ref().unwrap().range_id, "0");
    assert_eq!(refused.facts().charge, RequestCharge::ZERO);
    world.clock.advance(wait);
    world.read("a", "x").expect(404, 0);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(exhaust(&world, "a"), 73);
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(exhaust(&world, "a"), 73, "idle time is not saved up");
}

#[test]
fn autoscale_serves_its_maximum_and_is_scaled_to_the_busiest_second_of_the_hour() {
    let world = World::built(Account::builder().throttling(Throttling::Enforced));
    world.create_database("db");
    world.run(CreateContainer {
        database: DatabaseAddress::new("db"),
        body: json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}})
            .to_string()
            .into(),
        throughput: ThroughputHeaders {
            manual: None,
            autopilot_settings: Some(r#"{"maxThroughput":1000}"#.to_owned()),
        },
    });
    let scaled_to = || {
        let offers = world.account.autoscaled();
        let [offer] = offers.as_slice() else {
            panic!("one offer scales: {offers:?}");
        };
        assert_eq!(
            (offer.container.as_deref(), offer.maximum),
            (Some("c"), 1000)
        );
        offer.scaled_to
    };
    assert_eq!(scaled_to(), 100, "a tenth while nobody asks");
    let create = |number: u64| {
        let id = number.to_string();
        world
            .create("a", &json!({"id": id, "pk": "a"}))
            .expect(201, 0)
    };
    let spent: f64 = (0..50)
        .map(|number| create(number).facts.charge.value())
        .sum();
    let spent = Duration::from_secs_f64(spent.ceil()).as_secs();
    assert_eq!(scaled_to(), spent);
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(scaled_to(), spent, "it stays until the hour is over");
    // 1,000 RU/s at once, and no 429 before.
    assert_eq!(exhaust(&world, "a"), 181);
    assert_eq!(scaled_to(), 1000);
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(scaled_to(), 100);
}

#[test]
fn metadata_is_not_throttled_and_feeds_are() {
    let world = world(Account::builder());
    exhaust(&world, "a");
    world.run(latest()).expect(429, 3200);
    let input = cosmokit_engine::request::ReadContainer {
        container: ContainerAddress::new("db", "c"),
        populate: cosmokit_engine::request::PopulateOptions::default(),
        precondition: Precondition::default(),
    };
    world.run(input).expect(200, 0);
    world.clock.advance(Duration::from_secs(1));
    world.run(latest()).expect(200, 0);
}

#[test]
fn each_partition_has_its_own_budget() {
    let partitions = NonZeroU32::new(4).unwrap();
    let world = world(Account::builder().partitions_per_container(partitions));
    let range_of = |pk: &str| {
        world
            .read(pk, "x")
            .facts
            .partition
            .unwrap()
            .range_id
            .clone()
    };
    let keys: Vec<String> = (0..50).map(|number| format!("k{number}")).collect();
    let here = range_of(&keys[0]);
    let elsewhere = keys.iter().find(|key| range_of(key) != here).unwrap();
    world.clock.advance(Duration::from_secs(1));
    // A quarter of 400 RU/s.
    assert_eq!(exhaust(&world, &keys[0]), 19);
    assert_eq!(exhaust(&world, elsewhere), 19);
}

#[test]
fn low_priority_gives_way() {
    let world = world(Account::builder());
    let ask = |priority| {
        let options = RequestOptions {
            priority: Some(priority),
            ..RequestOptions::default()
        };
        world.run_with(options, read("a", "none")).status
    };
    for _ in 0..320 {
        assert_eq!(ask(PriorityLevel::Low), 404);
    }
    assert_eq!(ask(PriorityLevel::Low), 429);
    for _ in 0..80 {
        assert_eq!(ask(PriorityLevel::High), 404);
    }
    assert_eq!(ask(PriorityLevel::High), 429);
}

#[test]
fn bulk_operations_are_throttled_one_by_one() {
    let world = world(Account::builder());
    let create = |number: usize| json!({"operationType": "Create", "partitionKey": "[\"a\"]", "resourceBody": {"id": number.to_string(), "pk": "a"}});
    let operations: Vec<Value> = (0..100).map(create).collect();
    let input = Batch {
        mode: BatchMode::Bulk(AfterFailure::Continue),
        ..batch("a", &operations)
    };
    let answer = world.run(input).expect(207, 0);
    let made = statuses(&answer);
    assert_eq!(made.iter().filter(|status| **status == 201).count(), 73);
    assert_eq!(made[73..], [429; 27]);
    assert_eq!(answer.body[99]["subStatusCode"], 3200);
    assert!(answer.body[99]["retryAfterMilliseconds"].as_u64().unwrap() > 0);
}

#[test]
fn containers_share_what_their_database_has() {
    let world = World::built(Account::builder().throttling(Throttling::Enforced));
    let body = r#"{"id":"db"}"#.into();
    let throughput = manual("400");
    world
        .run(CreateDatabase { body, throughput })
        .expect(201, 0);
    for id in ["c", "d"] {
        let key = json!({"paths": ["/pk"], "version": 2});
        world
            .create_container(&json!({"id": id, "partitionKey": key}))
            .expect(201, 0);
    }
    assert_eq!(exhaust(&world, "a"), 73);
    let mut elsewhere = create("a", &json!({"id": "1", "pk": "a"}));
    elsewhere.container = ContainerAddress::new("db", "d");
    world.run(elsewhere).expect(429, 3200);
}

#[test]
fn nobody_is_throttled_by_default() {
    let world = World::new();
    for number in 0..200 {
        let document = json!({"id": number.to_string(), "pk": "a"});
        world.create("a", &document).expect(201, 0);
    }
}

fn partitions(world: &World) -> usize {
    let partitions = world.account.partitions(&ContainerAddress::new("db", "c"));
    partitions.unwrap().len()
}

#[test]
fn growth_without_delay_splits_at_once_and_keeps_the_items() {
    let world = World::new();
    for number in 0..50 {
        let pk = format!("k{number}");
        world
            .create(&pk, &json!({"id": "1", "pk": pk}))
            .expect(201, 0);
    }
    replace(&world, 45_000).expect(200, 0);
    assert_eq!(partitions(&world), 5);
    let live = world
        .account
        .partitions(&ContainerAddress::new("db", "c"))
        .unwrap();
    assert_eq!(
        live.iter().map(|partition| partition.items).sum::<u64>(),
        50
    );
    // Less throughput merges nothing.
    replace(&world, 1_000).expect(200, 0);
    assert_eq!(partitions(&world), 5);
    // A container that was made with the partitions it needs is left alone.
    let many = World::with_partitions(7);
    replace(&many, 50_000).expect(200, 0);
    assert_eq!(partitions(&many), 7);
}

#[test]
fn any_request_brings_a_pending_offer_into_force() {
    let world = World::built(Account::builder().scaling_time(Duration::from_secs(60)));
    world.create_database("db");
    let key = json!({"paths": ["/pk"], "version": 2});
    world
        .create_container(&json!({"id": "c", "partitionKey": key}))
        .expect(201, 0);
    replace(&world, 30_000).expect(202, 0);
    world.clock.advance(Duration::from_secs(60));
    let answer = world.read("a", "none").expect(404, 0);
    assert_eq!(partitions(&world), 3);
    assert_ne!(answer.facts.partition.unwrap().range_id, "0");
}

#[test]
fn throttling_can_be_turned_on_and_off() {
    let world = World::new();
    assert_eq!(world.account.throttling(), Throttling::Off);
    world.account.set_throttling(Throttling::Enforced);
    assert_eq!(world.account.throttling(), Throttling::Enforced);
    assert_eq!(exhaust(&world, "a"), 73);
    world.account.set_throttling(Throttling::Off);
    world.read("a", "none").expect(404, 0);
    world.account.set_throttling(Throttling::Enforced);
    world.read("a", "none").expect(429, 3200);
}

#[test]
fn a_split_hands_over_what_is_owed() {
    let world = world(Account::builder());
    exhaust(&world, "a");
    let container = ContainerAddress::new("db", "c");
    world
        .account
        .split(&container, "0", &SplitPoint::Middle)
        .unwrap();
    for number in 0..20 {
        world.read(&format!("k{number}"), "none").expect(429, 3200);
    }
    world.clock.advance(Duration::from_secs(1));
    world.read("a", "none").expect(404, 0);
}

#[test]
fn a_partition_that_is_full_is_split() {
    let limit = std::num::NonZeroU64::new(20_000).unwrap();
    let world = World::built(Account::builder().partition_storage_limit(limit));
    world.create_database("db");
    let key = json!({"paths": ["/pk"], "version": 2});
    world
        .create_container(&json!({"id": "c", "partitionKey": key}))
        .expect(201, 0);
    let fill = |pk: &str, id: &str| {
        let document = json!({"id": id, "pk": pk, "pad": "x".repeat(1_000)});
        world.create(pk, &document).expect(201, 0);
    };
    (0..60).for_each(|number| fill(&format!("k{number}"), "1"));
    let container = ContainerAddress::new("db", "c");
    let live = world.account.partitions(&container).unwrap();
    assert!(live.len() >= 4, "{}", live.len());
    assert!(live.iter().all(|partition| partition.items_bytes <= 20_000));
    assert_eq!(
        live.iter().map(|partition| partition.items).sum::<u64>(),
        60
    );
    // Items of one key stay together.
    (0..40).for_each(|number| fill("one", &number.to_string()));
    let live = world.account.partitions(&container).unwrap();
    let too_large: Vec<u64> = live
        .iter()
        .filter(|partition| partition.items_bytes > 20_000)
        .map(|partition| partition.items)
        .collect();
    assert_eq!(too_large, [40]);
}

fn replace(world: &World, throughput: u64) -> Answer {
    world.run(ReplaceOffer {
        offer: OfferAddress {
            offer: "AAAB".to_owned(),
        },
        body: json!({"content": {"offerThroughput": throughput}})
            .to_string()
            .into(),
        migration: OfferMigration::None,
        precondition: Precondition::default(),
    })
}

#[test]
fn growth_beyond_the_partitions_is_pending_for_a_while() {
    let world = World::built(Account::builder().scaling_time(Duration::from_secs(300)));
    world.create_database("db");
    let body = json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}});
    let input = CreateContainer {
        database: DatabaseAddress::new("db"),
        body: body.to_string().into(),
        throughput: manual("1000"),
    };
    world.run(input).expect(201, 0);
    let shown = |answer: &Answer| {
        (
            answer.body["content"]["offerThroughput"].as_u64().unwrap(),
            answer.facts.offer.unwrap().replace_pending,
        )
    };
    let read = || {
        let offer = OfferAddress {
            offer: "AAAB".to_owned(),
        };
        shown(&world.run(ReadOffer { offer }).expect(200, 0))
    };
    assert_eq!(
        shown(&replace(&world, 10_000).expect(200, 0)),
        (10_000, false)
    );
    assert_eq!(
        shown(&replace(&world, 20_000).expect(202, 0)),
        (10_000, true)
    );
    assert_eq!(read(), (10_000, true));
    replace(&world, 500).expect(400, 3205);
    world.clock.advance(Duration::from_secs(299));
    assert_eq!(read(), (10_000, true));
    assert_eq!(partitions(&world), 1);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(read(), (20_000, false));
    assert_eq!(partitions(&world), 2);
    assert_eq!(
        shown(&replace(&world, 5_000).expect(200, 0)),
        (5_000, false)
    );
}
