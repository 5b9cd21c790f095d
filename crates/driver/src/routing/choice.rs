//! The choice of an endpoint.

use std::sync::Arc;

use super::gate::Admission;
use crate::options::ExcludedRegions;
use crate::topology::{RegionalEndpoint, Snapshot};

/// Which of an account's endpoints an operation can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    /// Any region that answers reads.
    Read,
    /// A region that takes writes.
    Write,
    /// The endpoint of the whole account, or else any region that answers reads: the account document.
    Account,
}

/// Where the next attempt may go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Route<'a> {
    /// To the best region.
    Best,
    /// To the region after this one in the order, around the end to the beginning.
    After(&'a RegionalEndpoint),
    /// To the region that takes writes, whatever is excluded; of a partition that fails over by itself, the first
    /// that has not refused them.
    WriteRegion,
}

/// What there is to choose from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) access: Access,
    pub(crate) excluded: &'a ExcludedRegions,
    /// Whether partitions fail over by themselves, so that a write may be taken by a region that only reads
    /// otherwise.
    pub(crate) writes_anywhere: bool,
}

/// Where an attempt goes.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) endpoint: Arc<RegionalEndpoint>,
    /// Whether it is the one attempt that finds out whether the place works again.
    pub(crate) is_probe: bool,
}

/// The endpoint for the next attempt: the first that `admit` lets pass; else the first, because an operation
/// that goes nowhere helps nobody.
///
/// Excluded regions are not used unless all are excluded; then the write region is.
pub(crate) fn choose(
    candidates: Candidates<'_>,
    route: Route<'_>,
    mut admit: impl FnMut(&RegionalEndpoint) -> Admission,
) -> Choice {
    let snapshot = candidates.snapshot;
    let mut endpoints = candidates.endpoints();
    let mut excluded = candidates.excluded;
    let none = ExcludedRegions::default();
    let start = match route {
        Route::WriteRegion if candidates.writes_anywhere => {
            (endpoints, excluded) = (snapshot.write_order(), &none);
            0
        }
        Route::WriteRegion => return Choice::certain(snapshot.write_endpoint()),
        Route::Best => 0,
        Route::After(last) => endpoints
            .iter()
            .position(|other| other.is_at(last))
            .map_or(0, |place| place + 1),
    };
    let (before, after) = endpoints.split_at(start.min(endpoints.len()));
    let mut shut = None;
    for endpoint in after.iter().chain(before) {
        if !is_allowed(endpoint, excluded) {
            continue;
        }
        match admit(endpoint) {
            Admission::Open => return Choice::certain(Arc::clone(endpoint)),
            Admission::Probe => {
                return Choice {
                    endpoint: Arc::clone(endpoint),
                    is_probe: true,
                };
            }
            Admission::Shut => shut = shut.or(Some(endpoint)),
        }
    }
    Choice::certain(shut.map_or_else(|| snapshot.write_endpoint(), Arc::clone))
}

/// How many endpoints an operation can use; at least one.
pub(crate) fn usable(candidates: Candidates<'_>) -> usize {
    let allowed = |endpoint: &&Arc<RegionalEndpoint>| is_allowed(endpoint, candidates.excluded);
    let endpoints = candidates.endpoints();
    endpoints.iter().filter(allowed).count().max(1)
}

impl<'a> Candidates<'a> {
    fn endpoints(&self) -> &'a [Arc<RegionalEndpoint>] {
        if self.access == Access::Write && self.writes_anywhere {
            self.snapshot.write_order()
        } else {
            self.snapshot.endpoints(self.access)
        }
    }
}

impl Choice {
    fn certain(endpoint: Arc<RegionalEndpoint>) -> Self {
        Self {
            endpoint,
            is_probe: false,
        }
    }
}

fn is_allowed(endpoint: &RegionalEndpoint, excluded: &ExcludedRegions) -> bool {
    endpoint
        .region()
        .is_none_or(|region| !excluded.iter().any(|other| other == region))
}

#[cfg(test)]
mod tests;
