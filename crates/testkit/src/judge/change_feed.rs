//! Change feed: a chain of tokens sees every change once and in order, and when it has caught up after everything has
//! healed, it has seen them all.
//!
//! A chain of latest versions begins at the beginning and may skip versions that were replaced before it came by; one
//! of all versions and deletes begins with its first page and skips nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::observation::observations;
use super::verdict::{Findings, story};
use super::{Guarantee, Scope, Verdict};
use crate::history::{
    Action, ChainId, Change, FeedMode, History, ItemKey, Mark, Moment, Operation, Outcome,
    Standing, WriteOf, WriteVerb,
};

/// Everything that a chain was given.
struct Chain<'h> {
    id: ChainId,
    container: &'h str,
    mode: FeedMode,
    /// When its first page had come.
    begun: Moment,
    /// When a page was asked for that had nothing more to give.
    caught_up: Option<Moment>,
    given: Vec<Delivery<'h>>,
}

/// A change in the page that brought it.
#[derive(Clone, Copy)]
struct Delivery<'h> {
    change: &'h Change,
    page: &'h Operation,
}

pub(super) fn judge(history: &History, scope: &Scope<'_>) -> Verdict {
    let mut findings = Findings::of(Guarantee::ChangeFeed);
    for chain in chains(history, scope).values() {
        once(chain, &mut findings);
        in_order(history, chain, &mut findings);
        complete(history, chain, &mut findings);
        up_to_date(history, chain, &mut findings);
    }
    findings.verdict()
}

fn chains<'h>(history: &'h History, scope: &Scope<'_>) -> BTreeMap<ChainId, Chain<'h>> {
    let mut chains = BTreeMap::new();
    for page in history.operations.iter().filter(|it| scope.covers(it)) {
        let (
            Action::Follow {
                chain,
                container,
                mode,
            },
            Outcome::Changes { changes, caught_up },
            Some(returned),
        ) = (&page.action, &page.outcome, page.returned)
        else {
            continue;
        };
        let chain = chains.entry(*chain).or_insert_with(|| Chain {
            id: *chain,
            container,
            mode: *mode,
            begun: returned,
            caught_up: None,
            given: Vec::new(),
        });
        chain.caught_up = caught_up.then_some(page.invoked).or(chain.caught_up);
        let deliveries = changes.iter().map(|change| Delivery { change, page });
        chain.given.extend(deliveries);
    }
    chains
}

/// No change comes twice.
fn once(chain: &Chain<'_>, findings: &mut Findings) {
    let mut given: BTreeMap<_, Delivery<'_>> = BTreeMap::new();
    for delivery in &chain.given {
        let change = delivery.change;
        // A write that was sent twice, because nobody answered, is two changes: it is their position that tells them apart.
        let before = given.insert((&change.key, change.mark, change.lsn), *delivery);
        findings.check(before.is_none(), || {
            let first = before.map(|before| before.page);
            let told = first.into_iter().chain([delivery.page]);
            story(
                told,
                format!("chain {} was given {} twice", chain.id.0, named(change)),
            )
        });
    }
}

/// Under one partition key positions never fall, and versions of an item rise.
fn in_order(history: &History, chain: &Chain<'_>, findings: &mut Findings) {
    let mut positions: BTreeMap<&str, Delivery<'_>> = BTreeMap::new();
    let mut versions: BTreeMap<&ItemKey, (u32, Delivery<'_>)> = BTreeMap::new();
    let mut compare = |before: Delivery<'_>, after: Delivery<'_>, good: bool, what: &str| {
        let end = after.page.returned.unwrap_or(after.page.invoked);
        let excused = history.may_have_lost_writes(before.page.invoked, end);
        findings.check(good || excused, || {
            let (first, second) = (named(before.change), named(after.change));
            let why = format!("chain {}: {what}: {first}, then {second}", chain.id.0);
            story([before.page, after.page], why)
        });
    };
    for delivery in &chain.given {
        let change = delivery.change;
        if let Some(before) = positions.insert(&change.key.partition, *delivery) {
            let good = before.change.lsn <= change.lsn;
            compare(before, *delivery, good, "positions fall");
        }
        let Some(mark) = change.mark.filter(|mark| mark.version > 0) else {
            continue;
        };
        if change.standing == Standing::Deleted {
            continue;
        }
        if let Some((version, before)) = versions.insert(&change.key, (mark.version, *delivery)) {
            let good = version <= mark.version;
            compare(before, *delivery, good, "versions fall");
        }
    }
}

/// What was acknowledged has come.
fn complete(history: &History, chain: &Chain<'_>, findings: &mut Findings) {
    let (Some(settled), Some(caught_up)) = (history.settled(), chain.caught_up) else {
        return;
    };
    if caught_up < settled {
        return;
    }
    let mut items: BTreeMap<&ItemKey, Vec<WriteOf<'_>>> = BTreeMap::new();
    for write in history
        .writes()
        .filter(|it| it.key.container == chain.container)
    {
        items.entry(write.key).or_default().push(write);
    }
    for (key, writes) in items {
        let given: Vec<&Change> = chain
            .given
            .iter()
            .map(|delivery| delivery.change)
            .filter(|change| change.key == *key)
            .collect();
        let due = |write: &WriteOf<'_>| {
            write.operation.outcome == Outcome::Done
                && !history.may_have_lost_writes(write.operation.invoked, caught_up)
        };
        match chain.mode {
            FeedMode::LatestVersion => latest(chain, &writes, &given, &due, findings),
            FeedMode::AllVersionsAndDeletes => every(chain, &writes, &given, &due, findings),
        }
    }
}

