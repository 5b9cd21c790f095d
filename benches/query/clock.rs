//! Processor time and allocations of a piece of work.

use std::time::Duration;

use cpu_time::ThreadTime;
use stats_alloc::Region;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Of the processor, so that other programs are not in the figures.
    pub(crate) time: Duration,
    pub(crate) allocations: usize,
}

/// The best of `runs` runs of `work`.
pub(crate) fn best_of(runs: usize, mut work: impl FnMut()) -> Cost {
    let costs = (0..runs.max(1)).map(|_| {
        let region = Region::new(crate::MEMORY);
        let start = ThreadTime::now();
        work();
        Cost {
            time: start.elapsed(),
            allocations: region.change().allocations,
        }
    });
    costs
        .min_by_key(|cost| cost.time)
        .expect("there is at least one run")
}
