//! Random operations against a naive model: what is stored, what is refused, what feeds show.

use std::collections::{BTreeMap, HashMap, HashSet};

use cosmokit_engine::request::{FeedScope, ListItems, ReplaceItem};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{Answer, World, container, if_match, page, replace};

#[derive(Clone, Debug)]
struct Operation {
    kind: Kind,
    pk: u8,
    id: u8,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Create,
    Upsert,
    Replace,
    Delete,
    Read,
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let kind = prop_oneof![
        3 => Just(Kind::Create),
        2 => Just(Kind::Upsert),
        2 => Just(Kind::Replace),
        2 => Just(Kind::Delete),
        2 => Just(Kind::Read),
    ];
    let operation = (kind, 0..5_u8, 0..4_u8).prop_map(|(kind, pk, id)| Operation { kind, pk, id });
    prop::collection::vec(operation, 1..80)
}

/// The model: value, etag and LSN of each item.
#[derive(Default)]
struct Model {
    items: BTreeMap<(u8, u8), (usize, String, u64)>,
    etags: HashSet<String>,
    lsn_of: HashMap<String, u64>,
}

impl Model {
    /// The status that an operation must have.
    fn status(&self, operation: &Operation) -> u16 {
        let exists = self.items.contains_key(&(operation.pk, operation.id));
        match (operation.kind, exists) {
            (Kind::Create | Kind::Upsert, false) => 201,
            (Kind::Create, true) => 409,
            (Kind::Upsert | Kind::Replace | Kind::Read, true) => 200,
            (Kind::Delete, true) => 204,
            (Kind::Replace | Kind::Read | Kind::Delete, false) => 404,
        }
    }

    fn learn(&mut self, operation: &Operation, number: usize, answer: &Answer) {
        let key = (operation.pk, operation.id);
        let wrote = matches!(
            (operation.kind, answer.status),
            (Kind::Create | Kind::Upsert, 201)
                | (Kind::Upsert | Kind::Replace, 200)
                | (Kind::Delete, 204)
        );
        let partition = answer.facts.partition.as_ref().unwrap().range_id.clone();
        let before = self.lsn_of.entry(partition).or_default();
        let expected = if wrote { *before + 1 } else { *before };
        assert_eq!(
            answer.lsn(),
            expected,
            "a write takes the next position, nothing else does"
        );
        *before = answer.lsn();
        if !wrote {
            return;
        }
        self.items.remove(&key);
        if !matches!(operation.kind, Kind::Delete) {
            let etag = answer.etag().as_str().to_owned();
            assert!(
                self.etags.insert(etag.clone()),
                "every write has its own etag"
            );
            self.items.insert(key, (number, etag, answer.lsn()));
        }
    }
}

fn act(world: &World, operation: &Operation, number: usize) -> Answer {
    let (pk, id) = (format!("k{}", operation.pk), operation.id.to_string());
    let document = json!({"id": id, "pk": pk, "n": number});
    match operation.kind {
        Kind::Create => world.create(&pk, &document),
        Kind::Upsert => world.upsert(&pk, &document),
        Kind::Replace => world.replace(&pk, &id, &document),
        Kind::Delete => world.delete(&pk, &id),
        Kind::Read => world.read(&pk, &id),
    }
}

fn feed(world: &World, size: i64) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut continuation: Option<String> = None;
    loop {
        let paging = page(size, continuation.as_deref());
        let answer = world.run(ListItems {
            container: container(),
            scope: FeedScope::default(),
            paging,
        });
        rows.extend(answer.body["Documents"].as_array().unwrap().iter().cloned());
        continuation = answer.facts.continuation;
        if continuation.is_none() {
            return rows;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_account_is_its_model(operations in operations(), partitions in 1..5_u32, size in 1..10_i64) {
        let world = World::with_partitions(partitions);
        let mut model = Model::default();
        for (number, operation) in operations.iter().enumerate() {
            let answer = act(&world, operation, number);
            prop_assert_eq!(answer.status, model.status(operation), "{:?}", operation);
            model.learn(operation, number, &answer);
        }
        for ((pk, id), (number, etag, lsn)) in &model.items {
            let read = world.read(&format!("k{pk}"), &id.to_string()).expect(200, 0);
            prop_assert_eq!(read.body["n"].as_u64(), Some(*number as u64));
            prop_assert_eq!(read.body["_etag"].as_str(), Some(etag.as_str()));
            prop_assert_eq!(read.facts.position.unwrap().item_lsn.unwrap().value(), *lsn);
        }
        let rows = feed(&world, size);
        let shown: BTreeMap<(String, String), u64> = rows.iter().map(|row| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            ((text("pk"), text("id")), row["n"].as_u64().unwrap())
        }).collect();
        prop_assert_eq!(rows.len(), shown.len());
        let expected: BTreeMap<(String, String), u64> = model.items.iter()
            .map(|((pk, id), (number, ..))| ((format!("k{pk}"), id.to_string()), *number as u64))
            .collect();
        prop_assert_eq!(shown, expected);
    }

    #[test]
    fn the_same_seed_gives_the_same_answers(operations in operations()) {
        let run = || {
            let world = World::with_partitions(2);
            operations.iter().enumerate()
                .map(|(number, operation)| format!("{:?}", act(&world, operation, number)))
                .collect::<Vec<_>>()
        };
        prop_assert_eq!(run(), run());
    }
}

#[test]
fn writers_in_parallel_lose_nothing() {
    let world = World::with_partitions(3);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for number in 0..100 {
                    let (pk, id) = (format!("k{}", number % 5), format!("{thread}-{number}"));
                    world
                        .create(&pk, &json!({"id": id, "pk": pk}))
                        .expect(201, 0);
                    world.read(&pk, &id).expect(200, 0);
                    world.upsert(
                        "shared",
                        &json!({"id": "one", "pk": "shared", "by": thread}),
                    );
                }
            });
        }
    });
    let rows = feed(&world, 50);
    assert_eq!(rows.len(), 401);
    let position = world.read("shared", "one").facts.position.unwrap();
    assert!(position.lsn >= position.item_lsn.unwrap());
}

/// Adds one to the item's counter, as often as it takes to win the race.
fn add_one(world: &World) {
    loop {
        let read = world.read("a", "1").expect(200, 0);
        let next = read.body["n"].as_u64().unwrap() + 1;
        let replace = ReplaceItem {
            precondition: if_match(read.etag().as_str()),
            ..replace("a", "1", &json!({"id": "1", "pk": "a", "n": next}))
        };
        match world.run(replace).status {
            200 => return,
            412 => {}
            other => panic!("status {other}"),
        }
    }
}

#[test]
fn conditional_writes_lose_no_update() {
    const THREADS: u64 = 4;
    const ROUNDS: u64 = 1_000;
    let world = World::new();
    world
        .create("a", &json!({"id": "1", "pk": "a", "n": 0}))
        .expect(201, 0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..ROUNDS).for_each(|_| add_one(&world)));
        }
    });
    let end = world.read("a", "1");
    assert_eq!(end.body["n"], THREADS * ROUNDS);
    assert_eq!(end.lsn(), THREADS * ROUNDS + 1);
}
