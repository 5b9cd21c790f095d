//! A partition in one region as of one position of its log: the log, and the items it adds up to.
//!
//! A state is a value. A copy shares all structure, so a replica that lags, a page that is being
//! read, a snapshot and a fork are each a copy that is left behind while the original goes on.

use std::sync::Arc;

use cosmokit_protocol::{
    partition::EpkRange,
    session::{Lsn, RegionId},
};

use super::{
    item_key::KeyProbe,
    items::{Items, Slot},
    log::{Entry, Log, LogHead, LogIndex, Preimage, Retention},
    version::Version,
};
use crate::region::{
    progress::Progress,
    record::{LogRecord, Step},
};

/// A partition's content at one position.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    lsn: Lsn,
    progress: Progress,
    log: Log,
    items: Items,
}

/// Everything about a state that does not follow from the entries of its log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StateHead {
    /// The position.
    pub(crate) lsn: Lsn,
    /// How much of each region's writes is in.
    pub(crate) progress: Progress,
    /// The log without its entries.
    pub(crate) log: LogHead,
}

/// The log has used all its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogFull;

impl State {
    /// An empty state that stands at a position.
    #[cfg(test)]
    pub(crate) fn at(lsn: Lsn) -> Self {
        Self {
            lsn,
            ..Self::default()
        }
    }

    /// The position: LSN of the last change.
    pub(crate) fn lsn(&self) -> Lsn {
        self.lsn
    }

    /// A state that was kept: its head, and the entries of its log, oldest first.
    pub(crate) fn restored(head: &StateHead, entries: Vec<(LogIndex, Entry)>) -> Self {
        Self {
            lsn: head.lsn,
            progress: head.progress.clone(),
            items: Items::restored(&entries, head.log.joined),
            log: Log::restored(entries, head.log.clone()),
        }
    }

    /// What is to be kept besides the entries of the log.
    pub(crate) fn head(&self) -> StateHead {
        StateHead {
            lsn: self.lsn,
            progress: self.progress.clone(),
            log: self.log.head(),
        }
    }

    /// Whether the store need not hear of this state when it has `kept`. Positions alone do not
    /// tell: a restore takes them back, and then other changes stand there.
    pub(crate) fn is_as_kept(&self, kept: &Self) -> bool {
        let mut is_same = self.head() == kept.head();
        self.log.changed_since(&kept.log, |_, _| is_same = false);
        is_same
    }

    /// How much of each region's writes is in.
    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Goes on counting from `progress`.
    pub(crate) fn set_progress(&mut self, progress: Progress) {
        self.progress = progress;
    }

    /// Counts the last change as a write of `region`.
    pub(crate) fn count_write_of(&mut self, region: RegionId) {
        self.progress.advance(region);
    }

    /// Applies the next record of the log that this state follows. A log that has no number left
    /// takes no writes, so none of its records can fail here.
    pub(crate) fn follow(&mut self, record: &LogRecord) {
        match &record.step {
            Step::Changes(changes) => {
                let applied = self.append(changes.iter().map(Arc::clone), record.retention);
                debug_assert_eq!(applied, Ok(record.lsn), "records come in order");
                self.count_write_of(record.origin);
            }
            Step::Jump(given_out) => self.jump_to(record.lsn, given_out),
        }
    }

    /// Leaves out the positions up to `lsn`, and the counts that were given out with them.
    pub(crate) fn jump_to(&mut self, lsn: Lsn, given_out: &Progress) {
        self.lsn = self.lsn.max(lsn);
        self.progress = self.progress.join(given_out);
    }

    /// The live items.
    pub(crate) fn items(&self) -> &Items {
        &self.items
    }

    /// The log.
    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// Appends changes that happen together: all get the next LSN, in this order.
    ///
    /// # Errors
    /// [`LogFull`] when there is no next LSN; nothing is changed then.
    pub(crate) fn append(
        &mut self,
        changes: impl IntoIterator<Item = Arc<Version>>,
        retention: Retention,
    ) -> Result<Lsn, LogFull> {
        let lsn = self.lsn.next().ok_or(LogFull)?;
        if retention == Retention::LatestOnly && self.log.has_history() {
            self.age(|_, _| true);
        }
        for (number, version) in changes.into_iter().enumerate() {
            let number = u32::try_from(number).map_err(|_| LogFull)?;
            self.apply(LogIndex::new(lsn, number), version, retention);
        }
        self.lsn = lsn;
        if let Retention::Changes { since } = retention {
            self.age(|_, entry| entry.version.at < since);
        }
        Ok(lsn)
    }

    fn apply(&mut self, index: LogIndex, version: Arc<Version>, retention: Retention) {
        let before = self.items.apply(Slot {
            version: Arc::clone(&version),
            index,
        });
        let previous = match (&before, retention) {
            (Some(before), Retention::Changes { .. }) => Some(Arc::new(Preimage {
                lsn: before.index.lsn(),
                version: Arc::clone(&before.version),
            })),
            _ => None,
        };
        self.log
            .append(index, Entry { version, previous }, retention);
        if let Some(before) = before {
            self.log.supersede(before.index);
        }
    }

    /// Forgets history for which `unwanted` holds; the latest version of each item stays.
    fn age(&mut self, unwanted: impl Fn(LogIndex, &Entry) -> bool) {
        let Self { log, items, .. } = self;
        log.age(unwanted, |index, entry| is_latest(items, index, entry));
    }

    /// The state of the points in `range` alone, at the same position. Takes as long as the log;
    /// bodies, names and entries are shared.
    pub(crate) fn cut(&self, range: &EpkRange) -> Self {
        Self {
            lsn: self.lsn,
            progress: self.progress.clone(),
            log: self.log.cut(range),
            items: self.items.cut(range),
        }
    }

    /// Two states of different points in one, at the higher of their positions. Takes as long as
    /// there are items; bodies, names, entries, and the structure of the larger, are shared.
    pub(crate) fn join(low: (&EpkRange, &Self), high: (&EpkRange, &Self)) -> Self {
        let ((range, larger), (theirs, smaller)) =
            if low.1.items.usage().items < high.1.items.usage().items {
                (high, low)
            } else {
                (low, high)
            };
        let (log, shift) = larger.log.join(range, &smaller.log, theirs);
        Self {
            lsn: larger.lsn.max(smaller.lsn),
            progress: larger.progress.join(&smaller.progress),
            log,
            items: larger.items.join(&smaller.items, &shift),
        }
    }

    /// Whether an entry of the log is its item's present version.
    pub(crate) fn is_latest(&self, index: LogIndex, entry: &Entry) -> bool {
        is_latest(&self.items, index, entry)
    }
}

fn is_latest(items: &Items, index: LogIndex, entry: &Entry) -> bool {
    !entry.version.change.removes()
        && items
            .get(&KeyProbe::of(&entry.version.name))
            .is_some_and(|slot| slot.index == index)
}
