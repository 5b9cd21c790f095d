//! Monotonic reads: what a session has seen of an item never becomes older.

use std::collections::BTreeMap;

use super::observation::{Observation, observations};
use super::verdict::{Findings, story};
use super::versions::{Versions, words};
use super::{Guarantee, Scope, Verdict};
use crate::history::History;

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let versions = Versions::of(history);
    let mut findings = Findings::of(Guarantee::MonotonicReads);
    let mut courses: BTreeMap<_, Vec<(u32, Observation<'_>)>> = BTreeMap::new();
    for observation in observations(history, scope) {
        let Some(seen) = versions.at_most(&observation) else {
            continue;
        };
        let session = observation.operation.session;
        let course = courses.entry((session, observation.key)).or_default();
        let earlier = course.iter().filter(|(_, earlier)| {
            earlier.operation.precedes(observation.operation)
                && !history.may_have_lost_writes(earlier.operation.invoked, observation.returned)
        });
        let before = earlier.max_by_key(|(version, _)| *version);
        let held = before.map_or(0, |(version, _)| *version);
        if let Some((before, earlier)) = before {
            findings.check(seen >= *before, || {
                let (before, after) = (words(*before), words(seen));
                let key = observation.key;
                story(
                    [earlier.operation, observation.operation],
                    format!("the session saw {before} of {key} and then {after}"),
                )
            });
        }
        let seen = versions.at_least(&observation, held).unwrap_or(seen);
        course.push((seen, observation));
    }
    findings.verdict()
}
