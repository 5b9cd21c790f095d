//! Random operations on an account on disk against a naive model: every verb that writes, splits and merges, and between
//! them closes, crashes, snapshots, forks, restores and resets; with one region that writes and with several.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    num::NonZeroU32,
    path::Path,
    sync::Arc,
    time::Duration,
};

use cosmokit_engine::{
    Account, Lag, Snapshot, SplitPoint, WriteMode,
    clock::ManualClock,
    protocol::wire::region::Region,
    request::{FeedScope, ListItems},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    asking::{batch, key_delete, patch},
    world::{Answer, World, container, page, wait},
};

const REGIONS: [Region; 2] = [Region::EAST_US, Region::WEST_US];
const LAG: Duration = Duration::from_millis(700);
/// One pause; all instants of a run are multiples of it, so that no time to live ends at one.
const PAUSE: Duration = Duration::from_secs(4);
const TTL_SECONDS: u64 = 10;

type Key = (u8, u8);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Create,
    Upsert,
    Mortal,
    Replace,
    Delete,
    Patch,
}

#[derive(Clone, Debug)]
enum Step {
    One(Kind, Key),
    Batch(u8, Vec<(Kind, u8)>),
    DeleteKey(u8),
    Pause,
    Split(u8),
    Merge(u8),
    Reopen,
    Crash,
    Snapshot,
    Restore(u8),
    Fork(u8),
    Reset,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        2 => Just(Kind::Create),
        3 => Just(Kind::Upsert),
        1 => Just(Kind::Mortal),
        1 => Just(Kind::Replace),
        1 => Just(Kind::Delete),
        2 => Just(Kind::Patch),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let batch = (0..4_u8, prop::collection::vec((kind(), 0..4_u8), 1..5));
    let step = prop_oneof![
        12 => (kind(), (0..4_u8, 0..4_u8)).prop_map(|(kind, key)| Step::One(kind, key)),
        3 => batch.prop_map(|(pk, operations)| Step::Batch(pk, operations)),
        1 => (0..4_u8).prop_map(Step::DeleteKey),
        2 => Just(Step::Pause),
        1 => any::<u8>().prop_map(Step::Split),
        1 => any::<u8>().prop_map(Step::Merge),
        1 => Just(Step::Reopen),
        2 => Just(Step::Crash),
        2 => Just(Step::Snapshot),
        1 => any::<u8>().prop_map(Step::Restore),
        1 => any::<u8>().prop_map(Step::Fork),
        1 => prop_oneof![4 => Just(Step::Pause), 1 => Just(Step::Reset)],
    ];
    prop::collection::vec(step, 1..45)
}

/// A live item: its number, and since when its time to live runs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Item {
    n: u64,
    mortal_since: Option<u64>,
}

/// What the account must show.
#[derive(Clone, Debug, Default)]
struct Model(BTreeMap<Key, Item>);

impl Model {
    /// The status that an operation must have; carries it out where it succeeds.
    fn act(&mut self, kind: Kind, key: Key, n: u64, now: u64) -> u16 {
        let before = self.0.get(&key).copied();
        let item = |mortal: bool| Item {
            n,
            mortal_since: mortal.then_some(now),
        };
        let (status, after) = match (kind, before) {
            (Kind::Create | Kind::Upsert, None) => (201, Some(item(false))),
            (Kind::Mortal, None) => (201, Some(item(true))),
            (Kind::Create, Some(_)) => (409, before),
            (Kind::Upsert | Kind::Replace, Some(_)) => (200, Some(item(false))),
            (Kind::Mortal, Some(_)) => (200, Some(item(true))),
            (Kind::Patch, Some(before)) => {
                let mortal_since = before.mortal_since.map(|_| now);
                (
                    200,
                    Some(Item {
                        n: before.n + 1,
                        mortal_since,
                    }),
                )
            }
            (Kind::Delete, Some(_)) => (204, None),
            (Kind::Replace | Kind::Delete | Kind::Patch, None) => (404, None),
        };
        match after {
            Some(item) => self.0.insert(key, item),
            None => self.0.remove(&key),
        };
        status
    }

    fn expire(&mut self, now: u64) {
        self.0.retain(|_, item| {
            item.mortal_since
                .is_none_or(|since| since + TTL_SECONDS > now)
        });
    }

    fn shown(&self) -> BTreeMap<(String, String), u64> {
        let items = self.0.iter();
        items
            .map(|((pk, id), item)| ((format!("k{pk}"), id.to_string()), item.n))
            .collect()
    }
}

fn document(kind: Kind, (pk, id): Key, n: u64) -> Value {
    let mut document = json!({"id": id.to_string(), "pk": format!("k{pk}"), "n": n});
    if matches!(kind, Kind::Mortal) {
        document["ttl"] = json!(TTL_SECONDS);
    }
    document
}

