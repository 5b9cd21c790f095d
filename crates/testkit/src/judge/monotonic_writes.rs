//! Monotonic writes: who sees a write of a session sees the writes that were acknowledged to it before.

use std::collections::BTreeMap;

use super::floor::{self, Floor, Floors, Foundations, Reach, raise};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, Outcome, SessionId, WriteOf};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut foundations = Foundations::new();
    lay(&mut foundations, history, Reach::OneLog);
    floor::judge(Guarantee::MonotonicWrites, history, scope, &foundations)
}

/// Puts under each write the versions under the same partition key that its session had been acknowledged before.
pub(super) fn lay<'h>(foundations: &mut Foundations<'h>, history: &'h History, reach: Reach) {
    let mut made: BTreeMap<SessionId, Vec<WriteOf<'_>>> = BTreeMap::new();
    for write in history.writes() {
        let before = made.entry(write.operation.session).or_default();
        let floors: &mut Floors<'_> = foundations.entry(write.mark).or_default();
        for earlier in before.iter().filter(|earlier| {
            earlier.key.is_beside(write.key)
                && earlier.key != write.key
                && earlier.mark.version > 0
                && earlier.operation.outcome == Outcome::Done
                && earlier.operation.precedes(write.operation)
                && reach.covers(history, earlier.operation, write.operation)
        }) {
            let floor = Floor {
                version: earlier.mark.version,
                because: earlier.operation,
            };
            raise(floors, earlier.key, floor);
        }
        before.push(write);
    }
}
