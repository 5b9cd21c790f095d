//! No phantom: whatever is seen was written, under that key, by a write that was not refused and had begun.

use std::collections::BTreeMap;

use super::observation::observations;
use super::verdict::{Findings, story};
use super::{Guarantee, Scope, Verdict};
use crate::history::{Action, History, ItemKey, Mark, Operation, Outcome, WriteOf, WriteVerb};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut findings = Findings::of(Guarantee::NoPhantom);
    let writes: BTreeMap<Mark, WriteOf<'_>> =
        history.writes().map(|write| (write.mark, write)).collect();
    for observation in observations(history, scope) {
        if let Some(mark) = observation.seen {
            let see = See {
                key: observation.key,
                mark,
                by: observation.operation,
            };
            see.check(&writes, &mut findings);
        }
    }
    for operation in history.operations.iter().filter(|it| scope.covers(it)) {
        if let (Action::Follow { .. }, Outcome::Changes { changes, .. }) =
            (&operation.action, &operation.outcome)
        {
            for change in changes {
                if let Some(mark) = change.mark {
                    let see = See {
                        key: &change.key,
                        mark,
                        by: operation,
                    };
                    see.check(&writes, &mut findings);
                }
            }
        }
    }
    findings.verdict()
}

/// A mark that somebody saw.
struct See<'h> {
    key: &'h ItemKey,
    mark: Mark,
    by: &'h Operation,
}

impl See<'_> {
    fn check(&self, writes: &BTreeMap<Mark, WriteOf<'_>>, findings: &mut Findings) {
        let (key, mark) = (self.key, self.mark);
        let write = writes.get(&mark);
        let why = match write {
            None => Some(format!("nobody wrote {mark}")),
            Some(write) if write.key != key => {
                Some(format!("{mark} was written to {}, not to {key}", write.key))
            }
            Some(write) if write.verb == WriteVerb::Delete => {
                Some(format!("{mark} is a delete and leaves nothing to see"))
            }
            Some(write) if !write.operation.outcome.may_have_applied() => {
                Some(format!("the write of {mark} was refused"))
            }
            Some(write) if Some(write.operation.invoked) > self.by.returned => {
                Some(format!("{mark} was seen before anybody wrote it"))
            }
            Some(_) => None,
        };
        findings.check(why.is_none(), || {
            let told = write.map(|write| write.operation).into_iter();
            story(told.chain([self.by]), why.unwrap_or_default())
        });
    }
}
