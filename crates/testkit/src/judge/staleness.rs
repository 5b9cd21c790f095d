//! Bounded staleness: when a read begins, the version that it sees is not the last but so many, and was not replaced
//! longer ago than the bound.

use super::observation::observations;
use super::verdict::{Findings, story};
use super::versions::{Versions, words};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, Outcome};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let versions = Versions::of(history);
    let mut findings = Findings::of(Guarantee::BoundedStaleness);
    let Some(bound) = scope.staleness else {
        return findings.verdict();
    };
    for observation in observations(history, scope) {
        let reader = observation.operation;
        let Some(seen) = versions.at_most(&observation) else {
            continue;
        };
        let newer: Vec<_> = versions
            .writes(observation.key)
            .iter()
            .filter(|write| {
                write.mark.version > seen
                    && write.operation.outcome == Outcome::Done
                    && write.operation.precedes(reader)
                    && !history.may_have_lost_writes(write.operation.invoked, observation.returned)
            })
            .collect();
        let behind = u32::try_from(newer.len()).unwrap_or(u32::MAX);
        let replaced = newer.iter().min_by_key(|write| write.operation.returned);
        let age = replaced
            .and_then(|write| write.operation.returned)
            .map(|at| reader.invoked.elapsed().saturating_sub(at.elapsed()))
            .unwrap_or_default();
        findings.check(behind <= bound.versions && age <= bound.age, || {
            let told = replaced.map(|write| write.operation);
            let (seen, limit) = (words(seen), bound.versions);
            story(
                told.into_iter().chain([reader]),
                format!(
                    "{seen} of {} was seen {behind} versions (limit {limit}) and {age:?} (limit {:?}) behind",
                    observation.key, bound.age
                ),
            )
        });
    }
    findings.verdict()
}
