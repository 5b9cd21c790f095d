//! Writes follow reads: who sees a write of a session sees what the session had read before it wrote.

use std::collections::BTreeMap;

use super::floor::{self, Floor, Floors, Foundations, raise};
use super::observation::{Observation, observations};
use super::versions::Versions;
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, SessionId};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let foundations = foundations(history, scope);
    floor::judge(Guarantee::WritesFollowReads, history, scope, &foundations)
}

/// For each write, the versions under the same partition key that its session had read before.
fn foundations<'h>(history: &'h History, scope: &Scope<'_>) -> Foundations<'h> {
    let versions = Versions::of(history);
    let mut read: BTreeMap<SessionId, Vec<Observation<'_>>> = BTreeMap::new();
    for observation in observations(history, scope) {
        let session = read.entry(observation.operation.session).or_default();
        session.push(observation);
    }
    let mut foundations = Foundations::new();
    for write in history.writes() {
        let mut floors = Floors::new();
        let earlier = read.get(&write.operation.session).into_iter().flatten();
        for observation in earlier.filter(|earlier| {
            earlier.key.is_beside(write.key)
                && earlier.key != write.key
                && earlier.operation.precedes(write.operation)
        }) {
            let Some(version) = versions.seen(observation).filter(|version| *version > 0) else {
                continue;
            };
            let floor = Floor {
                version,
                because: observation.operation,
            };
            raise(&mut floors, observation.key, floor);
        }
        foundations.insert(write.mark, floors);
    }
    foundations
}
