//! A state against a naive model: random writes, snapshots, retention.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use cosmokit_protocol::{
    partition::{EffectivePartitionKey, EpkRange},
    session::Lsn,
};
use proptest::prelude::*;

use super::{
    item_key::{ItemName, KeyProbe},
    log::{LogIndex, Retention},
    state::{LogFull, State},
    unique::UniqueEntries,
    version::{Change, Version, VersionTag},
};
use crate::{clock::Timestamp, document::ItemTtl};

/// A write to one of a few items.
#[derive(Clone, Debug)]
struct Write {
    point: u8,
    id: u8,
    delete: bool,
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let write = (0..4_u8, 0..4_u8, prop::bool::weighted(0.3))
        .prop_map(|(point, id, delete)| Write { point, id, delete });
    prop::collection::vec(write, 0..60)
}

/// The naive model: what an item is, and where it was written.
type Model = BTreeMap<(u8, u8), (u64, Lsn, Bytes)>;

fn point_of(number: u8) -> EffectivePartitionKey {
    EffectivePartitionKey::from_bytes(&[number, 7])
}

/// The version that a write makes, or `None` for a delete of nothing.
fn version(write: &Write, model: &Model, number: u64) -> Option<Version> {
    let present = model.get(&(write.point, write.id));
    let change = match (write.delete, present) {
        (true, None) => return None,
        (true, Some(_)) => Change::Delete,
        (false, None) => Change::Create,
        (false, Some(_)) => Change::Replace,
    };
    let body = if write.delete {
        Bytes::new()
    } else {
        Bytes::from(format!("body {number}"))
    };
    Some(Version {
        name: ItemName::new(point_of(write.point).as_bytes(), &write.id.to_string()),
        ordinal: present.map_or(number, |(ordinal, ..)| *ordinal),
        change,
        tag: VersionTag::new(number, 1, Timestamp::from_secs(number)),
        origin: None,
        at: Timestamp::from_secs(number),
        ttl: ItemTtl::Absent,
        leaves: 1,
        unique: UniqueEntries::NONE,
        body,
    })
}

/// Applies writes to state and model alike; `seen` looks at both after each.
fn run(
    writes: &[Write],
    retention: impl Fn(u64) -> Retention,
    mut seen: impl FnMut(&State, &Model),
) {
    let (mut state, mut model) = (State::default(), Model::new());
    for (number, write) in (1_u64..).zip(writes) {
        let Some(version) = version(write, &model, number) else {
            continue;
        };
        let (ordinal, body) = (version.ordinal, version.body.clone());
        let before = state.lsn();
        let lsn = state
            .append([Arc::new(version)], retention(number))
            .unwrap();
        assert!(lsn > before, "positions only grow");
        if write.delete {
            model.remove(&(write.point, write.id));
        } else {
            model.insert((write.point, write.id), (ordinal, lsn, body));
        }
        seen(&state, &model);
    }
}

fn assert_same(state: &State, model: &Model) {
    for point in 0..4 {
        for id in 0..4 {
            let (epk, text) = (point_of(point), id.to_string());
            let slot = state.items().get(&KeyProbe::new(&epk, &text));
            let got = slot.map(|slot| {
                (
                    slot.version.ordinal,
                    slot.index.lsn(),
                    slot.version.body.clone(),
                )
            });
            assert_eq!(got.as_ref(), model.get(&(point, id)));
        }
    }
    let mut by_ordinal: Vec<_> = model
        .values()
        .map(|(ordinal, _, body)| (*ordinal, body))
        .collect();
    by_ordinal.sort_unstable();
    let feed: Vec<_> = state
        .items()
        .after(None)
        .map(|v| (v.ordinal, &v.body))
        .collect();
    assert_eq!(feed, by_ordinal);
    let usage = state.items().usage();
    assert_eq!(usage.items, model.len() as u64);
    assert_eq!(
        usage.bytes,
        model
            .values()
            .map(|(_, _, body)| body.len() as u64)
            .sum::<u64>()
    );
}

