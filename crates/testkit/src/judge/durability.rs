//! Durability: once everything has healed, no item is in a state that an acknowledged write had replaced.
//!
//! With several write regions the later of two writes is not always the winner; then only writes of one region are
//! held against each other.

use super::observation::{Observation, observations};
use super::verdict::{Findings, story};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, Operation, Outcome, WriteOf, WriteVerb};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut findings = Findings::of(Guarantee::Durability);
    let Some(settled) = history.settled() else {
        return findings.verdict();
    };
    let after = |operation: &Operation| operation.invoked > settled && scope.covers(operation);
    for observation in observations(history, &Scope::of(&after)) {
        let writes: Vec<WriteOf<'_>> = history
            .writes()
            .filter(|write| write.key == observation.key)
            .collect();
        for acknowledged in writes.iter().filter(|write| {
            write.operation.outcome == Outcome::Done
                && !history.may_have_lost_writes(write.operation.invoked, observation.returned)
        }) {
            let good = survives(history, acknowledged, &observation, &writes);
            findings.check(good, || {
                story(
                    [acknowledged.operation, observation.operation],
                    format!(
                        "the write of {} was acknowledged and nothing came after it that explains this",
                        observation.key
                    ),
                )
            });
        }
    }
    findings.verdict()
}

/// Whether some write that did not come before the acknowledged one left what was found.
fn survives(
    history: &History,
    acknowledged: &WriteOf<'_>,
    found: &Observation<'_>,
    writes: &[WriteOf<'_>],
) -> bool {
    writes.iter().any(|write| {
        let leaves = match found.seen {
            Some(mark) => write.mark == mark && write.verb != WriteVerb::Delete,
            None => write.verb == WriteVerb::Delete,
        };
        leaves
            && write.operation.outcome.may_have_applied()
            && !is_replaced(history, write, acknowledged)
    })
}

fn is_replaced(history: &History, write: &WriteOf<'_>, by: &WriteOf<'_>) -> bool {
    let multi_write = history.setting.multi_write;
    let one_log = !multi_write || write.operation.region == by.operation.region;
    // Another region's version may win, and be counted on from.
    let known = !multi_write && write.mark.version > 0 && write.mark.version < by.mark.version;
    one_log && (known || write.operation.precedes(by.operation))
}