/// A run: the account that is open, the model, and the snapshots with what they must show.
struct Run {
    mode: WriteMode,
    directory: TempDir,
    clock: Arc<ManualClock>,
    world: World,
    model: Model,
    snapshots: Vec<(Snapshot, Model)>,
    etags: HashSet<String>,
    /// Seconds since the beginning.
    now: u64,
}

fn open(mode: WriteMode, directory: &Path, clock: &Arc<ManualClock>) -> World {
    let builder = Account::builder()
        .regions(REGIONS)
        .write_mode(mode)
        .link_lag(Lag::Fixed(LAG))
        .partitions_per_container(NonZeroU32::new(2).unwrap());
    let world = World::durable(builder, directory, clock);
    world.account.set_all_links(Lag::Fixed(LAG)).unwrap();
    world
}

impl Run {
    fn new(mode: WriteMode) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let run = Self {
            mode,
            world: open(mode, directory.path(), &clock),
            directory,
            clock,
            model: Model::default(),
            snapshots: Vec::new(),
            etags: HashSet::new(),
            now: 0,
        };
        run.furnish();
        run
    }

    fn furnish(&self) {
        self.world.create_database("db").expect(201, 0);
        let document =
            json!({"id": "c", "partitionKey": {"paths": ["/pk"], "version": 2}, "defaultTtl": -1});
        self.world.create_container(&document).expect(201, 0);
    }

    /// The account where a key is written: always the same region, so that no writes are in conflict.
    fn home(&self, pk: u8) -> World {
        let place = match self.mode {
            WriteMode::Single => 0,
            WriteMode::Multi => usize::from(pk % 2),
        };
        World::elsewhere(&self.world, &REGIONS[place])
    }

    fn take(&mut self, step: Step, number: usize) {
        let n = number as u64 * 1_000;
        match step {
            Step::One(kind, key) => self.one(kind, key, n),
            Step::Batch(pk, operations) => self.batch(pk, &operations, n),
            Step::DeleteKey(pk) => {
                self.home(pk)
                    .run(key_delete(format!("k{pk}")))
                    .expect(200, 0);
                self.model.0.retain(|(known, _), _| *known != pk);
            }
            Step::Pause => self.pause(),
            Step::Split(draw) => self.repartition(draw, false),
            Step::Merge(draw) => self.repartition(draw, true),
            Step::Reopen => self.reopen(),
            Step::Crash => self.crash(),
            Step::Snapshot => {
                let snapshot = self.world.account.snapshot();
                self.snapshots.push((snapshot, self.model.clone()));
            }
            Step::Restore(draw) => {
                if let Some((snapshot, model)) = self.pick(draw) {
                    wait(self.world.account.restore(&snapshot)).unwrap();
                    self.model = model;
                    self.model.expire(self.now);
                }
            }
            Step::Fork(draw) => {
                if let Some((snapshot, mut model)) = self.pick(draw) {
                    model.expire(self.now);
                    let fork = World::over(self.world.account.fork(&snapshot), &self.world);
                    fork.account.set_all_links(Lag::None).unwrap();
                    check(&fork, &model);
                }
            }
            Step::Reset => {
                wait(self.world.account.reset()).unwrap();
                self.model = Model::default();
                self.furnish();
            }
        }
    }

    fn pick(&self, draw: u8) -> Option<(Snapshot, Model)> {
        let count = self.snapshots.len().max(1);
        self.snapshots.get(usize::from(draw) % count).cloned()
    }

    fn note(&mut self, answer: &Answer) {
        if let (200 | 201, Some(etag)) = (answer.status, &answer.facts.etag) {
            let is_new = self.etags.insert(etag.as_str().to_owned());
            assert!(is_new, "an etag was given twice: {answer:?}");
        }
    }

    fn one(&mut self, kind: Kind, key: Key, n: u64) {
        let (world, pk, id) = (self.home(key.0), format!("k{}", key.0), key.1.to_string());
        let document = document(kind, key, n);
        let answer = match kind {
            Kind::Create => world.create(&pk, &document),
            Kind::Upsert | Kind::Mortal => world.upsert(&pk, &document),
            Kind::Replace => world.replace(&pk, &id, &document),
            Kind::Delete => world.delete(&pk, &id),
            Kind::Patch => {
                let increment = json!({"operations": [{"op": "incr", "path": "/n", "value": 1}]});
                world.run(patch(&pk, &id, &increment))
            }
        };
        assert_eq!(
            answer.status,
            self.model.act(kind, key, n, self.now),
            "{kind:?} {key:?}"
        );
        self.note(&answer);
    }

    /// All of it takes effect, or nothing.
    fn batch(&mut self, pk: u8, operations: &[(Kind, u8)], n: u64) {
        let mut after = self.model.clone();
        let statuses = operations
            .iter()
            .map(|(kind, id)| after.act(*kind, (pk, *id), n, self.now));
        let statuses: Vec<u16> = statuses.collect();
        let succeeds = statuses.iter().all(|status| *status < 300);
        let body = operations.iter().map(|(kind, id)| {
            let (document, id) = (document(*kind, (pk, *id), n), id.to_string());
            match kind {
                Kind::Create => json!({"operationType": "Create", "resourceBody": document}),
                Kind::Upsert | Kind::Mortal => {
                    json!({"operationType": "Upsert", "resourceBody": document})
                }
                Kind::Replace => {
                    json!({"operationType": "Replace", "id": id, "resourceBody": document})
                }
                Kind::Delete => json!({"operationType": "Delete", "id": id}),
                Kind::Patch => json!({
                    "operationType": "Patch", "id": id,
                    "resourceBody": {"operations": [{"op": "incr", "path": "/n", "value": 1}]},
                }),
            }
        });
        let answer = self
            .home(pk)
            .run(batch(&format!("k{pk}"), &body.collect::<Vec<_>>()));
        assert_eq!(
            answer.status,
            if succeeds { 200 } else { 207 },
            "{operations:?} {answer:?}"
        );
        if succeeds {
            self.model = after;
        }
    }

    fn pause(&mut self) {
        self.clock.advance(PAUSE);
        self.now += PAUSE.as_secs();
        self.model.expire(self.now);
    }

    fn repartition(&self, draw: u8, merges: bool) {
        let account = &self.world.account;
        let partitions = account.partitions(&container()).unwrap();
        let at = usize::from(draw) % partitions.len();
        let id = partitions[at].id.to_string();
        if merges {
            if let Some(next) = partitions.get(at + 1) {
                account
                    .merge(&container(), [&id, next.id.as_ref()])
                    .unwrap();
            }
        } else if partitions.len() < 6 {
            account
                .split(&container(), &id, &SplitPoint::Middle)
                .unwrap();
        }
    }

    fn reopen(&mut self) {
        // The old account has to go before the directory can be opened again.
        self.world = World::new();
        self.world = open(self.mode, self.directory.path(), &self.clock);
        check(&self.world, &self.model);
    }

    /// A process that opens the directory after a `kill -9` at this instant goes on.
    fn crash(&mut self) {
        let copy = tempfile::tempdir().unwrap();
        let file = Path::new("account.cosmokit");
        fs::copy(self.directory.path().join(file), copy.path().join(file)).unwrap();
        self.world = open(self.mode, copy.path(), &self.clock);
        self.directory = copy;
        check(&self.world, &self.model);
    }
}

