//! Commits are whole, wherever the process or the disk stops.

use std::{collections::BTreeMap, sync::Arc};

use super::platter::{Fault, Platter};
use crate::{
    durable::{
        disk::{Disk, format},
        store::{Batch, ChangeRow, LogId, Place, Store, StoreError},
    },
    entropy::Entropy,
};

/// What a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    changes: BTreeMap<(LogId, Place), Vec<u8>>,
}

const LOGS: u64 = 3;

impl Content {
    pub(super) fn of(store: &Disk) -> Result<Self, StoreError> {
        let mut changes = BTreeMap::new();
        for log in (0..LOGS).map(LogId) {
            store.changes(log, &mut |at, record| {
                changes.insert((log, at), record.to_vec());
                Ok(())
            })?;
        }
        let rows = store.rows()?.into_iter().collect();
        Ok(Self { rows, changes })
    }

    pub(super) fn apply(&mut self, batch: &Batch) {
        for (key, value) in &batch.rows {
            match value {
                Some(value) => self.rows.insert(key.clone(), value.clone()),
                None => self.rows.remove(key),
            };
        }
        for row in &batch.changes {
            let key = (row.log, row.at);
            match &row.record {
                Some(record) => self.changes.insert(key, record.clone()),
                None => self.changes.remove(&key),
            };
        }
        self.changes
            .retain(|(log, _), _| !batch.dropped.contains(log));
    }
}

pub(super) fn batch(sequence: u64, entropy: &Entropy) -> Batch {
    let draw = |below: u64| entropy.next() % below;
    let mut batch = Batch {
        sequence,
        ..Batch::default()
    };
    for _ in 0..draw(4) {
        let value = (draw(4) > 0).then(|| vec![7; usize::try_from(draw(600)).unwrap()]);
        batch
            .rows
            .push((vec![u8::try_from(draw(9)).unwrap()], value));
    }
    for _ in 0..draw(12) {
        let fill = u8::try_from(draw(256)).unwrap();
        let size = if draw(8) == 0 { 20_000 } else { 1_500 };
        let record = (draw(3) > 0).then(|| vec![fill; usize::try_from(draw(size)).unwrap()]);
        batch.changes.push(ChangeRow {
            log: LogId(draw(LOGS)),
            at: (draw(20), u32::try_from(draw(2)).unwrap()),
            record,
        });
    }
    if draw(10) == 0 {
        batch.dropped.push(LogId(draw(LOGS)));
    }
    batch
}

pub(super) fn empty() -> Platter {
    let platter = Platter::default();
    format(Arc::new(platter.clone())).unwrap();
    platter
}

fn open(platter: &Platter) -> Disk {
    Disk::over(Arc::new(platter.clone())).unwrap()
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let entropy = Entropy::new(1);
    let (platter, mut model) = (empty(), Content::default());
    for round in 0..10 {
        let store = open(&platter);
        assert_eq!(Content::of(&store).unwrap(), model);
        for sequence in round * 5..round * 5 + 5 {
            let batch = batch(sequence + 1, &entropy);
            store.commit(&batch).unwrap();
            model.apply(&batch);
            assert_eq!(Content::of(&store).unwrap(), model);
        }
    }
}

/// Runs commits until the disk stops at write `at`; gives the content before and after the commit
/// that it stopped in.
fn run_until(platter: &Platter, seed: u64, at: u64) -> [Content; 2] {
    let entropy = Entropy::new(seed);
    let store = open(platter);
    platter.set(Fault::Dead {
        at: platter.writes() + at,
    });
    let mut model = Content::default();
    for sequence in 1.. {
        let batch = batch(sequence, &entropy);
        let mut next = model.clone();
        next.apply(&batch);
        if store.commit(&batch).is_err() {
            return [model, next];
        }
        model = next;
    }
    unreachable!("the disk stops sooner or later")
}

#[test]
fn a_commit_is_whole_or_not_there_wherever_the_process_dies() {
    for at in 1..250 {
        let platter = empty();
        let allowed = run_until(&platter, at / 50, at);
        let found = Content::of(&open(&Platter::new(platter.bytes()))).unwrap();
        assert!(allowed.contains(&found), "died at write {at}");
    }
}

#[test]
fn a_commit_is_whole_or_not_there_when_the_power_goes() {
    let luck = Entropy::new(5);
    for at in 1..250 {
        let platter = empty();
        let allowed = run_until(&platter, at / 50, at);
        let left = Platter::new(platter.after_power_loss(&luck));
        let found = Content::of(&open(&left)).unwrap();
        assert!(allowed.contains(&found), "the power went at write {at}");
    }
}

#[test]
fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
    let entropy = Entropy::new(3);
    let (platter, mut model) = (empty(), Content::default());
    let store = open(&platter);
    let (mut sequence, mut refused) = (0, 0);
    for round in 0..20 {
        let limit = platter.bytes().len() + round * 1_000;
        platter.set(Fault::Full(limit));
        for _ in 0..10 {
            sequence += 1;
            let mut batch = batch(sequence, &entropy);
            batch
                .rows
                .push((b"more".to_vec(), Some(vec![1; 9_000 * (1 + round)])));
            match store.commit(&batch) {
                Ok(()) => model.apply(&batch),
                Err(error) => {
                    assert!(error.to_string().contains("no space left"), "{error}");
                    refused += 1;
                }
            }
            assert_eq!(Content::of(&store).unwrap(), model);
        }
        platter.set(Fault::None);
        sequence += 1;
        let batch = batch(sequence, &entropy);
        store.commit(&batch).unwrap();
        model.apply(&batch);
        assert_eq!(
            Content::of(&open(&Platter::new(platter.bytes()))).unwrap(),
            model
        );
    }
    assert!(refused > 20, "the disk was full {refused} times");
}
