//! What a session must see after it has seen something else: the common part of monotonic writes and writes follow
//! reads. Positions belong to partitions, so one partition key is as far as either goes.

use std::collections::BTreeMap;

use super::observation::{Observation, observations};
use super::verdict::{Findings, story};
use super::versions::{Versions, words};
use super::{Guarantee, Scope, Verdict};
use crate::history::{History, ItemKey, Mark, Operation, SessionId};

/// A version of an item that must be seen, and the operation that makes it so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Floor<'h> {
    pub(super) version: u32,
    pub(super) because: &'h Operation,
}

/// Versions that must be seen, by item.
pub(super) type Floors<'h> = BTreeMap<&'h ItemKey, Floor<'h>>;

/// What each write rests on: whoever sees the write must see that too.
pub(super) type Foundations<'h> = BTreeMap<Mark, Floors<'h>>;

/// How far an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The log of one region: with one write region, all there is.
    OneLog,
    /// All regions that take writes.
    AllRegions,
}

impl Reach {
    /// Whether two writes, of which one came before the other, are in this order.
    pub(super) fn covers(self, history: &History, one: &Operation, other: &Operation) -> bool {
        let one_log =
            !history.setting.multi_write || (one.region.is_some() && one.region == other.region);
        self == Self::AllRegions || one_log
    }
}

/// Raises the floor of an item.
pub(super) fn raise<'h>(floors: &mut Floors<'h>, key: &'h ItemKey, floor: Floor<'h>) {
    let held = floors.entry(key).or_insert(floor);
    if held.version < floor.version {
        *held = floor;
    }
}

/// What sessions saw, and what that obliges them to see later.
struct Course<'h> {
    observation: Observation<'h>,
    /// The write that it saw.
    write: &'h Operation,
    owes: &'h Floors<'h>,
}

/// Judges that whoever sees a write sees afterwards, in the same session, what the write rests on.
pub(super) fn judge<'h>(
    guarantee: Guarantee,
    history: &'h History,
    scope: &Scope<'_>,
    foundations: &'h Foundations<'h>,
) -> Verdict {
    let versions = Versions::of(history);
    let mut findings = Findings::of(guarantee);
    let mut courses: BTreeMap<SessionId, Vec<Course<'_>>> = BTreeMap::new();
    for observation in observations(history, scope) {
        let Some(seen) = versions.at_most(&observation) else {
            continue;
        };
        let course = courses.entry(observation.operation.session).or_default();
        let owed = course.iter().filter_map(|earlier| {
            let floor = earlier.owes.get(observation.key)?;
            let since = floor.because.invoked;
            let counts = earlier
                .observation
                .operation
                .precedes(observation.operation)
                && !history.may_have_lost_writes(since, observation.returned);
            counts.then_some((floor, earlier))
        });
        if let Some((floor, earlier)) = owed.max_by_key(|(floor, _)| floor.version) {
            findings.check(seen >= floor.version, || {
                let (key, owed, seen) = (observation.key, floor.version, words(seen));
                let saw = earlier.observation;
                let why = format!(
                    "the session saw what rests on version {owed} of {key}, and then saw {seen} of it"
                );
                story(
                    [
                        floor.because,
                        earlier.write,
                        saw.operation,
                        observation.operation,
                    ],
                    why,
                )
            });
        }
        let Some(mark) = observation.seen else {
            continue;
        };
        if let (Some(owes), Some(write)) = (
            foundations.get(&mark),
            versions.write_of(observation.key, mark),
        ) {
            course.push(Course {
                observation,
                write: write.operation,
                owes,
            });
        }
    }
    findings.verdict()
}