/// Every region shows what the model has; nothing is on the way.
#[track_caller]
fn check(world: &World, model: &Model) {
    for region in REGIONS {
        let world = World::elsewhere(world, &region);
        let list = ListItems {
            container: container(),
            scope: FeedScope::default(),
            paging: page(1_000, None),
        };
        let answer = world.run(list).expect(200, 0);
        let rows = answer.body["Documents"].as_array().unwrap().iter();
        let shown = rows.map(|row| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            ((text("pk"), text("id")), row["n"].as_u64().unwrap())
        });
        assert_eq!(
            shown.collect::<BTreeMap<_, _>>(),
            model.shown(),
            "{region:?}"
        );
    }
}

fn play(mode: WriteMode, steps: Vec<Step>) {
    let mut run = Run::new(mode);
    for (number, step) in steps.into_iter().enumerate() {
        run.take(step, number);
    }
    run.pause();
    check(&run.world, &run.model);
    run.crash();
    run.reopen();
}

/// A restore takes positions back: what is written afterwards stands where something else stood.
#[test]
fn a_write_after_a_restore_survives_a_crash() {
    let written = |kind| Step::One(kind, (1, 0));
    let (again, other) = (Step::Restore(0), Step::Restore(1));
    let same = [
        Step::Snapshot,
        written(Kind::Create),
        again.clone(),
        written(Kind::Create),
        Step::Crash,
    ];
    let larger = [
        Step::Snapshot,
        written(Kind::Create),
        Step::Snapshot,
        again,
        written(Kind::Mortal),
        other,
        Step::Crash,
    ];
    for mode in [WriteMode::Single, WriteMode::Multi] {
        play(mode, same.to_vec());
        play(mode, larger.to_vec());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn an_account_on_disk_is_its_model(steps in steps()) {
        play(WriteMode::Single, steps);
    }

    #[test]
    fn an_account_on_disk_in_which_every_region_writes_is_its_model(steps in steps()) {
        play(WriteMode::Multi, steps);
    }
}
