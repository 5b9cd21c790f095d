//! A region that takes writes of its own: its log, and what the other regions send it.

use cosmokit_protocol::session::RegionId;

use super::trail::Transit;
use crate::{clock::Timestamp, partition::state::State};

/// The log of a region in a multi-write account. Each region orders its own writes and those that
/// reach it; what they add up to is the same everywhere once everything has arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnLine {
    /// The head of the log.
    pub(crate) state: State,
    /// What is on the way from each of the others.
    pub(crate) inbound: Vec<(RegionId, Transit)>,
}

impl OwnLine {
    /// When the next record arrives.
    pub(crate) fn next_due(&self) -> Timestamp {
        let links = self.inbound.iter().map(|(_, transit)| transit.next_due());
        links.fold(Timestamp::MAX, Timestamp::min)
    }

    /// Most records that are on the way from one region.
    pub(crate) fn on_the_way(&self) -> usize {
        let links = self.inbound.iter();
        let links = links.map(|(_, transit)| transit.pending().len());
        links.fold(0, usize::max)
    }

    /// When the oldest record that is on the way was written.
    pub(crate) fn missing_since(&self) -> Option<Timestamp> {
        let links = self.inbound.iter();
        let first = links.filter_map(|(_, transit)| Some(transit.pending().next()?.record.at));
        first.min()
    }
}