/// The log holds the latest version of each item, in the order of writing, and nothing else.
fn assert_latest_only(state: &State, model: &Model) {
    let mut expected: Vec<_> = model
        .values()
        .map(|(_, lsn, body)| (*lsn, body.clone()))
        .collect();
    expected.sort_unstable();
    let log: Vec<_> = state
        .log()
        .after(LogIndex::default())
        .map(|(index, entry)| (index.lsn(), entry.version.body.clone()))
        .collect();
    assert_eq!(log, expected);
    assert_eq!(state.log().len(), model.len());
}

proptest! {
    #[test]
    fn a_state_is_its_model(writes in writes()) {
        run(&writes, |_| Retention::LatestOnly, |state, model| {
            assert_same(state, model);
            assert_latest_only(state, model);
        });
    }

    #[test]
    fn a_snapshot_stays_what_it_was(writes in writes()) {
        let mut kept: Vec<(State, Model)> = Vec::new();
        run(&writes, |_| Retention::LatestOnly, |state, model| kept.push((state.clone(), model.clone())));
        for (state, model) in &kept {
            assert_same(state, model);
            assert_latest_only(state, model);
        }
    }

    #[test]
    fn retention_keeps_every_change_in_the_window(writes in writes(), window in 0_u64..20) {
        let since = move |number: u64| Timestamp::from_secs(number.saturating_sub(window));
        let mut history: Vec<(Lsn, u64)> = Vec::new();
        run(&writes, move |number| Retention::Changes { since: since(number) }, |state, model| {
            assert_same(state, model);
            let newest = state.log().after(LogIndex::default()).map(|(_, entry)| entry.version.at).max();
            history.push((state.lsn(), newest.unwrap().secs()));
            let from = newest.unwrap().secs().saturating_sub(window);
            let expected: Vec<_> = history.iter().filter(|(_, at)| *at >= from).map(|(lsn, _)| *lsn).collect();
            let kept: Vec<_> = state.log().after(LogIndex::default())
                .filter(|(_, entry)| entry.version.at.secs() >= from)
                .map(|(index, _)| index.lsn())
                .collect();
            assert_eq!(kept, expected);
            // Behind the window only latest versions are left, without pre-images.
            for (index, entry) in state.log().after(LogIndex::default()) {
                if entry.version.at.secs() < from {
                    assert!(entry.previous.is_none());
                    assert!(model.values().any(|(_, lsn, _)| *lsn == index.lsn()));
                }
            }
        });
    }
}

#[test]
fn a_preimage_is_what_stood_there() {
    let mut bodies = Vec::new();
    let write = |delete| Write {
        point: 0,
        id: 0,
        delete,
    };
    let retention = |_| Retention::Changes {
        since: Timestamp::default(),
    };
    run(
        &[write(false), write(false), write(true)],
        retention,
        |state, _| {
            let entries: Vec<_> = state.log().after(LogIndex::default()).collect();
            let (_, last) = entries.last().unwrap();
            let previous = last.previous.as_ref();
            bodies.push(
                previous.map(|previous| (previous.lsn.value(), previous.version.body.clone())),
            );
        },
    );
    let body = |number: u64| Bytes::from(format!("body {number}"));
    assert_eq!(bodies, [None, Some((1, body(1))), Some((2, body(2)))]);
}

#[test]
fn history_goes_with_the_retention() {
    let write = |delete| Write {
        point: 0,
        id: 0,
        delete,
    };
    let writes = [false, false, true, false, false].map(write);
    let mut lengths = Vec::new();
    let retention = |number| {
        if number < 5 {
            Retention::Changes {
                since: Timestamp::default(),
            }
        } else {
            Retention::LatestOnly
        }
    };
    run(&writes, retention, |state, _| {
        lengths.push((
            state.log().len(),
            state.log().complete_since(&EpkRange::FULL).value(),
        ));
    });
    assert_eq!(lengths, [(1, 0), (2, 0), (3, 0), (4, 0), (1, 5)]);
}

