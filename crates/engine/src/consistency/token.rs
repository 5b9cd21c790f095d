//! Session tokens at the server: what a client's token asks of a partition, and what the
//! partition tells the client.
//!
//! A token is text from outside. Its numbers are compared and never adopted: what the engine
//! emits comes from its own logs alone.
//!
//! | account | token |
//! |---|---|
//! | one region since ever | `{range}:-1#{lsn}` |
//! | one region again | `{range}:{version}#{lsn}` |
//! | several regions | `{range}:{version}#{lsn}#{region}={writes}…` |
//!
//! `lsn` is a position in the log of the region that answered. `writes` counts the writes that
//! came from a region and are in that position; all regions of the account are listed, in the
//! order of their numbers, because clients join tokens of one version only when they list the
//! same regions. The version grows with every change of regions.

use std::{fmt::Write as _, sync::Arc};

use cosmokit_protocol::session::{
    CompositeToken, Lsn, RangeId, RangeToken, RegionId, SessionTokenError, VectorToken,
};

use crate::{
    account::Topology,
    partition::{replica_sets::Horizon, state::State},
    region::progress::Progress,
};

/// What a token asks of the replica that serves a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// Nothing: no entry for this partition.
    Nothing,
    /// This position.
    One(Floor),
    /// All of these, from several ancestors.
    All(Vec<Floor>),
}

/// A position that the replica must have passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Floor {
    /// Version of the token; `None` in the form that has none.
    version: Option<i64>,
    lsn: Lsn,
    regions: Vec<(RegionId, Lsn)>,
}

/// A partition, as far as tokens are concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenSubject<'a> {
    /// Id of its range.
    pub(crate) range: RangeId,
    /// Ranges it came from, nearest first.
    pub(crate) ancestors: &'a [RangeId],
}

/// A partition in a region, as far as what it has is concerned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenServer<'a> {
    /// The region that serves.
    pub(crate) region: RegionId,
    /// The account's regions, when it has several. One that is none of them has written nothing that
    /// could be asked for; of one that is, nothing may have arrived yet.
    pub(crate) regions: &'a [RegionId],
    /// Its version of tokens; negative before any change of regions, compared as zero.
    pub(crate) version: i64,
    /// Where that version began.
    pub(crate) horizon: &'a Horizon,
}

/// Reads a token and finds what it asks of a partition.
///
/// An entry for the partition's own range counts; else entries for its ancestors, all of them;
/// entries for other ranges ask nothing of it.
///
/// # Errors
/// When the text is malformed or beyond the limits of tokens (400).
pub(crate) fn requirement(
    token: Option<&str>,
    subject: &TokenSubject<'_>,
) -> Result<Requirement, SessionTokenError> {
    let Some(text) = token else {
        return Ok(Requirement::Nothing);
    };
    let composite = CompositeToken::parse(text)?;
    if let Some(entry) = composite.for_range(subject.range.as_str()) {
        return Ok(Requirement::One(Floor::of(entry)));
    }
    let inherited: Vec<Floor> = subject
        .ancestors
        .iter()
        .filter_map(|ancestor| composite.for_range(ancestor.as_str()))
        .map(Floor::of)
        .collect();
    if inherited.is_empty() {
        return Ok(Requirement::Nothing);
    }
    Ok(Requirement::All(inherited))
}

impl Requirement {
    /// Whether a replica with this state has what the token saw.
    pub(crate) fn is_met(&self, state: &State, server: &TokenServer<'_>) -> bool {
        match self {
            Self::Nothing => true,
            Self::One(floor) => floor.is_met(state, server),
            Self::All(floors) => floors.iter().all(|floor| floor.is_met(state, server)),
        }
    }
}

impl Floor {
    fn of(entry: &RangeToken) -> Self {
        let vector = entry.as_vector();
        let regions = vector.map(VectorToken::regions).unwrap_or_default();
        let regions = regions.iter();
        Self {
            version: vector.map(|vector| vector.version().max(0)),
            lsn: entry.global_lsn(),
            regions: regions
                .filter_map(|entry| Some((entry.region, entry.lsn?)))
                .collect(),
        }
    }

    /// A token of a later version saw a history that this partition does not have. One of an
    /// earlier version saw nothing beyond the horizon that still exists.
    fn is_met(&self, state: &State, server: &TokenServer<'_>) -> bool {
        let version = server.version.max(0);
        let theirs = self.version.unwrap_or(version);
        if theirs > version {
            return false;
        }
        let is_old = theirs < version;
        let no_more_than = |asked: Lsn, horizon: Lsn| {
            if is_old { asked.min(horizon) } else { asked }
        };
        let horizon = server.horizon;
        let mut regions = self.regions.iter();
        state.lsn() >= no_more_than(self.lsn, horizon.lsn)
            && regions.all(|(region, writes)| match has_of(state, *region, server) {
                Some(has) => has >= no_more_than(*writes, horizon.progress.of(*region)),
                None => true,
            })
    }
}

/// How many writes of a region a state has; `None` of a region that is none of the account's and
/// never wrote to it, which nothing can be asked of.
fn has_of(state: &State, region: RegionId, server: &TokenServer<'_>) -> Option<Lsn> {
    let progress = state.progress();
    if !progress.is_kept() {
        return (region == server.region).then_some(state.lsn());
    }
    let mut known = progress.entries().iter();
    match known.find(|(known, _)| *known == region) {
        Some((_, writes)) => Some(*writes),
        None => server.regions.contains(&region).then_some(Lsn::ZERO),
    }
}

/// How tokens are written at present.
#[derive(Clone, Debug)]
pub(crate) struct TokenClock {
    version: i64,
    /// The regions that are listed.
    regions: Option<Arc<[RegionId]>>,
}

impl TokenClock {
    /// How an account with this topology writes tokens of a partition that was merged so often.
    pub(crate) fn of(topology: &Topology, merges: u32) -> Self {
        Self {
            version: topology.token_version(merges),
            regions: topology.token_regions().map(Arc::clone),
        }
    }
}

/// The token of a partition at a position.
pub(crate) fn token_at(
    range: RangeId,
    clock: &TokenClock,
    lsn: Lsn,
    progress: &Progress,
) -> String {
    let mut token = format!("{range}:{}#{lsn}", clock.version);
    for region in clock.regions.iter().flat_map(|ids| ids.iter()) {
        let writes = progress.of(*region);
        write!(token, "#{region}={writes}").expect("writing to a string cannot fail");
    }
    token
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
