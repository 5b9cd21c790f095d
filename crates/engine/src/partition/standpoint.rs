//! Where a replica stood when it answered: everything that answers say about positions.

use cosmokit_protocol::session::Lsn;

use super::{
    items::Usage,
    replica_set::{REPLICAS, ReplicaId, WRITE_QUORUM},
    replica_sets::View,
    state::State,
};
use crate::{consistency::token::TokenClock, region::progress::Progress, response::Position};

/// Which replica answered, from which position, and what was known of the others.
#[derive(Clone, Debug)]
pub(crate) struct Standpoint {
    /// The replica.
    pub(crate) replica: ReplicaId,
    /// Its position in the log of its region.
    pub(crate) lsn: Lsn,
    /// What that contains of each region's writes.
    pub(crate) progress: Progress,
    /// How much the replica holds.
    pub(crate) usage: Usage,
    /// The position that a write quorum of the region has passed.
    pub(crate) quorum_lsn: Lsn,
    /// The position that a write quorum of every region has passed; none where each region has
    /// positions of its own.
    pub(crate) committed_lsn: Option<Lsn>,
    /// How session tokens are written at present.
    pub(crate) clock: TokenClock,
    /// Regions besides the one that takes writes.
    pub(crate) read_regions: u16,
}

impl Standpoint {
    /// The same as facts of an answer.
    pub(crate) fn position(&self, item_lsn: Option<Lsn>) -> Position {
        Position {
            lsn: self.lsn,
            item_lsn,
            local_lsn: self.lsn,
            item_local_lsn: item_lsn,
            global_committed_lsn: self.committed_lsn,
            quorum_acked_lsn: Some(self.quorum_lsn),
            quorum_acked_local_lsn: Some(self.quorum_lsn),
            write_quorum: WRITE_QUORUM,
            replica_set_size: u8::try_from(REPLICAS).unwrap_or(u8::MAX),
            read_regions: self.read_regions,
            role: self.replica.role(),
        }
    }
}

impl View<'_> {
    /// That of a replica which answers from this state.
    pub(crate) fn standpoint(self, replica: ReplicaId, state: &State) -> Standpoint {
        let regions = self.topology().regions().len();
        Standpoint {
            replica,
            lsn: state.lsn(),
            progress: state.progress().clone(),
            usage: state.items().usage(),
            quorum_lsn: self.quorum_lsn(),
            committed_lsn: self.global_committed_lsn(),
            clock: self.token_clock(),
            read_regions: u16::try_from(regions.saturating_sub(1)).unwrap_or(u16::MAX),
        }
    }

    /// That of the region's leader at the head of its log.
    pub(crate) fn leader(self) -> Standpoint {
        self.standpoint(ReplicaId::LEADER, self.head())
    }
}
