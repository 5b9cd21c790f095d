//! Says in the log that values are refused, at most once a minute: whoever sends them could fill it otherwise.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::carried::Seconds;
use crate::carry::Rejected;

/// Seconds between two lines.
const GAP: u64 = 60;

/// What was not said yet.
#[derive(Debug, Default)]
pub(crate) struct Complaint {
    not_before: AtomicU64,
    unsaid: AtomicU64,
}

impl Complaint {
    /// Notes what one request brought in vain; never more than the reasons.
    pub(crate) fn note(&self, rejected: &[Rejected], now: Seconds) {
        let Some(last) = rejected.last() else { return };
        let count = u64::try_from(rejected.len()).unwrap_or(u64::MAX);
        let unsaid = self.unsaid.fetch_add(count, Ordering::Relaxed);
        let not_before = self.not_before.load(Ordering::Relaxed);
        let is_mine = now.0 >= not_before
            && self
                .not_before
                .compare_exchange(
                    not_before,
                    now.plus(GAP).0,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                )
                .is_ok();
        if is_mine {
            self.unsaid.store(0, Ordering::Relaxed);
            tracing::warn!(
                values = unsaid.saturating_add(count),
                last = last.name(),
                "carried sessions were not taken"
            );
        }
    }
}
