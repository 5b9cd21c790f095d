//! Budgets of request units: a bucket per partition and region that refills with time.
//!
//! A request is let in while there is something in the bucket, and pays afterwards what it turned
//! out to cost; so a bucket can go below zero, and the next requests wait until that is made up.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use cosmokit_protocol::{
    session::{RangeId, RegionId},
    wire::{charge::RequestCharge, priority::PriorityLevel},
};

use crate::clock::Timestamp;

/// The part of a bucket that only urgent requests may use.
const RESERVED_FOR_HIGH: f64 = 0.2;

/// What is left of a budget, in request units, at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    left: f64,
    at: Timestamp,
}

/// Whether a request is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is.
    Admit,
    /// It is not, and would be after this wait if nobody came before it.
    Wait(Duration),
}

impl Bucket {
    /// A full bucket: what `rate` RU/s give in one second.
    pub(crate) fn full(rate: f64, at: Timestamp) -> Self {
        Self { left: rate, at }
    }

    /// The bucket at `now`, refilled at `rate` RU/s up to one second's worth.
    pub(crate) fn refilled(self, rate: f64, now: Timestamp) -> Self {
        let elapsed = millis(now) - millis(self.at);
        let left = (self.left + rate * elapsed.max(0.0) / 1000.0).min(rate);
        Self {
            left,
            at: self.at.max(now),
        }
    }

    /// Whether a request is let in now.
    pub(crate) fn verdict(self, rate: f64, priority: PriorityLevel) -> Verdict {
        let floor = match priority {
            PriorityLevel::High => 0.0,
            PriorityLevel::Low => rate * RESERVED_FOR_HIGH,
        };
        if self.left > floor {
            return Verdict::Admit;
        }
        // A rate is at least one tenth of a unit, and a request costs at most some thousands.
        let missing = (floor - self.left) / rate.max(0.1);
        let wait = Duration::try_from_secs_f64(missing).unwrap_or(Duration::MAX);
        Verdict::Wait(whole_millis_above(wait))
    }

    /// The bucket after a request has paid.
    pub(crate) fn spent(self, charge: RequestCharge) -> Self {
        Self {
            left: self.left - charge.value(),
            ..self
        }
    }
}

/// The next whole millisecond: what a client can be told to wait, and then finds a unit.
fn whole_millis_above(wait: Duration) -> Duration {
    let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(millis.saturating_add(1))
}

/// Milliseconds as a number; exact until the year 287396.
fn millis(at: Timestamp) -> f64 {
    Duration::from_millis(at.millis()).as_secs_f64() * 1000.0
}

/// Whose bucket it is. Containers that share a database's throughput share its one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BudgetKey {
    /// The partition; `None` for the throughput of a database.
    pub(crate) range: Option<RangeId>,
    /// The region: each has the whole throughput.
    pub(crate) region: RegionId,
}

/// The buckets of a container or database; none while nobody throttles.
#[derive(Debug, Default)]
pub(crate) struct Budgets(Mutex<HashMap<BudgetKey, Bucket>>);

impl Budgets {
    /// Whether a request is let in.
    pub(crate) fn admit(
        &self,
        key: BudgetKey,
        rate: f64,
        priority: PriorityLevel,
        now: Timestamp,
    ) -> Verdict {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets
            .entry(key)
            .or_insert_with(|| Bucket::full(rate, now));
        *bucket = bucket.refilled(rate, now);
        bucket.verdict(rate, priority)
    }

    /// Has a request pay that was let in.
    pub(crate) fn spend(&self, key: BudgetKey, charge: RequestCharge) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&key) {
            *bucket = bucket.spent(charge);
        }
    }
}

#[cfg(test)]
mod tests {
    use PriorityLevel::{High, Low};

    use super::*;

    const RATE: f64 = 400.0;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + millis)
    }

    fn wait(millis: u64) -> Verdict {
        Verdict::Wait(Duration::from_millis(millis))
    }

    #[test]
    fn a_bucket_holds_one_second_and_refills_with_time() {
        let check = |spent: f64, later: u64, priority, expected: Verdict| {
            let bucket = Bucket::full(RATE, at(0)).spent(RequestCharge::new(spent));
            let verdict = bucket.refilled(RATE, at(later)).verdict(RATE, priority);
            assert_eq!(verdict, expected, "{spent} {later} {priority:?}");
        };
        check(0.0, 0, High, Verdict::Admit);
        check(399.0, 0, High, Verdict::Admit);
        check(400.0, 0, High, wait(1));
        check(400.0, 1, High, Verdict::Admit);
        check(500.0, 0, High, wait(251));
        check(500.0, 251, High, Verdict::Admit);
        check(500.0, 250, High, wait(1));
        check(1200.0, 60_000, High, Verdict::Admit);
        check(319.0, 0, Low, Verdict::Admit);
        check(320.0, 0, Low, wait(1));
        check(400.0, 0, Low, wait(201));
        check(400.0, 201, Low, Verdict::Admit);
    }

    #[test]
    fn idle_time_is_not_saved_up() {
        let bucket = Bucket::full(RATE, at(0)).refilled(RATE, at(3_600_000));
        let spent = bucket.spent(RequestCharge::new(RATE));
        assert_eq!(spent.verdict(RATE, PriorityLevel::High), wait(1));
    }

    #[test]
    fn a_clock_that_steps_back_takes_nothing() {
        let bucket = Bucket::full(RATE, at(1_000)).spent(RequestCharge::new(100.0));
        assert_eq!(bucket.refilled(RATE, at(0)), bucket);
    }

    #[test]
    fn buckets_do_not_touch_each_other() {
        let budgets = Budgets::default();
        let key = |range: u32, region| BudgetKey {
            range: Some(RangeId::from(range)),
            region: RegionId(region),
        };
        let admit = |key| budgets.admit(key, RATE, PriorityLevel::High, at(0));
        assert_eq!(admit(key(0, 1)), Verdict::Admit);
        budgets.spend(key(0, 1), RequestCharge::new(RATE));
        assert_eq!(admit(key(0, 1)), wait(1));
        assert_eq!(admit(key(1, 1)), Verdict::Admit);
        assert_eq!(admit(key(0, 2)), Verdict::Admit);
    }
}
