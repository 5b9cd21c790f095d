//! The append-only log of a partition in one region.
//!
//! An entry is dropped only when nobody can ask for it any more: it is no item's latest version,
//! it has left the retention window, and everything that ships the log has passed it. What stays
//! is persistent structure, so a copy of the log costs one pointer.
//!
//! A split cuts the log by points, a merge joins two; every entry keeps its LSN, so whoever has
//! read up to an LSN goes on from there. After a merge an LSN can hold changes of both logs, and
//! the order of LSNs is the order of time only among the changes of one of them.

use std::{collections::HashMap, ops::Bound, sync::Arc};

use cosmokit_protocol::{partition::EpkRange, session::Lsn};
use imbl::{OrdMap, ordmap::DiffItem};

use super::{floors::Floors, version::Version};
use crate::clock::Timestamp;

/// A position inside the log: an LSN, and which of the changes that share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LogIndex {
    lsn: Lsn,
    /// Wider than one write needs: merges put the changes of several logs under one LSN.
    change: u32,
}

impl LogIndex {
    /// Most changes that one write may put under an LSN; a batch has at most 100 operations.
    pub(crate) const MAX_CHANGES: usize = 1024;

    /// The change number `change` of `lsn`.
    pub(crate) const fn new(lsn: Lsn, change: u32) -> Self {
        Self { lsn, change }
    }

    /// The place behind all changes of `lsn`.
    pub(crate) const fn end_of(lsn: Lsn) -> Self {
        Self::new(lsn, u32::MAX)
    }

    /// Which of the changes that share the LSN.
    pub(crate) const fn change(self) -> u32 {
        self.change
    }

    /// The LSN.
    pub(crate) const fn lsn(self) -> Lsn {
        self.lsn
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

impl PartialEq for Entry {
    /// Whether both are the same entry, not only alike.
    fn eq(&self, other: &Self) -> bool {
        let previous = match (&self.previous, &other.previous) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        };
        previous && Arc::ptr_eq(&self.version, &other.version)
    }
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
    /// The LSNs that parts of the points were complete from when they were merged, until the
    /// window has passed the merge.
    floors: Floors,
    /// The last change before the latest merge.
    joined: LogIndex,
}

/// Everything about a log but its entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogHead {
    /// The end of what has left the retention window.
    pub(crate) aged: LogIndex,
    /// The change that was appended last.
    pub(crate) last: LogIndex,
    /// The last change before the latest merge.
    pub(crate) joined: LogIndex,
    /// From where on the parts of a merged log are complete.
    pub(crate) floors: Floors,
}

/// Where the entries of a log come to stand in the log that it is joined to.
#[derive(Debug, Default)]
pub(crate) struct Shift(HashMap<Lsn, u32>);

impl Shift {
    /// The place in the joined log.
    pub(crate) fn apply(&self, index: LogIndex) -> LogIndex {
        let before = self.0.get(&index.lsn).copied().unwrap_or_default();
        LogIndex::new(index.lsn, index.change.saturating_add(before))
    }
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
                self.floors = Floors::default();
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

    /// The last change before the latest merge; up to it, the order of the log is not that of
    /// time.
    pub(crate) fn joined(&self) -> LogIndex {
        self.joined
    }

    /// Whether entries are kept that have not left the retention window.
    pub(crate) fn has_history(&self) -> bool {
        self.aged < self.last
    }

    /// Every change of `range` behind this LSN is still in the log.
    pub(crate) fn complete_since(&self, range: &EpkRange) -> Lsn {
        self.floors.of(range).unwrap_or(self.aged.lsn())
    }

    /// The log of the points in `range` alone. Takes as long as the log; entries are shared.
    pub(crate) fn cut(&self, range: &EpkRange) -> Self {
        let inside = self.entries.iter().filter(|(_, entry)| {
            let point = entry.version.name.effective_partition_key();
            range.contains(&point)
        });
        Self {
            entries: inside.map(|(at, entry)| (*at, entry.clone())).collect(),
            aged: self.aged,
            last: self.last,
            floors: self.floors.cut(range),
            joined: self.joined,
        }
    }

    /// Both logs in one. Entries of `self` keep their places, those of `other` move behind them
    /// where they share an LSN. Takes as long as `other`; entries and untouched structure are
    /// shared.
    pub(crate) fn join(&self, range: &EpkRange, other: &Self, theirs: &EpkRange) -> (Self, Shift) {
        let shift = self.shift_of(other);
        let mut entries = self.entries.clone();
        for (index, entry) in &other.entries {
            entries.insert(shift.apply(*index), entry.clone());
        }
        let aged = match (self.has_history(), other.has_history()) {
            (true, true) => self.aged.min(other.aged),
            (true, false) => self.aged,
            (false, true) => other.aged,
            (false, false) => LogIndex::end_of(self.last.max(other.last).lsn()),
        };
        let last = LogIndex::end_of(self.last.max(other.last).lsn());
        let mine = self.floors.or(range, self.aged.lsn());
        let joined = Self {
            entries,
            aged,
            last,
            floors: mine.joined(&other.floors.or(theirs, other.aged.lsn())),
            joined: last,
        };
        (joined, shift)
    }

    /// How far the entries of `other` have to move where both have the same LSN.
    fn shift_of(&self, other: &Self) -> Shift {
        let mut shift = Shift::default();
        for index in other.entries.keys() {
            if shift.0.contains_key(&index.lsn) {
                continue;
            }
            let until = LogIndex::end_of(index.lsn);
            let mine = self.entries.get_prev(&until).map(|(mine, _)| *mine);
            if let Some(mine) = mine.filter(|mine| mine.lsn == index.lsn) {
                shift.0.insert(index.lsn, mine.change.saturating_add(1));
            }
        }
        shift
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
            let floors = self.floors.raised(&entry.version.name, index.lsn());
            self.floors = if index > self.joined {
                Floors::default()
            } else {
                floors
            };
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

    /// A log that was kept: its entries, oldest first, and how far it had come.
    pub(crate) fn restored(
        entries: impl IntoIterator<Item = (LogIndex, Entry)>,
        head: LogHead,
    ) -> Self {
        let LogHead {
            aged,
            last,
            joined,
            floors,
        } = head;
        Self {
            entries: entries.into_iter().collect(),
            aged,
            last,
            floors,
            joined,
        }
    }

    /// What is to be kept besides the entries.
    pub(crate) fn head(&self) -> LogHead {
        LogHead {
            aged: self.aged,
            last: self.last,
            joined: self.joined,
            floors: self.floors.clone(),
        }
    }

    /// Shows `visit` every place at which this log has another entry than an earlier `before`, and
    /// the entry that stands there now. Takes as long as there are differences, because the two
    /// share the rest.
    pub(crate) fn changed_since(
        &self,
        before: &Self,
        mut visit: impl FnMut(LogIndex, Option<&Entry>),
    ) {
        for difference in before.entries.diff(&self.entries) {
            match difference {
                DiffItem::Add(index, entry)
                | DiffItem::Update {
                    new: (index, entry),
                    ..
                } => visit(*index, Some(entry)),
                DiffItem::Remove(index, _) => visit(*index, None),
            }
        }
    }

    /// How many entries are kept.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}
