//! What goes along when partitions are split and merged: unique keys, deadlines, history, and
//! hierarchical keys whose first value is cut.

use std::time::Duration;

use cosmokit_engine::{
    Account, SplitPoint,
    protocol::{
        id::Etag,
        partition::{EpkRange, PartitionKey, PartitionKeyDefinition},
    },
    request::{CreateItem, DeleteByPartitionKey, FeedScope, Precondition, ReadChangeFeed},
};
use serde_json::{Value, json};

use crate::{
    asking::{all_versions, behind, drain, latest},
    splits::{ids, key, list, listed, merge, partitions, split},
    world::{World, container, page},
};

fn world_with(document: &Value, partitions: u32) -> World {
    let count = std::num::NonZeroU32::new(partitions).unwrap();
    let world = World::built(Account::builder().partitions_per_container(count));
    world.create_database("db");
    world.create_container(document).expect(201, 0);
    world
}

#[test]
fn unique_keys_and_deadlines_go_along() {
    let world = world_with(
        &json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "defaultTtl": 100,
            "uniqueKeyPolicy": {"uniqueKeys": [{"paths": ["/mail"]}]},
        }),
        2,
    );
    let document = |number: u32, id: &str| {
        let ttl = 10 + number;
        json!({"id": id, "pk": key(number), "mail": format!("{number}@x"), "ttl": ttl})
    };
    for number in 0..20 {
        world
            .create(&key(number), &document(number, "1"))
            .expect(201, 0);
        let by_default = json!({"id": "default", "pk": key(number)});
        world.create(&key(number), &by_default).expect(201, 0);
        world.clock.advance(Duration::from_millis(100));
    }
    let taken = |world: &World| {
        for number in 0..20 {
            world
                .create(&key(number), &document(number, "2"))
                .expect(409, 0);
        }
    };
    merge(&world, ["0", "1"]);
    taken(&world);
    split(&world, "2", &SplitPoint::Middle);
    taken(&world);
    world.clock.advance(Duration::from_secs(60));
    for number in 0..20 {
        world.read(&key(number), "1").expect(404, 0);
        world.read(&key(number), "default").expect(200, 0);
    }
    assert_eq!(world.account.sweep(), 20);
    merge(&world, ["3", "4"]);
    world.clock.advance(Duration::from_secs(38));
    // The oldest of both sides, and none that is younger.
    assert_eq!(world.account.sweep(), 10);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.account.sweep(), 10);
    assert!(
        partitions(&world)
            .iter()
            .all(|partition| partition.items == 0)
    );
}

#[test]
fn all_versions_go_along_with_their_preimages() {
    let world = world_with(
        &json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2},
            "changeFeedPolicy": {"retentionDuration": 10},
        }),
        2,
    );
    let start = world.run(behind(all_versions(), &Etag::any())).etag();
    let put = |number: u32, n: u32| {
        let pk = key(number);
        world.upsert(&pk, &json!({"id": "1", "pk": pk, "n": n}));
    };
    (0..10).for_each(|number| put(number, 1));
    split(&world, "0", &SplitPoint::Middle);
    (0..10).for_each(|number| put(number, 2));
    let live = ids(&world);
    let merged = merge(&world, [&live[0], &live[1]]);
    merge(&world, [&merged, &live[2]]);
    for number in 0..10 {
        world.delete(&key(number), "1").expect(204, 0);
    }
    let (pages, _) = drain(&world, behind(all_versions(), &start));
    let mut seen: Vec<String> = pages
        .concat()
        .iter()
        .map(|entry| {
            let pk = entry["current"]["pk"]
                .as_str()
                .or(entry["previous"]["pk"].as_str())
                .unwrap();
            format!("{pk} {} {}", entry["previous"]["n"], entry["current"]["n"])
        })
        .collect();
    seen.sort();
    let mut expected: Vec<String> = (0..10)
        .flat_map(|number| {
            ["null 1", "1 2", "2 null"].map(|step| format!("{} {step}", key(number)))
        })
        .collect();
    expected.sort();
    assert_eq!(seen, expected);
    // Beyond the window the position is refused, as without a merge.
    world.clock.advance(Duration::from_secs(3_600));
    world.run(behind(all_versions(), &start)).expect(400, 0);
}

#[test]
fn a_hierarchical_key_is_split_inside_its_first_value() {
    let paths = ["/tenant", "/user"];
    let document = json!({
        "id": "c", "partitionKey": {"paths": paths, "kind": "MultiHash", "version": 2},
    });
    let world = world_with(&document, 1);
    let full = |tenant: &str, user: u32| PartitionKey::from((tenant.to_owned(), user.to_string()));
    for tenant in ["a", "b"] {
        for user in 0..20_u32 {
            let body = json!({"id": "1", "tenant": tenant, "user": user.to_string(), "n": user});
            let create = CreateItem {
                container: container(),
                partition_key: Some(full(tenant, user)),
                body: body.to_string().into(),
                precondition: Precondition::default(),
            };
            world.run(create).expect(201, 0);
        }
    }
    let definition = PartitionKeyDefinition::from_paths(paths);
    let tenant = EpkRange::prefix(&PartitionKey::from("a"), &definition).unwrap();
    split(&world, "0", &SplitPoint::At(tenant.min().clone()));
    split(&world, "2", &SplitPoint::At(tenant.max().clone()));
    split(&world, "3", &SplitPoint::Middle);
    let inside: Vec<u64> = partitions(&world)
        .iter()
        .filter(|partition| partition.range.is_subset_of(&tenant))
        .map(|partition| partition.items)
        .collect();
    assert_eq!(inside.iter().sum::<u64>(), 20);
    assert!(
        inside.len() == 2 && inside.iter().all(|items| *items > 0),
        "{inside:?}"
    );
    let prefix = || FeedScope {
        partition_key: Some(PartitionKey::from("a")),
        ..FeedScope::default()
    };
    let of_tenant = listed(&world, |world, at| world.run(list(prefix(), page(3, at))));
    assert_eq!(of_tenant.len(), 20);
    let (pages, _) = drain(
        &world,
        ReadChangeFeed {
            scope: prefix(),
            ..latest()
        },
    );
    assert_eq!(pages.concat().len(), 20);
    let by_prefix = DeleteByPartitionKey {
        container: container(),
        partition_key: Some(PartitionKey::from("a")),
    };
    world.run(by_prefix).expect(200, 0);
    let left = listed(&world, |world, at| {
        world.run(list(FeedScope::default(), page(9, at)))
    });
    assert_eq!(left.len(), 20);
    assert!(left.iter().all(|item| item["tenant"] == "b"));
}
