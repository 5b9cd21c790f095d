//! Random transactions and patches against a naive model, and readers of both change feeds with
//! random page sizes that must see exactly what the model remembers.

use std::{collections::BTreeMap, time::Duration};

use cosmokit_engine::{protocol::id::Etag, request::ReadChangeFeed};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    asking::{all_versions, batch, behind, entries, latest, of_range, patch, statuses},
    world::World,
};

/// One operation on the item of an id.
#[derive(Clone, Copy, Debug)]
struct Operation {
    kind: Kind,
    id: u8,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Create,
    Upsert,
    Replace,
    Delete,
    Patch,
    Read,
}

/// What a writer does next.
#[derive(Clone, Debug)]
enum Step {
    Batch(u8, Vec<Operation>),
    Patch(u8, u8),
    Wait(u16),
    ReadLatest(usize),
    ReadAll(usize),
    Sweep,
}

fn operation() -> impl Strategy<Value = Operation> {
    let kind = prop_oneof![
        1 => Just(Kind::Create),
        3 => Just(Kind::Upsert),
        1 => Just(Kind::Replace),
        1 => Just(Kind::Delete),
        2 => Just(Kind::Patch),
        1 => Just(Kind::Read),
    ];
    (kind, 0..4_u8).prop_map(|(kind, id)| Operation { kind, id })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..4_u8, prop::collection::vec(operation(), 1..6)).prop_map(|(pk, ops)| Step::Batch(pk, ops)),
        3 => (0..4_u8, 0..4_u8).prop_map(|(pk, id)| Step::Patch(pk, id)),
        2 => (0..20_u16).prop_map(Step::Wait),
        3 => (1..5_usize).prop_map(Step::ReadLatest),
        3 => (1..5_usize).prop_map(Step::ReadAll),
        1 => Just(Step::Sweep),
    ];
    prop::collection::vec(step, 1..40)
}

type Key = (u8, u8);

/// A live item: its number, and when it expires.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Item {
    n: u64,
    until: u64,
}

/// What happened to an item, as a reader of all versions is to see it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Event {
    key: Key,
    before: Option<u64>,
    after: Option<u64>,
    expired: bool,
}

const LIFETIME_SECS: u64 = 30;

#[derive(Clone, Debug, Default)]
struct Model {
    items: BTreeMap<Key, Item>,
    history: Vec<Event>,
    /// Items by the order of their last write; the latest last.
    written: Vec<Key>,
    now: u64,
    next: u64,
}

impl Model {
    fn live(&self, key: Key) -> Option<u64> {
        let item = self.items.get(&key)?;
        (item.until > self.now).then_some(item.n)
    }

    /// Ends what has expired, as the log does before it goes on.
    fn expire(&mut self, only: Option<Key>) {
        let gone: Vec<Key> = self
            .items
            .iter()
            .filter(|(key, item)| item.until <= self.now && only.is_none_or(|only| only == **key))
            .map(|(key, _)| *key)
            .collect();
        for key in gone {
            let before = self.items.remove(&key).map(|item| item.n);
            self.written.retain(|written| *written != key);
            self.history.push(Event {
                key,
                before,
                after: None,
                expired: true,
            });
        }
    }

    fn write(&mut self, key: Key, n: u64) {
        let before = self.live(key);
        self.items.insert(
            key,
            Item {
                n,
                until: self.now + LIFETIME_SECS,
            },
        );
        self.written.retain(|written| *written != key);
        self.written.push(key);
        self.history.push(Event {
            key,
            before,
            after: Some(n),
            expired: false,
        });
    }

    fn delete(&mut self, key: Key) {
        let before = self.items.remove(&key).map(|item| item.n);
        self.written.retain(|written| *written != key);
        self.history.push(Event {
            key,
            before,
            after: None,
            expired: false,
        });
    }

