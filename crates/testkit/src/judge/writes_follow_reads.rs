//! Writes follow reads: who sees a write of a session sees what the session had read before it wrote.

use std::collections::BTreeMap;

use super::floor::{self, Floor, Floors, Foundations, Reach, raise};
use super::observation::{Observation, observations};
use super::versions::Versions;
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, SessionId};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut foundations = Foundations::new();
    lay(&mut foundations, history, scope, Reach::OneLog);
    floor::judge(Guarantee::WritesFollowReads, history, scope, &foundations)
}

/// Puts under each write the versions under the same partition key that its session had read before. Nothing that was
/// found may be from before the item was there, so only what was found counts.
pub(super) fn lay<'h>(
    foundations: &mut Foundations<'h>,
    history: &'h History,
    scope: &Scope<'_>,
    reach: Reach,
) {
    let versions = Versions::of(history);
    let mut read: BTreeMap<SessionId, Vec<Observation<'_>>> = BTreeMap::new();
    for observation in observations(history, scope) {
        let session = read.entry(observation.operation.session).or_default();
        session.push(observation);
    }
    for write in history.writes() {
        let floors: &mut Floors<'_> = foundations.entry(write.mark).or_default();
        let earlier = read.get(&write.operation.session).into_iter().flatten();
        for observation in earlier.filter(|earlier| {
            earlier.key.is_beside(write.key)
                && earlier.key != write.key
                && earlier.operation.precedes(write.operation)
        }) {
            let made = observation
                .seen
                .and_then(|mark| versions.write_of(observation.key, mark));
            let Some(made) = made.filter(|made| {
                made.mark.version > 0 && reach.covers(history, made.operation, write.operation)
            }) else {
                continue;
            };
            let floor = Floor {
                version: made.mark.version,
                because: observation.operation,
            };
            raise(floors, observation.key, floor);
        }
    }
}
