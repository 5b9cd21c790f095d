//! Progress: after the last trouble everything is answered again, and refused only for what the item is.

use super::verdict::{Findings, story};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, Outcome};

/// Statuses that say something about the item and not about the account.
const ABOUT_THE_ITEM: &[u16] = &[404, 409, 412];

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut findings = Findings::of(Guarantee::Progress);
    let Some(healed) = history.healed() else {
        return findings.verdict();
    };
    let after = history.operations.iter().filter(|it| it.invoked > healed);
    for operation in after.filter(|it| scope.covers(it)) {
        let good = match operation.outcome {
            Outcome::Pending | Outcome::Unknown { .. } => false,
            Outcome::Refused { status, substatus } => {
                substatus == 0 && ABOUT_THE_ITEM.contains(&status)
            }
            _ => true,
        };
        findings.check(good, || {
            story(
                [operation],
                "the last trouble was long over, and it did not succeed",
            )
        });
    }
    findings.verdict()
}
