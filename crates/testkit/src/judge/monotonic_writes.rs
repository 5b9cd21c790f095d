//! Monotonic writes: who sees a write of a session sees the writes that were acknowledged to it before.

use std::collections::BTreeMap;

use super::floor::{self, Floor, Floors, Foundations, raise};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, Outcome, SessionId, WriteOf};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let foundations = foundations(history);
    floor::judge(Guarantee::MonotonicWrites, history, scope, &foundations)
}

/// For each write, the versions under the same partition key that its session had been acknowledged before.
fn foundations(history: &History) -> Foundations<'_> {
    let mut made: BTreeMap<SessionId, Vec<WriteOf<'_>>> = BTreeMap::new();
    let mut foundations = Foundations::new();
    for write in history.writes() {
        let before = made.entry(write.operation.session).or_default();
        let mut floors = Floors::new();
        for earlier in before.iter().filter(|earlier| {
            earlier.key.is_beside(write.key)
                && earlier.key != write.key
                && earlier.mark.version > 0
                && earlier.operation.outcome == Outcome::Done
                && earlier.operation.precedes(write.operation)
        }) {
            let floor = Floor {
                version: earlier.mark.version,
                because: earlier.operation,
            };
            raise(&mut floors, earlier.key, floor);
        }
        foundations.insert(write.mark, floors);
        before.push(write);
    }
    foundations
}
