//! Unique keys: under one partition key, no two items hold one value.

use std::collections::BTreeMap;

use super::verdict::{Findings, story};
use super::{Guarantee, Verdict};
use crate::history::{Action, History, ItemKey, Mark, Operation, Outcome, WriteVerb};

/// A value that a write gave to its item.
struct Claim<'h> {
    operation: &'h Operation,
    key: &'h ItemKey,
    mark: Mark,
    value: &'h str,
}

pub(super) fn judge(history: &History) -> Verdict {
    let claims: Vec<Claim<'_>> = history.operations.iter().filter_map(claim).collect();
    let mut findings = Findings::of(Guarantee::UniqueKeys);
    check_acknowledgements(history, &claims, &mut findings);
    check_lists(history, &claims, &mut findings);
    findings.verdict()
}

fn claim(operation: &Operation) -> Option<Claim<'_>> {
    let Action::Write {
        key,
        mark,
        claims: Some(value),
        ..
    } = &operation.action
    else {
        return None;
    };
    Some(Claim {
        operation,
        key,
        mark: *mark,
        value,
    })
}

/// Two acknowledged claims of one value, and nothing that could have given it up between them.
fn check_acknowledgements(history: &History, claims: &[Claim<'_>], findings: &mut Findings) {
    let done = |claim: &&Claim<'_>| claim.operation.outcome == Outcome::Done;
    let mut held: BTreeMap<_, Vec<&Claim<'_>>> = BTreeMap::new();
    for claim in claims.iter().filter(done) {
        let place = (&claim.key.container, &claim.key.partition, claim.value);
        let others = held.entry(place).or_default();
        for other in others.iter().filter(|other| other.key != claim.key) {
            let free =
                may_be_given_up(history, other, claim) || may_be_given_up(history, claim, other);
            findings.check(free, || {
                story(
                    [other.operation, claim.operation],
                    format!("both hold {:?}", claim.value),
                )
            });
        }
        others.push(claim);
    }
}

/// Whether the item of a claim may have been written or deleted again before another claim was answered.
fn may_be_given_up(history: &History, claim: &Claim<'_>, before: &Claim<'_>) -> bool {
    let end = before.operation.returned;
    let again = history.writes().any(|write| {
        write.key == claim.key
            && write.mark != claim.mark
            && write.operation.outcome.may_have_applied()
            && end.is_none_or(|end| write.operation.invoked < end)
            && !write.operation.precedes(claim.operation)
            && gives_up(write.operation, claim.value)
    });
    again || end.is_some_and(|end| history.may_have_lost_writes(claim.operation.invoked, end))
}

fn gives_up(operation: &Operation, value: &str) -> bool {
    match &operation.action {
        Action::Write { verb, claims, .. } => {
            *verb == WriteVerb::Delete || claims.as_deref() != Some(value)
        }
        _ => true,
    }
}

/// One answer that shows one value twice.
fn check_lists(history: &History, claims: &[Claim<'_>], findings: &mut Findings) {
    let values: BTreeMap<Mark, &str> = claims.iter().map(|it| (it.mark, it.value)).collect();
    for operation in &history.operations {
        let Outcome::Listed(items) = &operation.outcome else {
            continue;
        };
        let mut shown: BTreeMap<&str, &ItemKey> = BTreeMap::new();
        for item in items {
            let Some(value) = values.get(&item.mark) else {
                continue;
            };
            let other = shown.insert(value, &item.key);
            findings.check(other.is_none(), || {
                let other = other.map(|key| key.id.as_str()).unwrap_or_default();
                story(
                    [operation],
                    format!("{other} and {} both hold {value:?}", item.key.id),
                )
            });
        }
    }
}
