//! One schedule: writers, readers, splits and merges, in an order that the seed decides.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use cosmokit_engine::{
    Account, Lag, Repartition, RepartitionPhase, SplitPoint,
    protocol::{
        op::ChangeFeedMode::{AllVersionsAndDeletes, LatestVersion},
        partition::EffectivePartitionKey,
        wire::region::Region,
    },
    request::{FeedScope, ListItems, RequestOptions},
};
use serde_json::{Value, json};

use super::{
    judge::{Change, Fate, Key, Made, Seen, Violation},
    losses,
    reader::{Looked, Reader, version},
};
use crate::{
    asking::batch,
    world::{Answer, World, container, page, read},
};

/// What is done to the chains before they are judged, to see the judge find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    None,
    /// The first entry after a split or merge is missing.
    Drop,
    /// It comes again.
    Repeat,
    /// It comes after the one behind it.
    Swap,
}

/// How much happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) changes: u64,
    pub(crate) moves: u64,
    /// Requests that were turned away during a split or merge.
    pub(crate) refused: u64,
    pub(crate) retargeted: u64,
    pub(crate) failovers: u64,
    pub(crate) forced: u64,
    /// Changes that were lost by them.
    pub(crate) gone: u64,
}

impl Outcome {
    pub(crate) fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.moves += other.moves;
        self.refused += other.refused;
        self.retargeted += other.retargeted;
        self.failovers += other.failovers;
        self.forced += other.forced;
        self.gone += other.gone;
    }
}

/// Numbers that follow from a seed (`SplitMix64`).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn key(&mut self) -> Key {
        let small = |number: usize| u8::try_from(number).unwrap();
        (small(self.below(10)), small(self.below(3)))
    }
}

/// A reader of all items, and what it has come across.
#[derive(Default)]
struct FullRead {
    continuation: Option<String>,
    seen: Vec<(Key, u64)>,
    /// Numbers of items that were there, unchanged, since it began.
    untouched: BTreeMap<Key, u64>,
}

struct Run {
    /// The region that takes writes.
    world: World,
    /// The region where changes are read: every second schedule has another one, which lags.
    afar: World,
    draw: Draw,
    live: BTreeMap<Key, u64>,
    history: Vec<Made>,
    /// A region was lost, and what is left has not been looked at.
    has_lost: bool,
    tokens: BTreeMap<Key, String>,
    next: u64,
    moving: Vec<Repartition>,
    readers: Vec<Reader>,
    /// Pages of each reader when something moved last.
    marks: Vec<Vec<usize>>,
    full: FullRead,
    outcome: Outcome,
}

