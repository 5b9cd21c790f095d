//! The choice of an endpoint.

use std::sync::Arc;

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
    /// To the region that takes writes, whatever is excluded.
    WriteRegion,
}

/// The endpoint for the next attempt.
///
/// Excluded regions are not used unless all are excluded; then the write region is, because an operation
/// that goes nowhere helps nobody.
pub(crate) fn choose(
    snapshot: &Snapshot,
    access: Access,
    excluded: &ExcludedRegions,
    route: Route<'_>,
) -> Arc<RegionalEndpoint> {
    let endpoints = snapshot.endpoints(access);
    let start = match route {
        Route::WriteRegion => return snapshot.write_endpoint(),
        Route::Best => 0,
        Route::After(last) => endpoints
            .iter()
            .position(|other| other.is_at(last))
            .map_or(0, |place| place + 1),
    };
    let (before, after) = endpoints.split_at(start.min(endpoints.len()));
    let mut around = after.iter().chain(before);
    let usable = around.find(|endpoint| is_allowed(endpoint, excluded));
    usable.map_or_else(|| snapshot.write_endpoint(), Arc::clone)
}

/// How many endpoints an operation can use; at least one.
pub(crate) fn usable(snapshot: &Snapshot, access: Access, excluded: &ExcludedRegions) -> usize {
    let allowed = |endpoint: &&Arc<RegionalEndpoint>| is_allowed(endpoint, excluded);
    snapshot
        .endpoints(access)
        .iter()
        .filter(allowed)
        .count()
        .max(1)
}

fn is_allowed(endpoint: &RegionalEndpoint, excluded: &ExcludedRegions) -> bool {
    endpoint
        .region()
        .is_none_or(|region| !excluded.iter().any(|other| other == region))
}

#[cfg(test)]
mod tests;
