//! Convergence: once everything has healed, all regions read the same.

use std::collections::BTreeMap;

use super::observation::{Observation, observations};
use super::verdict::{Findings, story};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, ItemKey, Operation};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut findings = Findings::of(Guarantee::Convergence);
    let Some(settled) = history.settled() else {
        return findings.verdict();
    };
    let after = |operation: &Operation| operation.invoked > settled && scope.covers(operation);
    let mut firsts: BTreeMap<&ItemKey, Observation<'_>> = BTreeMap::new();
    for observation in observations(history, &Scope::of(&after)) {
        let Some(first) = firsts.get(observation.key) else {
            firsts.insert(observation.key, observation);
            continue;
        };
        if first.operation.region == observation.operation.region {
            continue;
        }
        findings.check(first.seen == observation.seen, || {
            let key = observation.key;
            story(
                [first.operation, observation.operation],
                format!("everything had healed, and {key} was read in two ways"),
            )
        });
    }
    findings.verdict()
}
