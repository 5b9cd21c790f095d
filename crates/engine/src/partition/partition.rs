//! A physical partition: a range of hash points, and its replicas in every region.

use std::sync::Arc;

use cosmokit_protocol::{
    partition::EpkRange,
    session::{RangeId, RegionId},
};

use super::{phase::PhaseCell, replica_set::ReplicaSet};
use crate::response::PartitionFacts;

/// A partition. Nothing of the value changes but the phase, which all values of one range id
/// share: a split, a merge or a new region makes new partitions.
#[derive(Debug)]
pub(crate) struct Partition {
    /// Number of the partition key range, never used again in its container.
    pub(crate) id: RangeId,
    /// The points it owns.
    pub(crate) range: EpkRange,
    /// Every range it came from by splits and merges, nearest first.
    pub(crate) ancestors: Box<[RangeId]>,
    /// Layout in which it first appeared; see [`Layout::version`](super::layout::Layout).
    pub(crate) since: u64,
    /// Vector clock version of its session tokens; see `consistency::token`.
    pub(crate) clock_version: i64,
    /// What its answers say about it.
    pub(crate) facts: Arc<PartitionFacts>,
    /// Whether it serves.
    pub(crate) phase: Arc<PhaseCell>,
    replica_sets: Box<[Arc<ReplicaSet>]>,
}

/// Where a partition comes from.
#[derive(Debug)]
pub(crate) struct Lineage {
    /// See [`Partition::ancestors`].
    pub(crate) ancestors: Box<[RangeId]>,
    /// See [`Partition::clock_version`].
    pub(crate) clock_version: i64,
}

/// Most ancestors that a partition remembers. Tokens of farther ones ask nothing of it.
const MAX_ANCESTORS: usize = 1_000;

impl Partition {
    /// A partition that came from no other, with these replicas, one set per region.
    pub(crate) fn new(
        id: RangeId,
        range: EpkRange,
        facts: PartitionFacts,
        replica_sets: impl IntoIterator<Item = Arc<ReplicaSet>>,
    ) -> Self {
        Self {
            id,
            range,
            ancestors: Box::default(),
            since: 1,
            clock_version: SINGLE_REGION_VERSION,
            facts: Arc::new(facts),
            phase: Arc::new(PhaseCell::serving()),
            replica_sets: replica_sets.into_iter().collect(),
        }
    }

    /// This partition as one that came from others, in the layout of version `since`.
    pub(crate) fn descended(self, lineage: Lineage, since: u64) -> Self {
        Self {
            ancestors: lineage.ancestors,
            clock_version: lineage.clock_version,
            since,
            ..self
        }
    }

    /// The replicas of all regions.
    pub(crate) fn replica_sets(&self) -> &[Arc<ReplicaSet>] {
        &self.replica_sets
    }

    /// Turns requests away from now on, and waits for writes that are under way: what they
    /// appended is in the state afterwards, and nothing follows. Whether it served until now.
    pub(crate) fn close(&self) -> bool {
        let closed = self.phase.close();
        if closed {
            for replicas in &self.replica_sets {
                drop(replicas.appender());
            }
        }
        closed
    }

    /// The replicas in a region, if the partition is there.
    pub(crate) fn in_region(&self, region: RegionId) -> Option<&Arc<ReplicaSet>> {
        self.replica_sets.iter().find(|set| set.region() == region)
    }
}

impl Lineage {
    /// That of a part of `parent`: positions go on, so the version stays.
    pub(crate) fn of_split(parent: &Partition) -> Self {
        Self {
            ancestors: ancestors(&[parent]),
            clock_version: parent.clock_version,
        }
    }

    /// That of two partitions in one: positions of either say nothing about the other, so the
    /// version is a new one, and tokens of both ask nothing more than what every replica has.
    pub(crate) fn of_merge(low: &Partition, high: &Partition) -> Self {
        let latest = low.clock_version.max(high.clock_version).max(0);
        Self {
            ancestors: ancestors(&[low, high]),
            clock_version: latest.saturating_add(1),
        }
    }
}

/// The parents, and what they came from, each once.
fn ancestors(parents: &[&Partition]) -> Box<[RangeId]> {
    let older = parents.iter().flat_map(|parent| parent.ancestors.iter());
    let all = parents.iter().map(|parent| &parent.id).chain(older);
    let mut found: Vec<RangeId> = Vec::new();
    for id in all.copied() {
        if found.len() < MAX_ANCESTORS && !found.contains(&id) {
            found.push(id);
        }
    }
    found.into()
}

/// The version that tokens of partitions carry whose regions never changed.
pub(crate) const SINGLE_REGION_VERSION: i64 = -1;
