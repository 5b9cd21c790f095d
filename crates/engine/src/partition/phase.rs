//! Whether a partition serves requests: all the time but during a split or merge.
//!
//! Writers look after they have the right to append, and whoever closes a partition takes that
//! right once afterwards: what was appended before is then in the state, and nothing follows.

use std::sync::atomic::{AtomicU8, Ordering};

use cosmokit_protocol::resource::PartitionKeyRangeStatus;

/// What a partition does with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It serves them.
    Serving,
    /// It is being split or merged, and turns them away for now (410/1007).
    Moving,
    /// Others own its points (410/1002).
    Gone,
}

/// The phase of a partition.
#[derive(Debug)]
pub(crate) struct PhaseCell(AtomicU8);

const SERVING: u8 = 0;
const MOVING: u8 = 1;
const GONE: u8 = 2;

impl PhaseCell {
    /// The phase of a partition that serves.
    pub(crate) const fn serving() -> Self {
        Self(AtomicU8::new(SERVING))
    }

    /// The present phase.
    pub(crate) fn get(&self) -> Phase {
        match self.0.load(Ordering::SeqCst) {
            SERVING => Phase::Serving,
            MOVING => Phase::Moving,
            _ => Phase::Gone,
        }
    }

    /// The phase as the feed of partition key ranges shows it.
    pub(crate) fn status(&self) -> PartitionKeyRangeStatus {
        match self.get() {
            Phase::Serving => PartitionKeyRangeStatus::Online,
            Phase::Moving => PartitionKeyRangeStatus::Splitting,
            Phase::Gone => PartitionKeyRangeStatus::Split,
        }
    }

    /// Begins to turn requests away; whether the partition served until now.
    pub(crate) fn close(&self) -> bool {
        self.change(SERVING, MOVING)
    }

    /// Serves again, when a split or merge is given up.
    pub(crate) fn reopen(&self) {
        self.change(MOVING, SERVING);
    }

    /// Has others own the points for good.
    pub(crate) fn leave(&self) {
        self.0.store(GONE, Ordering::SeqCst);
    }

    fn change(&self, from: u8, to: u8) -> bool {
        self.0
            .compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_closes_once_and_leaves_for_good() {
        let phase = PhaseCell::serving();
        assert_eq!(phase.get(), Phase::Serving);
        assert!(phase.close());
        assert_eq!(phase.get(), Phase::Moving);
        assert!(!phase.close());
        phase.reopen();
        assert_eq!(phase.get(), Phase::Serving);
        assert!(phase.close());
        phase.leave();
        phase.reopen();
        assert_eq!((phase.get(), phase.close()), (Phase::Gone, false));
    }
}
