//! No lost update: a version that several writers replace under its etag is replaced once.

use std::collections::BTreeMap;

use super::verdict::{Findings, story};
use super::{Guarantee, Verdict};
use crate::history::{Action, History, ItemKey, Mark, Operation, Outcome};

pub(super) fn judge(history: &History) -> Verdict {
    let mut findings = Findings::of(Guarantee::NoLostUpdate);
    let mut replaced: BTreeMap<(&ItemKey, Mark), &Operation> = BTreeMap::new();
    for operation in &history.operations {
        let Action::Write {
            key,
            expects: Some(expects),
            ..
        } = &operation.action
        else {
            continue;
        };
        if operation.outcome != Outcome::Done {
            continue;
        }
        let Some(first) = replaced.get(&(key, *expects)) else {
            replaced.insert((key, *expects), operation);
            findings.check(true, String::new);
            continue;
        };
        let end = operation.returned.max(first.returned);
        let lost = end.is_some_and(|end| history.may_have_lost_writes(first.invoked, end));
        findings.check(lost, || {
            story(
                [*first, operation],
                format!("both replaced {expects} of {key}"),
            )
        });
    }
    findings.verdict()
}