    /// Applies one operation; returns its status.
    fn apply(&mut self, pk: u8, operation: Operation) -> u64 {
        let key = (pk, operation.id);
        let present = self.live(key);
        self.next += 1;
        match (operation.kind, present) {
            (Kind::Create, Some(_)) => 409,
            (Kind::Create | Kind::Upsert, None) => {
                self.write(key, self.next);
                201
            }
            (Kind::Upsert | Kind::Replace, Some(_)) => {
                self.write(key, self.next);
                200
            }
            (Kind::Patch, Some(n)) => {
                self.write(key, n + 1000);
                200
            }
            (Kind::Delete, Some(_)) => {
                self.delete(key);
                204
            }
            (Kind::Read, Some(_)) => 200,
            (_, None) => 404,
        }
    }

    /// Applies a transaction; returns the statuses of its results.
    fn batch(&mut self, pk: u8, operations: &[Operation]) -> Vec<u64> {
        let before = self.clone();
        let done: Vec<u64> = operations.iter().map(|o| self.apply(pk, *o)).collect();
        let Some(failed) = done.iter().position(|status| *status >= 300) else {
            return done;
        };
        let next = self.next;
        *self = before;
        self.next = next;
        (0..done.len())
            .map(|at| if at == failed { done[at] } else { 424 })
            .collect()
    }
}

fn pk_text(pk: u8) -> String {
    format!("k{pk}")
}

/// The operation as a client writes it; `n` is what the model will store.
fn body(pk: u8, operation: Operation, n: u64) -> Value {
    let (id, pk) = (operation.id.to_string(), pk_text(pk));
    let document = json!({"id": id, "pk": pk, "n": n});
    match operation.kind {
        Kind::Create => json!({"operationType": "Create", "resourceBody": document}),
        Kind::Upsert => json!({"operationType": "Upsert", "resourceBody": document}),
        Kind::Replace => json!({"operationType": "Replace", "id": id, "resourceBody": document}),
        Kind::Delete => json!({"operationType": "Delete", "id": id}),
        Kind::Read => json!({"operationType": "Read", "id": id}),
        Kind::Patch => {
            let add = json!({"op": "incr", "path": "/n", "value": 1000});
            json!({"operationType": "Patch", "id": id, "resourceBody": {"operations": [add]}})
        }
    }
}

fn key_of(document: &Value) -> Key {
    let number = |text: &Value| {
        text.as_str()
            .unwrap()
            .trim_start_matches('k')
            .parse()
            .unwrap()
    };
    (number(&document["pk"]), number(&document["id"]))
}

/// A reader of one feed of a container with one partition.
struct Reader {
    feed: ReadChangeFeed,
    etag: Option<Etag>,
}

impl Reader {
    /// Everything that is new, in pages of this size.
    fn read(&mut self, world: &World, size: usize) -> Vec<Value> {
        let mut seen = Vec::new();
        loop {
            let mut feed = self.feed.clone();
            feed.max_item_count = i64::try_from(size).ok();
            if let Some(etag) = &self.etag {
                feed = behind(feed, etag);
            }
            let answer = world.run(feed);
            self.etag = Some(answer.etag());
            let page = entries(&answer);
            if page.is_empty() {
                return seen;
            }
            let lsns: Vec<u64> = page.iter().map(lsn).collect();
            assert!(lsns.is_sorted());
            // A page ends where its last LSN ends, however small it is meant to be.
            let full = lsns
                .len()
                .saturating_sub(lsns.iter().filter(|l| Some(*l) == lsns.last()).count());
            assert!(full < size, "a page of {lsns:?} is too long for {size}");
            seen.extend(page);
        }
    }
}

fn lsn(entry: &Value) -> u64 {
    let inside = entry.get("metadata").map(|metadata| &metadata["lsn"]);
    inside.unwrap_or(&entry["_lsn"]).as_u64().unwrap()
}

