//! Read your writes: after a session's write was acknowledged, its reads see that version or a later one.

use super::observation::observations;
use super::verdict::{Findings, story};
use super::versions::{Versions, words};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, Outcome};

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let versions = Versions::of(history);
    let mut findings = Findings::of(Guarantee::ReadYourWrites);
    for observation in observations(history, scope) {
        let reader = observation.operation;
        let own = versions.writes(observation.key).iter().filter(|write| {
            write.operation.session == reader.session
                && write.operation.outcome == Outcome::Done
                && write.operation.precedes(reader)
                && !history.may_have_lost_writes(write.operation.invoked, observation.returned)
        });
        let Some(write) = own.max_by_key(|write| write.mark.version) else {
            continue;
        };
        let Some(seen) = versions.at_most(&observation) else {
            continue;
        };
        findings.check(seen >= write.mark.version, || {
            let (key, own) = (observation.key, write.mark.version);
            let seen = words(seen);
            story(
                [write.operation, reader],
                format!("the session wrote version {own} of {key} and then saw {seen}"),
            )
        });
    }
    findings.verdict()
}
