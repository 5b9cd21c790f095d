//! Consistent prefix: an answer that shows a write shows every write that came before it in the same partition.
//!
//! Before means: acknowledged before the other was asked for, or part of the same batch. In an account with several
//! write regions, order is that of one region, or of all of them.

use std::collections::BTreeMap;

use super::floor::{Floor, Floors, Foundations, Reach, raise};
use super::observation::{Observation, observations};
use super::verdict::{Findings, story};
use super::versions::{Versions, words};
use super::{Guarantee, Scope, Verdict};
use crate::history::{Action, History, Moment, Operation, Outcome, WriteOf};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    judge_as_far_as(Reach::OneLog, Guarantee::ConsistentPrefix, history, scope)
}

/// Judges the prefix of everything that all write regions took.
pub(super) fn judge_of_all(history: &History, scope: &Scope<'_>) -> Verdict {
    judge_as_far_as(Reach::AllRegions, Guarantee::TotalPrefix, history, scope)
}

fn judge_as_far_as(
    reach: Reach,
    guarantee: Guarantee,
    history: &History,
    scope: &Scope<'_>,
) -> Verdict {
    let versions = Versions::of(history);
    let foundations = foundations(history, reach);
    let lists = |operation: &Operation| {
        matches!(operation.action, Action::List { .. }) && scope.covers(operation)
    };
    let mut answers: BTreeMap<Moment, Vec<Observation<'_>>> = BTreeMap::new();
    for observation in observations(history, &Scope::of(&lists)) {
        let answer = answers.entry(observation.operation.invoked).or_default();
        answer.push(observation);
    }
    let mut findings = Findings::of(guarantee);
    for answer in answers.values() {
        check(history, &versions, &foundations, answer, &mut findings);
    }
    findings.verdict()
}

/// Holds each item of an answer against what the others rest on.
fn check(
    history: &History,
    versions: &Versions<'_>,
    foundations: &Foundations<'_>,
    answer: &[Observation<'_>],
    findings: &mut Findings,
) {
    let mut owed: BTreeMap<_, (Floor<'_>, &Observation<'_>)> = BTreeMap::new();
    for shown in answer {
        let floors = shown.seen.and_then(|mark| foundations.get(&mark));
        for (key, floor) in floors.into_iter().flatten() {
            let held = owed.entry(*key).or_insert((*floor, shown));
            if held.0.version < floor.version {
                *held = (*floor, shown);
            }
        }
    }
    for observation in answer {
        let Some((floor, shown)) = owed.get(observation.key) else {
            continue;
        };
        let Some(seen) = versions.at_most(observation) else {
            continue;
        };
        if history.may_have_lost_writes(floor.because.invoked, observation.returned) {
            continue;
        }
        findings.check(seen >= floor.version, || {
            let (key, seen, owed) = (observation.key, words(seen), floor.version);
            let (later, mark) = (shown.key, shown.seen);
            let write = mark.and_then(|mark| versions.write_of(later, mark));
            let why = format!(
                "the answer shows {later}, which was written after version {owed} of {key}, and {seen} of {key}"
            );
            let told = [floor.because]
                .into_iter()
                .chain(write.map(|write| write.operation))
                .chain([observation.operation]);
            story(told, why)
        });
    }
}

/// For each write, the versions of other items under its partition key that came before it.
fn foundations(history: &History, reach: Reach) -> Foundations<'_> {
    let writes: Vec<WriteOf<'_>> = history.writes().collect();
    let mut foundations = Foundations::new();
    for write in &writes {
        let mut floors = Floors::new();
        for earlier in writes.iter().filter(|earlier| {
            earlier.key.is_beside(write.key)
                && earlier.key != write.key
                && earlier.mark.version > 0
                && comes_before(earlier.operation, write.operation)
                && reach.covers(history, earlier.operation, write.operation)
        }) {
            let floor = Floor {
                version: earlier.mark.version,
                because: earlier.operation,
            };
            raise(&mut floors, earlier.key, floor);
        }
        foundations.insert(write.mark, floors);
    }
    foundations
}

fn comes_before(earlier: &Operation, later: &Operation) -> bool {
    let together = earlier.invoked == later.invoked;
    together || (earlier.outcome == Outcome::Done && earlier.precedes(later))
}
