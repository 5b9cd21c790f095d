//! What gives way when a value is too long, and that the budget always holds.

use cosmokit_protocol::session::RangeId;
use cosmokit_session::Carried;
use cosmokit_session::budget::{Budget, Pruned, fit};
use cosmokit_session::carried::{GRAIN, Origin};
use cosmokit_session::format::decode;
use proptest::prelude::*;

use crate::sample::{NOW, any_carried, key, position, session_of};

const LIFETIME: u64 = 1_600;

fn budget(bytes: usize) -> Budget {
    Budget {
        bytes,
        lifetime: LIFETIME,
    }
}

fn mixed() -> Carried {
    let mut carried = Carried::new();
    for range in 0..40_u32 {
        let origin = if range % 2 == 0 {
            Origin::Read
        } else {
            Origin::Write
        };
        let position = position(
            &format!("1#{}", 1_000 + range * 7),
            origin,
            u64::from(range) * GRAIN,
        );
        carried
            .observe(key(1, 1), RangeId::from(range), position)
            .unwrap();
    }
    carried
        .observe(
            key(2, 2),
            RangeId::from(0),
            position("1#7", Origin::Write, 5_000),
        )
        .unwrap();
    carried
}

#[test]
fn what_fits_is_left_alone_but_for_what_has_expired() {
    let fitted = fit(&mixed(), budget(3_500), NOW);
    assert_eq!(
        fitted.pruned,
        Pruned {
            expired: 1,
            ..Pruned::default()
        }
    );
    assert_eq!(fitted.carried.range_count(), 40);
}

#[test]
fn reads_give_way_before_writes_and_the_oldest_first() {
    let whole = fit(&mixed(), budget(3_500), NOW).bytes.len();
    let fitted = fit(&mixed(), budget(whole - 10), NOW);
    assert!(
        fitted.pruned.read > 0 && fitted.pruned.written == 0,
        "{:?}",
        fitted.pruned
    );
    let left: Vec<_> = fitted.carried.get(&key(1, 1)).unwrap().ranges().collect();
    let youngest_lost = 40 - 2 * fitted.pruned.read;
    for (range, position) in left {
        let age: usize = range.as_str().parse().unwrap();
        assert!(position.origin() == Origin::Write || age < youngest_lost);
    }
}

#[test]
fn a_write_that_gives_way_leaves_a_mark() {
    let fitted = fit(&mixed(), budget(50), NOW);
    assert!(
        fitted.pruned.read == 20 && fitted.pruned.written > 0,
        "{:?}",
        fitted.pruned
    );
    let container = fitted.carried.get(&key(1, 1)).unwrap();
    let oldest_kept = container
        .ranges()
        .map(|(_, position)| NOW.since(position.seen_at()))
        .max();
    let until = container.uncertain_until().unwrap();
    // The mark lasts as long as the youngest write that gave way would have.
    assert_eq!(
        until.since(NOW),
        LIFETIME - oldest_kept.unwrap() - 2 * GRAIN
    );
    assert!(fitted.bytes.len() <= 50);
}

#[test]
fn marks_give_way_last() {
    let mut carried = Carried::new();
    for container in 0..200 {
        let position = position("1#5", Origin::Write, u64::from(container) / 10 * GRAIN);
        carried
            .observe(key(1, container), RangeId::from(0), position)
            .unwrap();
    }
    let fitted = fit(&carried, budget(500), NOW);
    assert!(fitted.pruned.marks > 0 && fitted.bytes.len() <= 500);
    // The youngest stay.
    assert!(fitted.carried.get(&key(1, 0)).is_some());
    assert!(fitted.carried.get(&key(1, 199)).is_none());
}

proptest! {
    #[test]
    fn the_budget_always_holds(carried in any_carried(), bytes in 8..400_usize) {
        let fitted = fit(&carried, budget(bytes), NOW);
        prop_assert!(fitted.bytes.len() <= bytes);
        prop_assert_eq!(decode(&fitted.bytes).unwrap().carried, fitted.carried);
    }

    #[test]
    fn no_write_is_lost_without_a_mark_while_marks_fit(carried in any_carried(), bytes in 200..400_usize) {
        let fitted = fit(&carried, budget(bytes), NOW);
        prop_assume!(fitted.pruned.marks == 0);
        for (key, container) in carried.containers() {
            for (range, position) in container.ranges() {
                if position.origin() == Origin::Read || NOW.since(position.seen_at()) >= LIFETIME {
                    continue;
                }
                let kept = fitted.carried.get(&key).unwrap();
                let is_kept = kept.ranges().any(|(known, _)| known == range);
                prop_assert!(is_kept || kept.uncertain_until() >= Some(position.seen_at().plus(LIFETIME)));
            }
        }
    }
}

#[test]
fn a_big_session_is_cut_down_within_any_budget() {
    let carried = session_of(1_000, 3);
    for bytes in [8, 20, 64, 500, 2_000, 3_500, 8_000] {
        assert!(fit(&carried, budget(bytes), NOW).bytes.len() <= bytes);
    }
}
