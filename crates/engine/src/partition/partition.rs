//! A physical partition: a range of hash points, and its replicas in every region.

use std::sync::Arc;

use cosmokit_protocol::{
    partition::EpkRange,
    session::{RangeId, RegionId},
};

use super::replica_set::ReplicaSet;
use crate::response::PartitionFacts;

/// A partition. The value never changes: a split, a merge or a new region makes new partitions
/// that share replica sets with the old ones.
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
    replica_sets: Box<[Arc<ReplicaSet>]>,
}

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
            replica_sets: replica_sets.into_iter().collect(),
        }
    }

    /// The replicas in a region, if the partition is there.
    pub(crate) fn in_region(&self, region: RegionId) -> Option<&Arc<ReplicaSet>> {
        self.replica_sets.iter().find(|set| set.region() == region)
    }
}

/// The version that tokens of partitions carry whose regions never changed.
pub(crate) const SINGLE_REGION_VERSION: i64 = -1;
