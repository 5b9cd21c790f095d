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

/// How much was used: in the present second, and in the busiest second of the present hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    second: u64,
    in_second: f64,
    busiest: f64,
}

const SECONDS_PER_HOUR: u64 = 3_600;

impl Usage {
    /// With what a request has paid at `now`.
    pub(crate) fn with(self, charge: RequestCharge, now: Timestamp) -> Self {
        let second = now.secs();
        let in_second = if second == self.second {
            self.in_second + charge.value()
        } else {
            charge.value()
        };
        Self {
            second,
            in_second,
            busiest: self.busiest_in_hour_of(second).max(in_second),
        }
    }

    fn busiest_in_hour_of(self, second: u64) -> f64 {
        let is_same = second / SECONDS_PER_HOUR == self.second / SECONDS_PER_HOUR;
        if is_same { self.busiest } else { 0.0 }
    }
}

/// A bucket, and what was taken out of it.
#[derive(Clone, Copy, Debug)]
struct Budget {
    bucket: Bucket,
    usage: Usage,
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
pub(crate) struct Budgets(Mutex<HashMap<BudgetKey, Budget>>);

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
        let budget = buckets.entry(key).or_insert_with(|| Budget {
            bucket: Bucket::full(rate, now),
            usage: Usage::default(),
        });
        budget.bucket = budget.bucket.refilled(rate, now);
        budget.bucket.verdict(rate, priority)
    }

    /// Hands what is left in the buckets of `old` partitions to the `new` ones, in equal parts:
    /// a split or merge makes nobody richer, and no debt goes away.
    pub(crate) fn hand_over(&self, old: &[RangeId], new: &[RangeId]) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_old = |key: &BudgetKey| key.range.is_some_and(|range| old.contains(&range));
        let mut together: HashMap<RegionId, Bucket> = HashMap::new();
        for (key, Budget { bucket, .. }) in buckets.extract_if(|key, _| is_old(key)) {
            together
                .entry(key.region)
                .and_modify(|sum| {
                    sum.left += bucket.left;
                    sum.at = sum.at.max(bucket.at);
                })
                .or_insert(bucket);
        }
        let parts = f64::from(u32::try_from(new.len().max(1)).unwrap_or(u32::MAX));
        for (region, sum) in together {
            for range in new {
                let range = Some(*range);
                let left = sum.left / parts;
                let budget = Budget {
                    bucket: Bucket { left, ..sum },
                    usage: Usage::default(),
                };
                buckets.insert(BudgetKey { range, region }, budget);
            }
        }
    }

    /// Has a request pay that was let in.
    pub(crate) fn spend(&self, key: BudgetKey, charge: RequestCharge, now: Timestamp) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(budget) = buckets.get_mut(&key) {
            budget.bucket = budget.bucket.spent(charge);
            budget.usage = budget.usage.with(charge, now);
        }
    }

    /// The most that was taken out of one of the buckets within a second of the present hour.
    pub(crate) fn busiest(&self, now: Timestamp) -> f64 {
        let buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let busiest = buckets
            .values()
            .map(|budget| budget.usage.busiest_in_hour_of(now.secs()));
        busiest.fold(0.0, f64::max)
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
    fn the_busiest_second_of_an_hour_counts() {
        let hour = 3_600_000;
        let charge = RequestCharge::new;
        // The instants begin an hour.
        let begin = 1_700_000_000_000_u64.next_multiple_of(hour) - 1_700_000_000_000;
        let usage = Usage::default()
            .with(charge(30.0), at(begin))
            .with(charge(40.0), at(begin + 999))
            .with(charge(50.0), at(begin + 1_000));
        let busiest = |later: u64| usage.busiest_in_hour_of(at(begin + later).secs());
        let check = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        check(busiest(1_000), 70.0);
        check(busiest(hour - 1), 70.0);
        check(busiest(hour), 0.0);
        let next = usage.with(charge(5.0), at(begin + hour));
        check(next.busiest_in_hour_of(at(begin + hour).secs()), 5.0);
    }

    #[test]
    fn a_clock_that_steps_back_takes_nothing() {
        let bucket = Bucket::full(RATE, at(1_000)).spent(RequestCharge::new(100.0));
        assert_eq!(bucket.refilled(RATE, at(0)), bucket);
    }

    #[test]
    fn what_is_left_is_handed_over() {
        let budgets = Budgets::default();
        let [parent, low, high, merged] = [0, 1, 2, 3].map(RangeId::from);
        let region = RegionId(1);
        let left = |range| {
            let buckets = budgets.0.lock().unwrap();
            let range = Some(range);
            buckets
                .get(&BudgetKey { range, region })
                .map(|budget| budget.bucket.left)
        };
        let spend = |range, charge| {
            let range = Some(range);
            let key = BudgetKey { range, region };
            budgets.admit(key, RATE, PriorityLevel::High, at(0));
            budgets.spend(key, RequestCharge::new(charge), at(0));
        };
        spend(parent, 500.0);
        budgets.hand_over(&[parent], &[low, high]);
        assert_eq!(
            [left(parent), left(low), left(high)],
            [None, Some(-50.0), Some(-50.0)]
        );
        spend(high, 10.0);
        budgets.hand_over(&[low, high], &[merged]);
        assert_eq!(
            [left(low), left(high), left(merged)],
            [None, None, Some(-110.0)]
        );
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
        budgets.spend(key(0, 1), RequestCharge::new(RATE), at(0));
        assert_eq!(admit(key(0, 1)), wait(1));
        assert_eq!(admit(key(1, 1)), Verdict::Admit);
        assert_eq!(admit(key(0, 2)), Verdict::Admit);
    }
}
