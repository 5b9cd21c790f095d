//! What feeds share: the points that they are about, and the facts of their answers.

use std::sync::Arc;

use cosmokit_protocol::{partition::EpkRange, wire::charge::RequestCharge};

use super::answer::quota;
use crate::{
    consistency::token::token_at,
    metadata::container::Container,
    partition::{partition::Partition, standpoint::Standpoint},
    refuse,
    request::FeedScope,
    response::{Facts, Failure},
};

/// The points that a request is about; `None` when they are none.
///
/// # Errors
/// 410/1002 for an unknown range, 400/1024 for another container's, 400/1001 for a key of the
/// wrong shape.
pub(super) fn scope(container: &Container, scope: &FeedScope) -> Result<Option<EpkRange>, Failure> {
    let mut points = EpkRange::FULL;
    let mut narrow = |range: &EpkRange| {
        let cut = points.intersect(range);
        if let Some(cut) = &cut {
            points = cut.clone();
        }
        cut.is_some()
    };
    let mut some = true;
    if let Some(id) = &scope.partition_key_range_id {
        some &= narrow(&range_of(container, id)?);
    }
    if let Some(key) = &scope.partition_key {
        let range = EpkRange::prefix(key, &container.rules.key).map_err(refuse::key_mismatch)?;
        some &= narrow(&range);
    }
    if let Some(range) = &scope.epk_range {
        some &= narrow(range);
    }
    Ok(some.then_some(points))
}

/// The points of a range id, which may stand behind the container's resource id and a comma.
///
/// # Errors
/// 410/1002 for an unknown range, 400/1024 for another container's.
pub(super) fn range_of(container: &Container, id: &str) -> Result<EpkRange, Failure> {
    let id = match id.split_once(',') {
        Some((rid, _)) if rid != container.rid_text => {
            return Err(refuse::container_recreated(rid, &container.rid_text));
        }
        Some((_, id)) => id,
        None => id,
    };
    let layout = container.live.layout();
    let partition = layout.by_id(id).ok_or_else(|| refuse::range_gone(id))?;
    Ok(partition.range.clone())
}

/// Facts of an answer for which these partitions were looked at; those of one alone say more.
pub(super) fn feed_facts(
    container: &Container,
    looked_at: &[(Arc<Partition>, Standpoint)],
    charge: RequestCharge,
) -> Facts {
    let mut facts = Facts {
        charge,
        session_token: session_token(looked_at),
        owner: Some(Arc::clone(&container.owner)),
        ..Facts::default()
    };
    if let [(partition, standpoint)] = looked_at {
        facts.partition = Some(Arc::clone(&partition.facts));
        facts.position = Some(standpoint.position(None));
        facts.quota = Some(quota(standpoint.usage));
    }
    facts
}

/// One segment per partition that was looked at.
fn session_token(looked_at: &[(Arc<Partition>, Standpoint)]) -> Option<String> {
    let mut segments: Vec<String> = looked_at
        .iter()
        .map(|(partition, standpoint)| {
            let Standpoint {
                clock,
                lsn,
                progress,
                ..
            } = standpoint;
            token_at(partition.id, clock, *lsn, progress)
        })
        .collect();
    segments.dedup();
    (!segments.is_empty()).then(|| segments.join(","))
}
