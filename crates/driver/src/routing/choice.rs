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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// To the best region.
    Best,
    /// To the region at this place in the order, if it may be used.
    At(usize),
    /// To the region after this place in the order, around the end to the beginning.
    After(usize),
    /// To the region that takes writes, whatever is excluded.
    WriteRegion,
}

/// The endpoint for the next attempt and its place in the order.
///
/// Excluded regions are not used unless all are excluded; then the write region is, because an operation
/// that goes nowhere helps nobody.
pub(crate) fn choose(
    snapshot: &Snapshot,
    access: Access,
    excluded: &ExcludedRegions,
    route: Route,
) -> (usize, Arc<RegionalEndpoint>) {
    let start = match route {
        Route::Best | Route::WriteRegion => 0,
        Route::At(place) => place,
        Route::After(place) => place + 1,
    };
    let endpoints = if route == Route::WriteRegion {
        snapshot.writes()
    } else {
        snapshot.endpoints(access)
    };
    let places = endpoints
        .iter()
        .enumerate()
        .cycle()
        .skip(start % endpoints.len().max(1));
    let mut usable = places
        .take(endpoints.len())
        .filter(|(_, endpoint)| route == Route::WriteRegion || is_allowed(endpoint, excluded));
    let fallback = || snapshot.writes().iter().enumerate().next();
    let (place, endpoint) = usable
        .next()
        .or_else(fallback)
        .expect("a snapshot has at least one endpoint of each kind");
    (place, Arc::clone(endpoint))
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