#[test]
fn changes_that_happen_together_share_an_lsn() {
    let mut state = State::default();
    let model = Model::new();
    let made = |id| {
        let write = Write {
            point: 0,
            id,
            delete: false,
        };
        Arc::new(version(&write, &model, u64::from(id) + 1).unwrap())
    };
    let lsn = state
        .append((0..5).map(made), Retention::LatestOnly)
        .unwrap();
    assert_eq!((lsn, state.lsn()), (Lsn::from(1), Lsn::from(1)));
    let lsns: Vec<_> = state
        .log()
        .after(LogIndex::default())
        .map(|(index, _)| index.lsn())
        .collect();
    assert_eq!(lsns, [Lsn::from(1); 5]);
}

#[test]
fn an_item_that_takes_the_place_of_another_has_its_own_ordinal() {
    let write = Write {
        point: 0,
        id: 0,
        delete: false,
    };
    let mut state = State::default();
    for number in [1, 2] {
        let made = version(&write, &Model::new(), number).unwrap();
        state
            .append([Arc::new(made)], Retention::LatestOnly)
            .unwrap();
    }
    let ordinals: Vec<_> = state
        .items()
        .after(None)
        .map(|version| version.ordinal)
        .collect();
    assert_eq!(ordinals, [2]);
    assert_eq!(state.items().usage().items, 1);
}

#[test]
fn items_of_a_range_come_in_the_order_of_points() {
    let writes: Vec<_> = [(2, 1), (0, 3), (1, 0), (1, 2), (3, 0)]
        .map(|(point, id)| Write {
            point,
            id,
            delete: false,
        })
        .into();
    let range = EpkRange::new(point_of(1), point_of(3)).unwrap();
    let mut names = Vec::new();
    run(
        &writes,
        |_| Retention::LatestOnly,
        |state, _| {
            names = state
                .items()
                .in_range(&range)
                .map(|slot| slot.version.name.id().to_owned())
                .collect();
        },
    );
    assert_eq!(names, ["0", "2", "1"]);
}

#[test]
fn a_full_log_refuses_and_changes_nothing() {
    let index = LogIndex::end_of(Lsn::MAX);
    assert_eq!(index.lsn(), Lsn::MAX);
    assert!(LogIndex::new(Lsn::from(7), 3) > LogIndex::new(Lsn::from(7), 2));
    assert!(LogIndex::new(Lsn::from(8), 0) > LogIndex::end_of(Lsn::from(7)));
    let mut state = State::at(Lsn::MAX);
    let write = Write {
        point: 0,
        id: 0,
        delete: false,
    };
    let made = version(&write, &Model::new(), 1).map(Arc::new);
    assert_eq!(state.append(made, Retention::LatestOnly), Err(LogFull));
    assert_eq!(state.items().usage().items, 0);
}

/// The part of a model on one side of point 2.
fn side(model: &Model, upper: bool) -> Model {
    let inside = model
        .iter()
        .filter(|((point, _), _)| (*point >= 2) == upper);
    inside.map(|(key, item)| (*key, item.clone())).collect()
}

fn halves() -> (EpkRange, EpkRange) {
    EpkRange::FULL.split_at(&point_of(2)).unwrap()
}

