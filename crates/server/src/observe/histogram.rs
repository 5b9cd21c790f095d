//! Counts durations in fixed buckets. Adding one is two additions without a lock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds of the buckets, in microseconds: from what an answer takes in process to what clients give up after.
pub(crate) const BOUNDS_MICROS: [u64; 15] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    5_000_000, 30_000_000,
];

/// A histogram of durations.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    /// How many lie in each bucket; the last one has no upper bound.
    buckets: [AtomicU64; BOUNDS_MICROS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Counts a duration.
    pub(crate) fn add(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS_MICROS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Relaxed);
        }
        self.micros.fetch_add(micros, Relaxed);
    }

    /// For each bucket its upper bound in microseconds, `None` for the last, and how many lie at or below it.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = (Option<u64>, u64)> + '_ {
        let bounds = BOUNDS_MICROS.iter().copied().map(Some).chain([None]);
        let counts = self.buckets.iter().scan(0_u64, |total, bucket| {
            *total = total.saturating_add(bucket.load(Relaxed));
            Some(*total)
        });
        bounds.zip(counts)
    }

    /// The sum of all, in microseconds.
    pub(crate) fn sum_micros(&self) -> u64 {
        self.micros.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let histogram = Histogram::default();
        for micros in [0, 50, 51, 1_000, 40_000_000] {
            histogram.add(Duration::from_micros(micros));
        }
        let at = |bound: Option<u64>| {
            histogram
                .cumulative()
                .find(|(upper, _)| *upper == bound)
                .unwrap()
                .1
        };
        assert_eq!(at(Some(50)), 2);
        assert_eq!(at(Some(100)), 3);
        assert_eq!(at(Some(1_000)), 4);
        assert_eq!(at(Some(30_000_000)), 4);
        assert_eq!(at(None), 5);
        assert_eq!(histogram.sum_micros(), 40_001_101);
    }
}
