//! A physical partition: a range of hash points, and its replicas in every region.

use std::sync::Arc;

use cosmokit_protocol::{partition::EpkRange, session::RangeId};

use super::{phase::PhaseCell, replicas::Replicas};
use crate::response::PartitionFacts;

/// A partition. Nothing of the value changes but the phase, which all values of one range id
/// share, and what its replicas hold: a split or a merge makes new partitions; regions come and go
/// inside the replicas.
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
    /// What its answers say about it.
    pub(crate) facts: Arc<PartitionFacts>,
    /// Whether it serves.
    pub(crate) phase: Arc<PhaseCell>,
    /// Its log and replicas in every region.
    pub(crate) replicas: Arc<Replicas>,
}

/// Most ancestors that a partition remembers. Tokens of farther ones ask nothing of it.
const MAX_ANCESTORS: usize = 1_000;

impl Partition {
    /// A partition that came from no other, with these replicas.
    pub(crate) fn new(
        id: RangeId,
        range: EpkRange,
        facts: PartitionFacts,
        replicas: Arc<Replicas>,
    ) -> Self {
        Self {
            id,
            range,
            ancestors: Box::default(),
            since: 1,
            facts: Arc::new(facts),
            phase: Arc::new(PhaseCell::serving()),
            replicas,
        }
    }

    /// This partition as one that came from others, in the layout of version `since`.
    pub(crate) fn descended(self, ancestors: Box<[RangeId]>, since: u64) -> Self {
        Self {
            ancestors,
            since,
            ..self
        }
    }

    /// Turns requests away from now on, and waits for writes that are under way: what they
    /// appended is in the state afterwards, and nothing follows. Whether it served until now.
    pub(crate) fn close(&self) -> bool {
        let closed = self.phase.close();
        if closed {
            self.replicas.wait_for_writers();
        }
        closed
    }
}

/// The parents, and what they came from, each once.
pub(crate) fn ancestors(parents: &[Arc<Partition>]) -> Box<[RangeId]> {
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