proptest! {
    #[test]
    fn a_cut_has_its_side_of_the_model(writes in writes()) {
        let (low, high) = halves();
        run(&writes, |_| Retention::LatestOnly, |state, model| {
            for (range, upper) in [(&low, false), (&high, true)] {
                let (cut, model) = (state.cut(range), side(model, upper));
                assert_same(&cut, &model);
                assert_latest_only(&cut, &model);
                assert_eq!(cut.lsn(), state.lsn());
            }
        });
    }

    #[test]
    fn what_was_cut_joins_to_what_it_was(writes in writes()) {
        let (low, high) = halves();
        run(&writes, |_| Retention::LatestOnly, |state, model| {
            let joined = State::join((&low, &state.cut(&low)), (&high, &state.cut(&high)));
            assert_same(&joined, model);
            assert_latest_only(&joined, model);
            assert_eq!(joined.lsn(), state.lsn());
        });
    }

    /// Both sides are written by themselves, so their LSNs meet.
    #[test]
    fn a_join_keeps_every_change_under_its_lsn(low in writes(), high in writes(), keep in any::<bool>()) {
        let below = |write: &Write| Write { point: write.point % 2, ..write.clone() };
        let above = |write: &Write| Write { point: write.point % 2 + 2, ..write.clone() };
        let retention = move |_| if keep { Retention::Changes { since: Timestamp::default() } } else { Retention::LatestOnly };
        let grown = |writes: Vec<Write>| {
            let mut last = (State::default(), Model::new());
            run(&writes, retention, |state, model| last = (state.clone(), model.clone()));
            last
        };
        let (low, high) = (low.iter().map(below).collect(), high.iter().map(above).collect());
        let ((low, mut model), (high, others)) = (grown(low), grown(high));
        model.extend(others);
        let (lower, upper) = halves();
        let joined = State::join((&lower, &low), (&upper, &high));
        let changes = |state: &State| -> Vec<_> {
            let all = state.log().after(LogIndex::default());
            all.map(|(at, entry)| (at.lsn(), entry.version.tag.to_string())).collect()
        };
        let mut expected = [changes(&low), changes(&high)].concat();
        let mut got = changes(&joined);
        prop_assert!(got.is_sorted_by_key(|(lsn, _)| *lsn));
        expected.sort();
        got.sort();
        prop_assert_eq!(got, expected);
        prop_assert_eq!(joined.lsn(), low.lsn().max(high.lsn()));
        for slot in joined.items().in_order() {
            let at = LogIndex::new(slot.index.lsn(), 0);
            let mut from = joined.log().after(LogIndex::end_of(slot.index.lsn().value().checked_sub(1).map_or(Lsn::ZERO, |lsn| Lsn::new(lsn).unwrap())));
            prop_assert!(at <= slot.index && from.any(|(index, entry)| joined.is_latest(index, entry) && index == slot.index));
        }
        prop_assert_eq!(joined.items().usage().items, model.len() as u64);
        // Cut again, each side is what it was.
        prop_assert_eq!(changes(&joined.cut(&lower)), changes(&low));
        prop_assert_eq!(changes(&joined.cut(&upper)), changes(&high));
    }
}

#[test]
fn a_joined_log_forgets_part_by_part() {
    let (low, high) = halves();
    let make = |point: u8, number: u64| {
        let write = Write {
            point,
            id: 0,
            delete: false,
        };
        Arc::new(version(&write, &Model::new(), number).unwrap())
    };
    let window = |since| Retention::Changes {
        since: Timestamp::from_secs(since),
    };
    let mut busy = State::default();
    for number in 1..=10 {
        busy.append([make(0, number)], window(number.saturating_sub(3)))
            .unwrap();
    }
    let mut quiet = State::default();
    quiet.append([make(3, 9)], window(0)).unwrap();
    let mut joined = State::join((&low, &busy), (&high, &quiet));
    let since = |state: &State, range: &EpkRange| state.log().complete_since(range).value();
    assert_eq!((since(&busy, &low), since(&quiet, &high)), (6, 0));
    assert_eq!((since(&joined, &low), since(&joined, &high)), (6, 0));
    assert_eq!(since(&joined, &EpkRange::FULL), 6);
    // What the quiet side wrote leaves the window, then the busy side's, then there is one log.
    joined.append([make(0, 11)], window(10)).unwrap();
    assert_eq!((since(&joined, &low), since(&joined, &high)), (9, 1));
    joined.append([make(0, 12)], window(12)).unwrap();
    assert_eq!((since(&joined, &low), since(&joined, &high)), (11, 11));
}
