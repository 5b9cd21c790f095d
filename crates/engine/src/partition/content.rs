//! What of a partition outlives its process: its logs and its conflicts.
//!
//! Regions that have one log in common are one log here. Where several regions write, or wrote,
//! each has its own order of what happened and keeps it. What is on the way between regions has
//! arrived: whoever acknowledged it finds it in every region.

use std::sync::Arc;

use cosmokit_protocol::session::RegionId;

use super::{replica_set::Line, replica_sets::ReplicaSets, state::State};
use crate::{
    account::{Topology, WriteMode},
    clock::Timestamp,
    conflict::feed::ConflictFeed,
    region::trail::{Apart, LinkTerms, Trail},
};

/// The content of a partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    /// The log that all regions have in common, under the region that writes; or that of each
    /// region, where they differ.
    pub(crate) logs: Vec<(RegionId, State)>,
    /// The versions that lost and wait for somebody.
    pub(crate) conflicts: ConflictFeed,
}

/// How far a partition has come. It differs after everything that changes what is to be kept: a
/// write, a conflict that is settled, and, where regions have an order of their own, an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    positions: u64,
    settled: u64,
}

impl Content {
    /// The log that stands for all.
    pub(crate) fn into_state(self) -> Option<State> {
        let first = self.logs.into_iter().next();
        first.map(|(_, state)| state)
    }

    /// The log of a region, or the one that stands for it.
    fn log_of(&self, region: RegionId) -> Option<&State> {
        let own = self.logs.iter().find(|(known, _)| *known == region);
        own.or(self.logs.first()).map(|(_, state)| state)
    }
}

impl ReplicaSets {
    /// What is to be kept. Free where one log is all there is; else it costs in proportion to what
    /// is on the way between regions.
    pub(crate) fn content(&self) -> Content {
        let is_common = |line: &Line| !matches!(line, Line::Own(_));
        if self.apart == Apart::No && self.sets.iter().all(|set| is_common(&set.line)) {
            return Content {
                logs: vec![(self.topology.hub(), self.log.clone())],
                conflicts: self.conflicts.clone(),
            };
        }
        let here = self.all_here();
        let logs = here.sets.iter();
        Content {
            logs: logs
                .map(|set| (set.region, set.head(&here.log).clone()))
                .collect(),
            conflicts: here.conflicts,
        }
    }

    /// How far it has come.
    pub(crate) fn mark(&self) -> Mark {
        let own = self.sets.iter().map(|set| match &set.line {
            Line::Own(own) => own.state.lsn().value(),
            Line::Hub | Line::Follows(_) => 0,
        });
        Mark {
            positions: own.fold(self.log.lsn().value(), u64::wrapping_add),
            settled: self.conflicts.times_settled(),
        }
    }

    /// Replicas with this content, in every region of the account: regions that had no log of
    /// their own begin with that of the first.
    pub(crate) fn restored(topology: &Arc<Topology>, content: &Content, merges: u32) -> Self {
        let log = content.log_of(topology.hub()).cloned().unwrap_or_default();
        let mut sets = Self::new(topology, log);
        let has_pasts = content.logs.len() > 1;
        for set in &mut sets.sets {
            let Some(state) = content.log_of(set.region).filter(|_| has_pasts) else {
                continue;
            };
            match &mut set.line {
                Line::Own(own) => own.state = state.clone(),
                Line::Follows(trail) => {
                    *trail = Trail::apart(LinkTerms::default(), state.clone());
                }
                Line::Hub => {}
            }
        }
        if has_pasts && topology.write_mode() == WriteMode::Single {
            sets.apart = Apart::Yes;
        }
        sets.merges = merges;
        sets.conflicts = content.conflicts.clone();
        sets.horizon = sets.reach();
        sets.set_terms(Timestamp::default(), 0);
        sets.refresh();
        sets
    }
}