/// Runs a schedule and judges it.
pub(crate) fn run(seed: u64, mutation: Mutation) -> Result<Outcome, Violation> {
    let mut run = Run::new(seed);
    for _ in 0..100 {
        run.step()?;
    }
    run.finish()?;
    run.judge(mutation)?;
    Ok(run.outcome)
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut draw = Draw(seed);
        let partitions = NonZeroU32::new(1 + u32::try_from(draw.below(3)).unwrap()).unwrap();
        let mut builder = Account::builder()
            .seed(seed)
            .partitions_per_container(partitions);
        if seed % 2 == 1 {
            let regions = ["East US", "West US"].map(Region::new);
            let (min, max) = (Duration::from_millis(5), Duration::from_millis(50));
            builder = builder.regions(regions).link_lag(Lag::Uniform { min, max });
        }
        let world = World::built(builder);
        world.create_database("db");
        world.create_container(&json!({
            "id": "c", "partitionKey": {"paths": ["/pk"], "version": 1 + draw.below(2)},
            "changeFeedPolicy": {"retentionDuration": 60},
        }));
        let readers = vec![
            Reader::new(LatestVersion, false),
            Reader::new(LatestVersion, true),
            Reader::new(AllVersionsAndDeletes, false),
            Reader::new(AllVersionsAndDeletes, true),
        ];
        let mut afar = World::over(world.account.clone(), &world);
        let topology = world.account.topology();
        afar.region = topology.regions().last().unwrap().region.clone();
        let mut run = Self {
            world,
            afar,
            draw,
            live: BTreeMap::new(),
            history: Vec::new(),
            has_lost: false,
            tokens: BTreeMap::new(),
            next: 1,
            moving: Vec::new(),
            marks: vec![Vec::new(); readers.len()],
            readers,
            full: FullRead::default(),
            outcome: Outcome::default(),
        };
        // Readers of all versions begin now, before anything is written.
        for reader in &mut run.readers {
            reader.finish(&run.afar);
        }
        run
    }

    fn step(&mut self) -> Result<(), Violation> {
        self.world
            .clock
            .advance(Duration::from_millis(self.draw.below(6) as u64));
        let what = self.draw.below(26);
        if self.has_lost {
            self.take_stock();
            return Ok(());
        }
        match what {
            0..7 => self.write(),
            7 => self.transaction(),
            8 => self.read_own_write(),
            9..13 => self.look(),
            13..15 => return self.read_feed(),
            15..18 => self.begin(),
            18 => self.fail_over(),
            25 => self.lose_region(),
            _ => self.go_on(),
        }
        Ok(())
    }

    /// Whether a write took effect.
    fn took_effect(&mut self, key: Key, answer: &Answer) -> bool {
        if (answer.status, answer.substatus) == (410, 1007) {
            self.outcome.refused += 1;
            return false;
        }
        assert!(answer.status < 300, "{answer:?}");
        let token = answer.facts.session_token.as_deref().unwrap();
        self.tokens.insert(key, token.to_owned());
        true
    }

    fn note(&mut self, key: Key, after: Option<u64>) {
        let before = match after {
            Some(n) => self.live.insert(key, n),
            None => self.live.remove(&key),
        };
        self.full.untouched.remove(&key);
        self.history.push(Made {
            change: Change { key, before, after },
            fate: Fate::Fresh,
        });
        self.outcome.changes += 1;
    }

    fn document(&mut self, (pk, id): Key) -> (u64, Value) {
        let n = self.next;
        self.next += 1;
        (
            n,
            json!({"id": id.to_string(), "pk": pk.to_string(), "n": n}),
        )
    }

    fn write(&mut self) {
        let key = self.draw.key();
        let pk = key.0.to_string();
        if self.live.contains_key(&key) && self.draw.below(4) == 0 {
            let answer = self.world.delete(&pk, &key.1.to_string());
            if self.took_effect(key, &answer) {
                self.note(key, None);
            }
            return;
        }
        let (n, document) = self.document(key);
        let answer = self.world.upsert(&pk, &document);
        if self.took_effect(key, &answer) {
            self.note(key, Some(n));
        }
    }

    /// Several items of one key under one LSN.
    fn transaction(&mut self) {
        let (pk, _) = self.draw.key();
        let documents: Vec<(Key, u64, Value)> = (0..3)
            .map(|id| {
                let (n, document) = self.document((pk, id));
                ((pk, id), n, document)
            })
            .collect();
        let upsert = |(_, _, document): &(Key, u64, Value)| json!({"operationType": "Upsert", "resourceBody": document});
        let operations: Vec<Value> = documents.iter().map(upsert).collect();
        let answer = self.world.run(batch(&pk.to_string(), &operations));
        for (key, n, _) in documents {
            if self.took_effect(key, &answer) {
                self.note(key, Some(n));
            }
        }
    }

    /// Whoever has the token of a write sees it, whatever became of the partition.
    fn read_own_write(&mut self) {
        let key = self.draw.key();
        let options = RequestOptions {
            session_token: self.tokens.get(&key).cloned(),
            ..RequestOptions::default()
        };
        let (pk, id) = (key.0.to_string(), key.1.to_string());
        let answer = self.world.run_with(options, read(&pk, &id));
        match (answer.status, answer.substatus) {
            (410, 1007) => self.outcome.refused += 1,
            (404, 0) => assert_eq!(self.live.get(&key), None),
            _ => {
                let n = self.live.get(&key).copied();
                assert_eq!(answer.expect(200, 0).body["n"].as_u64(), n);
            }
        }
    }

    fn look(&mut self) {
        let (who, pick) = (self.draw.below(self.readers.len()), self.draw.below(100));
        let size = i64::try_from(1 + self.draw.below(5)).unwrap();
        if self.readers[who].look(&self.afar, pick, size) == Looked::TurnedAway {
            self.outcome.refused += 1;
        }
    }

    /// The other region takes the writes; changes are read where they were.
    fn fail_over(&mut self) {
        let topology = self.world.account.topology();
        if let [_, next] = topology.regions() {
            self.world.account.fail_over(&next.region).unwrap();
            self.world.region = next.region.clone();
            self.outcome.failovers += 1;
        }
    }

    /// The other region takes the writes with what has reached it, in the middle of whatever moves.
    fn lose_region(&mut self) {
        let topology = self.world.account.topology();
        if let [_, next] = topology.regions() {
            self.world.account.force_failover(&next.region).unwrap();
            self.world.region = next.region.clone();
            self.outcome.forced += 1;
            self.has_lost = true;
        }
    }

    /// Once nothing moves, looks at what the loss has left. Nobody writes before that.
    fn take_stock(&mut self) {
        if !self.moving.is_empty() {
            return self.go_on();
        }
        let mut left = BTreeMap::new();
        let mut continuation = None;
        loop {
            let answer = self.world.run(ListItems {
                container: container(),
                scope: FeedScope::default(),
                paging: page(100, continuation.as_deref()),
            });
            let answer = answer.expect(200, 0);
            let rows = answer.body["Documents"].as_array().unwrap();
            left.extend(rows.iter().map(|row| version(row).unwrap()));
            continuation = answer.facts.continuation;
            if continuation.is_none() {
                break;
            }
        }
        let losses = losses::account(&mut self.history, &left);
        self.outcome.gone += losses.gone;
        for key in losses.changed {
            self.full.untouched.remove(&key);
        }
        self.live = left;
        self.has_lost = false;
    }

    /// A page of all items; at the end, what was there all the time came once.
    fn read_feed(&mut self) -> Result<(), Violation> {
        if self.full.continuation.is_none() {
            self.full.untouched = self.live.clone();
        }
        let answer = self.world.run(ListItems {
            container: container(),
            scope: FeedScope::default(),
            paging: page(4, self.full.continuation.as_deref()),
        });
        if (answer.status, answer.substatus) == (410, 1007) {
            self.outcome.refused += 1;
            return Ok(());
        }
        let answer = answer.expect(200, 0);
        let rows = answer.body["Documents"].as_array().unwrap();
        self.full
            .seen
            .extend(rows.iter().map(|row| version(row).unwrap()));
        self.full.continuation = answer.facts.continuation;
        if self.full.continuation.is_some() {
            return Ok(());
        }
        let full = std::mem::take(&mut self.full);
        let times = |key: &Key, n: u64| full.seen.iter().filter(|seen| **seen == (*key, n)).count();
        match full.untouched.iter().find(|(key, n)| times(key, **n) != 1) {
            Some((key, n)) => {
                let times = times(key, *n);
                Err(Violation::Items(format!(
                    "{key:?} at {n} came {times} times"
                )))
            }
            None => Ok(()),
        }
    }

    /// Begins a split or merge, and leaves it there.
    fn begin(&mut self) {
        if self.moving.len() > 1 {
            return;
        }
        let live = self.world.account.partitions(&container()).unwrap();
        let at = self.draw.below(live.len());
        let id = live[at].id.to_string();
        let begun = if live.len() > 1 && self.draw.below(5) < 2 {
            let other = if at == 0 { 1 } else { at - 1 };
            let ids = [id.as_str(), live[other].id.as_str()];
            self.world.account.begin_merge(&container(), ids)
        } else {
            let first_byte = u8::try_from(self.draw.below(0x40)).unwrap();
            let at = match self.draw.below(3) {
                0 => SplitPoint::Middle,
                1 => SplitPoint::Storage,
                _ => SplitPoint::At(EffectivePartitionKey::from_bytes(&[first_byte])),
            };
            self.world.account.begin_split(&container(), &id, &at)
        };
        // Busy ranges, and those that cannot be cut there, stay.
        self.moving.extend(begun);
    }

    fn go_on(&mut self) {
        if self.moving.is_empty() {
            return;
        }
        let at = self.draw.below(self.moving.len());
        if self.draw.below(8) == 0 {
            return self.moving.swap_remove(at).abort();
        }
        if self.moving[at].step() == RepartitionPhase::Completed {
            drop(self.moving.swap_remove(at));
            self.moved();
        }
    }

    fn moved(&mut self) {
        self.outcome.moves += 1;
        for (marks, reader) in self.marks.iter_mut().zip(&self.readers) {
            marks.push(reader.chain.pages.len());
        }
    }

    /// Everything comes to rest, and is read to the end.
    fn finish(&mut self) -> Result<(), Violation> {
        for moving in std::mem::take(&mut self.moving) {
            moving.complete();
            self.moved();
        }
        if self.has_lost {
            self.take_stock();
        }
        self.world.clock.advance(Duration::from_secs(1));
        for reader in &mut self.readers {
            reader.finish(&self.afar);
            self.outcome.retargeted += reader.retargeted;
        }
        while self.full.continuation.is_some() {
            self.read_feed()?;
        }
        self.full = FullRead::default();
        self.read_feed()?;
        while self.full.continuation.is_some() {
            self.read_feed()?;
        }
        Ok(())
    }

    fn judge(&mut self, mutation: Mutation) -> Result<(), Violation> {
        for (number, reader) in self.readers.iter_mut().enumerate() {
            self.marks[number].dedup();
            for at in &self.marks[number] {
                let page = reader.chain.pages.get_mut(*at);
                if let Some(page) = page {
                    mutate(&mut page.entries, mutation);
                }
            }
            match number {
                0 | 1 => reader.chain.judge_latest(&self.history)?,
                _ => reader.chain.judge_all(&self.history)?,
            }
        }
        Ok(())
    }
}

fn mutate(entries: &mut Vec<Seen>, mutation: Mutation) {
    match mutation {
        Mutation::Drop => drop(entries.remove(0)),
        Mutation::Repeat => entries.push(entries[0]),
        Mutation::Swap if entries.len() > 1 => entries.swap(0, 1),
        Mutation::Swap | Mutation::None => {}
    }
}