fn event(entry: &Value) -> Event {
    let metadata = &entry["metadata"];
    let document = match metadata["operationType"].as_str().unwrap() {
        "delete" => &entry["previous"],
        _ => &entry["current"],
    };
    Event {
        key: key_of(document),
        before: entry["previous"]["n"].as_u64(),
        after: entry["current"]["n"].as_u64(),
        expired: metadata["timeToLiveExpired"] == true,
    }
}

fn world() -> World {
    let world = World::empty();
    world.create_database("db");
    let document = json!({
        "id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "defaultTtl": LIFETIME_SECS,
        "changeFeedPolicy": {"retentionDuration": 1000},
    });
    world.create_container(&document).expect(201, 0);
    world
}

/// Events that end together by expiry have no order among themselves that matters to a reader.
fn by_item(events: &[Event]) -> BTreeMap<Key, Vec<Event>> {
    let mut items: BTreeMap<Key, Vec<Event>> = BTreeMap::new();
    for event in events {
        items.entry(event.key).or_default().push(*event);
    }
    items
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn the_log_is_its_model(steps in steps()) {
        let world = world();
        let mut model = Model { now: world.clock_now().secs(), ..Model::default() };
        let mut latest_reader = Reader { feed: latest(), etag: None };
        let mut all_reader = Reader {
            feed: of_range(all_versions(), "0"),
            etag: Some(world.run(all_versions()).etag()),
        };
        let mut seen_latest: BTreeMap<Key, u64> = BTreeMap::new();
        let mut seen_all: Vec<Event> = Vec::new();
        for step in &steps {
            match step {
                Step::Batch(pk, operations) => {
                    model.expire(None);
                    let first = model.next;
                    let expected = model.batch(*pk, operations);
                    let bodies: Vec<Value> = (first + 1..).zip(operations)
                        .map(|(n, operation)| body(*pk, *operation, n)).collect();
                    let answer = world.run(batch(&pk_text(*pk), &bodies));
                    prop_assert_eq!(statuses(&answer), expected);
                }
                Step::Patch(pk, id) => {
                    model.expire(None);
                    let expected = model.apply(*pk, Operation { kind: Kind::Patch, id: *id });
                    let add = json!([{"op": "incr", "path": "/n", "value": 1000}]);
                    let answer = world.run(patch(&pk_text(*pk), &id.to_string(), &add));
                    prop_assert_eq!(u64::from(answer.status), expected);
                }
                Step::Wait(seconds) => {
                    model.now += u64::from(*seconds);
                    world.clock.advance(Duration::from_secs((*seconds).into()));
                }
                Step::Sweep => {
                    let before = model.history.len();
                    model.expire(None);
                    prop_assert_eq!(world.account.sweep(), model.history.len() - before);
                }
                Step::ReadLatest(size) => {
                    let seen = latest_reader.read(&world, *size);
                    for entry in &seen {
                        seen_latest.insert(key_of(entry), entry["n"].as_u64().unwrap());
                    }
                    for (key, n) in &seen_latest {
                        if let Some(live) = model.live(*key) {
                            prop_assert_eq!(live, *n, "the reader has the latest of {:?}", key);
                        }
                    }
                    let all_live = model.items.keys().filter(|key| model.live(**key).is_some());
                    for key in all_live {
                        prop_assert!(seen_latest.contains_key(key), "the reader has seen {:?}", key);
                    }
                }
                Step::ReadAll(size) => {
                    model.expire(None);
                    let seen = all_reader.read(&world, *size);
                    seen_all.extend(seen.iter().map(event));
                    prop_assert_eq!(by_item(&seen_all), by_item(&model.history));
                }
            }
        }
        // A new reader sees each live item once, in the order of its last write.
        let seen = Reader { feed: latest(), etag: None }.read(&world, 3);
        let expected: Vec<(Key, u64)> = model.written.iter()
            .filter_map(|key| Some((*key, model.live(*key)?))).collect();
        let seen: Vec<(Key, u64)> = seen.iter()
            .map(|entry| (key_of(entry), entry["n"].as_u64().unwrap())).collect();
        prop_assert_eq!(seen, expected);
    }
}