/// What stands in the end has come, whatever was lost on the way. Only what stood there before a loss, and came back
/// by it, may have been passed by: it was replaced when the reader came by.
fn up_to_date(history: &History, chain: &Chain<'_>, findings: &mut Findings) {
    let (Some(settled), Some(caught_up)) = (history.settled(), chain.caught_up) else {
        return;
    };
    if caught_up < settled {
        return;
    }
    let after = |operation: &Operation| operation.invoked > settled;
    let given: BTreeSet<(&ItemKey, Mark)> = chain
        .given
        .iter()
        .filter_map(|delivery| Some((&delivery.change.key, delivery.change.mark?)))
        .collect();
    let writes: BTreeMap<Mark, &Operation> = history
        .writes()
        .map(|write| (write.mark, write.operation))
        .collect();
    let first = match chain.mode {
        FeedMode::LatestVersion => None,
        FeedMode::AllVersionsAndDeletes => Some(chain.begun),
    };
    for observation in observations(history, &Scope::of(&after)) {
        let Some(mark) = observation.seen else {
            continue;
        };
        let Some(write) = writes.get(&mark) else {
            continue;
        };
        let is_due = observation.key.container == chain.container
            && first.is_none_or(|first| first < write.invoked)
            && (chain.mode == FeedMode::AllVersionsAndDeletes
                || !history.may_have_lost_writes(write.invoked, caught_up));
        if is_due {
            findings.check(given.contains(&(observation.key, mark)), || {
                let (id, key) = (chain.id.0, observation.key);
                story(
                    [*write, observation.operation],
                    format!(
                        "chain {id} has caught up and was never given {mark}, which stands in {key}"
                    ),
                )
            });
        }
    }
}

/// Of an item that was never deleted, the version of each acknowledged write or a later one has come.
fn latest<'h>(
    chain: &Chain<'_>,
    writes: &[WriteOf<'h>],
    given: &[&Change],
    due: &dyn Fn(&WriteOf<'h>) -> bool,
    findings: &mut Findings,
) {
    if writes.iter().any(|write| write.verb == WriteVerb::Delete) {
        return;
    }
    let marks: BTreeSet<Mark> = given.iter().filter_map(|change| change.mark).collect();
    for write in writes.iter().filter(|write| due(write)) {
        let good = writes.iter().any(|other| {
            let known = other.mark.version > 0 && other.mark.version < write.mark.version;
            marks.contains(&other.mark) && !known && !other.operation.precedes(write.operation)
        });
        findings.check(good, || missing(chain, write));
    }
}

/// Each acknowledged version has come, and a delete for each acknowledged delete.
fn every<'h>(
    chain: &Chain<'_>,
    writes: &[WriteOf<'h>],
    given: &[&Change],
    due: &dyn Fn(&WriteOf<'h>) -> bool,
    findings: &mut Findings,
) {
    let deletes_given = given
        .iter()
        .filter(|change| change.standing == Standing::Deleted)
        .count();
    let mut deletes_due = 0;
    for write in writes {
        if !due(write) || write.operation.invoked < chain.begun {
            continue;
        }
        let good = if write.verb == WriteVerb::Delete {
            if write.operation.may_have_found_nothing() {
                continue;
            }
            deletes_due += 1;
            deletes_given >= deletes_due
        } else {
            given.iter().any(|change| {
                change.standing == Standing::Present && change.mark == Some(write.mark)
            })
        };
        findings.check(good, || missing(chain, write));
    }
}

fn missing(chain: &Chain<'_>, write: &WriteOf<'_>) -> String {
    let (id, key, mark) = (chain.id.0, write.key, write.mark);
    story(
        [write.operation],
        format!("chain {id} has caught up and was never given {mark} of {key}"),
    )
}

fn named(change: &Change) -> String {
    let what = match change.standing {
        Standing::Present => "",
        Standing::Deleted => "the delete of ",
    };
    let mark = change.mark.map(|mark| format!(" as {mark}"));
    let mark = mark.unwrap_or_default();
    format!("{what}{}{mark} at {}", change.key, change.lsn)
}
