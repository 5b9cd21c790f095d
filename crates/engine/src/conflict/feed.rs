//! The record of versions that lost under a custom policy, until somebody has settled them.
//!
//! One per partition, the same in all regions: a conflict is in it from the moment in which a
//! region first notices.

use std::sync::Arc;

use cosmokit_protocol::session::Lsn;
use imbl::{OrdMap, ordmap::DiffItem};

use crate::{clock::Timestamp, partition::version::Version};

/// Most conflicts that a partition records. Beyond it the oldest are forgotten.
pub(crate) const MAX_CONFLICTS: usize = 10_000;

/// A version that lost.
#[derive(Clone, Debug)]
pub(crate) struct ConflictRecord {
    /// The version.
    pub(crate) version: Arc<Version>,
    /// Where the log of the region stood that noticed first.
    pub(crate) lsn: Lsn,
    /// When it did.
    pub(crate) at: Timestamp,
}

impl PartialEq for ConflictRecord {
    /// Whether both are the same write, noticed at the same place and time.
    fn eq(&self, other: &Self) -> bool {
        let place = |record: &Self| (record.version.tag, record.lsn, record.at);
        place(self) == place(other)
    }
}

/// The conflicts of a partition by the numbers of the writes that lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConflictFeed {
    records: OrdMap<u64, Arc<ConflictRecord>>,
    /// Conflicts that were settled while a region had not noticed yet.
    settled: OrdMap<u64, ()>,
    times_settled: u64,
}

/// What of a feed differs from an earlier one, number by number.
pub(crate) type ConflictChange<'a> = (u64, Option<&'a ConflictRecord>);

impl ConflictFeed {
    /// A feed that was kept.
    pub(crate) fn restored(records: impl IntoIterator<Item = ConflictRecord>) -> Self {
        let records = records.into_iter();
        let numbered = records.map(|record| (record.version.tag.counter(), Arc::new(record)));
        Self {
            records: numbered.collect(),
            ..Self::default()
        }
    }

    /// Shows `visit` every number under which this feed has another record than an earlier
    /// `before`, and the record that stands there now.
    pub(crate) fn changed_since(&self, before: &Self, mut visit: impl FnMut(ConflictChange<'_>)) {
        for difference in before.records.diff(&self.records) {
            match difference {
                DiffItem::Add(number, record)
                | DiffItem::Update {
                    new: (number, record),
                    ..
                } => visit((*number, Some(record))),
                DiffItem::Remove(number, _) => visit((*number, None)),
            }
        }
    }

    /// How many conflicts wait.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// How often a conflict was settled since the feed was made.
    pub(crate) fn times_settled(&self) -> u64 {
        self.times_settled
    }

    /// Records a version that lost, unless that is known or was settled.
    pub(crate) fn record(&mut self, record: ConflictRecord) {
        let number = record.version.tag.counter();
        if self.settled.contains_key(&number) || self.records.contains_key(&number) {
            return;
        }
        self.records.insert(number, Arc::new(record));
        while self.records.len() > MAX_CONFLICTS {
            let oldest = self.records.get_min().map(|(number, _)| *number);
            oldest.map(|number| self.records.remove(&number));
        }
    }

    /// Takes a version off the record that stands after all.
    pub(crate) fn forget(&mut self, version: &Version) {
        self.records.remove(&version.tag.counter());
    }

    /// Settles a conflict; whether there was one.
    pub(crate) fn settle(&mut self, number: u64) -> bool {
        self.settled.insert(number, ());
        self.times_settled += 1;
        self.records.remove(&number).is_some()
    }

    /// Forgets what was settled: no region can notice any of it any more.
    pub(crate) fn all_arrived(&mut self) {
        self.settled.clear();
    }

    /// The conflict with this number.
    pub(crate) fn get(&self, number: u64) -> Option<&Arc<ConflictRecord>> {
        self.records.get(&number)
    }

    /// All conflicts, the oldest write first.
    pub(crate) fn records(&self) -> impl Iterator<Item = (u64, &Arc<ConflictRecord>)> {
        self.records
            .iter()
            .map(|(number, record)| (*number, record))
    }

    /// The conflicts of two partitions, or those of one that `keep` holds for.
    pub(crate) fn joined(&self, other: &Self) -> Self {
        Self {
            records: self.records.clone().union(other.records.clone()),
            settled: self.settled.clone().union(other.settled.clone()),
            times_settled: 0,
        }
    }

    /// The conflicts for which `keep` holds.
    pub(crate) fn cut(&self, keep: impl Fn(&Version) -> bool) -> Self {
        let kept = self
            .records
            .iter()
            .filter(|(_, record)| keep(&record.version));
        Self {
            records: kept
                .map(|(number, record)| (*number, Arc::clone(record)))
                .collect(),
            settled: self.settled.clone(),
            times_settled: 0,
        }
    }
}
