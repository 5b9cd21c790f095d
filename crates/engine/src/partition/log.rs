//! The append-only log of a partition in one region.
//!
//! An entry is dropped only when nobody can ask for it any more: it is no item's latest version,
//! it has left the retention window, and everything that ships the log has passed it. What stays
//! is persistent structure, so a copy of the log costs one pointer.

use std::{ops::Bound, sync::Arc};

use cosmokit_protocol::session::Lsn;
use imbl::OrdMap;

use super::version::Version;
use crate::clock::Timestamp;

/// A position inside the log: an LSN, and which of the changes that share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LogIndex(u64);

impl LogIndex {
    /// Bits that number the changes of one LSN: a batch has at most 100.
    const CHANGE_BITS: u32 = 10;

    /// Most changes that may share an LSN.
    pub(crate) const MAX_CHANGES: usize = 1 << Self::CHANGE_BITS;

    /// The change number `change` (modulo 1024) of `lsn`.
    pub(crate) fn new(lsn: Lsn, change: u16) -> Self {
        let change = u64::from(change) & ((1 << Self::CHANGE_BITS) - 1);
        Self(lsn.value() << Self::CHANGE_BITS | change)
    }

    /// The place behind all changes of `lsn`.
    pub(crate) fn end_of(lsn: Lsn) -> Self {
        Self::new(lsn, (1 << Self::CHANGE_BITS) - 1)
    }

    /// The LSN.
    pub(crate) fn lsn(self) -> Lsn {
        Lsn::new(self.0 >> Self::CHANGE_BITS).unwrap_or(Lsn::MAX)
    }
}

/// One change in the log.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The version that the change made; a delete has one too.
    pub(crate) version: Arc<Version>,
    /// What stood there before, while the retention window can ask for it.
    pub(crate) previous: Option<Arc<Preimage>>,
}

/// The version that a change replaced or deleted.
#[derive(Clone, Debug)]
pub(crate) struct Preimage {
    /// Where it was written.
    pub(crate) lsn: Lsn,
    /// What it was.
    pub(crate) version: Arc<Version>,
}

/// How much of the past a log keeps besides the latest version of each item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Retention {
    /// Nothing.
    #[default]
    LatestOnly,
    /// Every change, with pre-images, since this instant.
    Changes {
        /// Changes before it are no longer wanted.
        since: Timestamp,
    },
}

/// The log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    entries: OrdMap<LogIndex, Entry>,
    /// Entries up to here have left the retention window.
    aged: LogIndex,
    /// The change that was appended last.
    last: LogIndex,
}

impl Log {
    /// Adds a change behind all others, and forgets what it makes unwanted.
    pub(crate) fn append(&mut self, index: LogIndex, entry: Entry, retention: Retention) {
        debug_assert!(
            entry
                .previous
                .as_ref()
                .is_none_or(|previous| previous.lsn <= index.lsn()),
            "a pre-image is older than the change"
        );
        self.last = index;
        match retention {
            Retention::LatestOnly => {
                self.aged = index;
                if !entry.version.change.removes() {
                    self.entries.insert(
                        index,
                        Entry {
                            previous: None,
                            ..entry
                        },
                    );
                }
            }
            Retention::Changes { .. } => {
                self.entries.insert(index, entry);
            }
        }
    }

    /// Notes that the change at `index` is no longer its item's latest.
    pub(crate) fn supersede(&mut self, index: LogIndex) {
        if index <= self.aged {
            self.entries.remove(&index);
        }
    }

    /// Whether entries are kept that have not left the retention window.
    pub(crate) fn has_history(&self) -> bool {
        self.aged < self.last
    }

    /// Every change behind this LSN is still in the log.
    pub(crate) fn complete_since(&self) -> Lsn {
        self.aged.lsn()
    }

    /// Moves the end of the retention window forward over entries for which `unwanted` holds,
    /// stopping at the first that is still wanted. `is_latest` tells entries that must stay
    /// because they are an item's present version.
    pub(crate) fn age(
        &mut self,
        unwanted: impl Fn(LogIndex, &Entry) -> bool,
        is_latest: impl Fn(LogIndex, &Entry) -> bool,
    ) {
        loop {
            let next = self.after(self.aged).next();
            let Some((index, entry)) = next.filter(|(index, entry)| unwanted(*index, entry)) else {
                return;
            };
            let (keep, has_previous) = (is_latest(index, entry), entry.previous.is_some());
            self.aged = index;
            if !keep {
                self.entries.remove(&index);
            } else if has_previous && let Some(entry) = self.entries.get_mut(&index) {
                entry.previous = None;
            }
        }
    }

    /// The entries behind `index`, oldest first.
    pub(crate) fn after(&self, index: LogIndex) -> impl Iterator<Item = (LogIndex, &Entry)> {
        self.entries
            .range::<_, LogIndex>((Bound::Excluded(index), Bound::Unbounded))
            .map(|(index, entry)| (*index, entry))
    }

    /// How many entries are kept.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
