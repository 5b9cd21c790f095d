//! What the operations of a session have met, and the time that its retries may still take.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the operations of a session have met. Numbers only: no token and no range is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionActivity {
    /// Operations on items that went with a position of the session.
    pub with_position: u64,
    /// Operations on items that went without: nothing was known yet of where they go.
    pub without_position: u64,
    /// Retries because a replica was behind the session.
    pub retries: u64,
    /// What they took, with the waits before them.
    pub retry_time: Duration,
    /// Reads that were answered without a position that no region could show.
    pub lapses: u64,
    /// Reads whose position was too far ahead to be retried more than once.
    pub implausible: u64,
    /// Containers that were found to have been created anew.
    pub recreations: u64,
}

/// Where it is noted.
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Entries>);

#[derive(Debug)]
struct Entries {
    activity: SessionActivity,
    time_left: Duration,
}

impl Default for Ledger {
    fn default() -> Self {
        Self(Mutex::new(Entries {
            activity: SessionActivity::default(),
            time_left: Duration::MAX,
        }))
    }
}

impl Ledger {
    pub(crate) fn activity(&self) -> SessionActivity {
        self.entries().activity
    }

    pub(crate) fn note(&self, note: impl FnOnce(&mut SessionActivity)) {
        note(&mut self.entries().activity);
    }

    /// Notes what one retry took.
    pub(crate) fn took(&self, time: Duration) {
        let mut entries = self.entries();
        entries.activity.retry_time = entries.activity.retry_time.saturating_add(time);
        if entries.time_left != Duration::MAX {
            entries.time_left = entries.time_left.saturating_sub(time);
        }
    }

    pub(super) fn limit(&self, time: Duration) {
        self.entries().time_left = time;
    }

    pub(super) fn time_left(&self) -> Duration {
        self.entries().time_left
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
