//! What was seen of single items: by reads, and by lists, which also say what is not there.

use std::collections::{BTreeMap, BTreeSet};

use super::Scope;
use crate::history::{Action, History, ItemKey, Mark, Moment, Operation, Outcome};

/// One item, seen by one operation that got an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observation<'h> {
    pub(super) operation: &'h Operation,
    pub(super) returned: Moment,
    pub(super) key: &'h ItemKey,
    /// What was found; `None` when nothing was.
    pub(super) seen: Option<Mark>,
}

/// Every observation in scope, in the order in which their operations were invoked.
pub(super) fn observations<'h>(history: &'h History, scope: &Scope<'_>) -> Vec<Observation<'h>> {
    let places = places(history);
    let mut found = Vec::new();
    for operation in &history.operations {
        let Some(returned) = operation.returned else {
            continue;
        };
        if !scope.covers(operation) {
            continue;
        }
        let see = |key, seen| Observation {
            operation,
            returned,
            key,
            seen,
        };
        match (&operation.action, &operation.outcome) {
            (Action::Read { key }, Outcome::Found(mark)) => found.push(see(key, Some(*mark))),
            (Action::Read { key }, Outcome::Absent) => found.push(see(key, None)),
            (
                Action::List {
                    container,
                    partition,
                },
                Outcome::Listed(items),
            ) => {
                found.extend(items.iter().map(|item| see(&item.key, Some(item.mark))));
                let known = places.get(&(container.as_str(), partition.as_str()));
                let listed = |key: &ItemKey| items.iter().any(|item| item.key == *key);
                let missing = known.into_iter().flatten().filter(|key| !listed(key));
                found.extend(missing.map(|key| see(*key, None)));
            }
            _ => {}
        }
    }
    found
}

/// The items that are ever written, by container and partition key.
fn places(history: &History) -> BTreeMap<(&str, &str), BTreeSet<&ItemKey>> {
    let mut places: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for write in history.writes() {
        let place = (write.key.container.as_str(), write.key.partition.as_str());
        places.entry(place).or_default().insert(write.key);
    }
    places
}
