//! The versions of each item, as writers know them.

use std::collections::BTreeMap;

use super::observation::Observation;
use crate::history::{History, ItemKey, Mark, WriteOf, WriteVerb};

/// The versions of the items whose writers know them: those of one writer, and those written only under an etag.
#[derive(Debug)]
pub(super) struct Versions<'h> {
    by_key: BTreeMap<&'h ItemKey, Vec<WriteOf<'h>>>,
}

impl<'h> Versions<'h> {
    /// Leaves out items with a write whose place in the order nobody knows. Where several regions take writes, an etag
    /// says nothing about what another region does, so there only one writer knows the order.
    pub(super) fn of(history: &'h History) -> Self {
        let mut by_key: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for write in history.writes() {
            by_key.entry(write.key).or_default().push(write);
        }
        by_key.retain(|_, writes| {
            let first = writes.first().map(|write| write.mark.actor);
            let one_writer = writes.iter().all(|it| Some(it.mark.actor) == first);
            let known = writes.iter().all(|write| write.mark.version > 0);
            known && (one_writer || !history.setting.multi_write)
        });
        Self { by_key }
    }

    /// The writes of an item, in the order in which they were invoked; none for an item without known order.
    pub(super) fn writes(&self, key: &ItemKey) -> &[WriteOf<'h>] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }

    /// The writes that left this mark.
    pub(super) fn write_of(&self, key: &ItemKey, mark: Mark) -> Option<&WriteOf<'h>> {
        self.writes(key).iter().find(|write| write.mark == mark)
    }

    /// The newest version that an observation can have been of: nothing is the latest delete that may have been in
    /// effect, or version 0. `None` for an item without known order.
    pub(super) fn at_most(&self, observation: &Observation<'_>) -> Option<u32> {
        let deletes = self.deletes_before(observation)?;
        let seen = observation.seen.map(|mark| mark.version);
        Some(seen.unwrap_or_else(|| deletes.max().unwrap_or(0)))
    }

    /// The oldest version that an observation can have been of, for whoever must not see less than version `held`:
    /// nothing is the first delete from there on, or version 0 for whoever has seen nothing. A region that an item has
    /// not reached shows the same as one that its delete has reached.
    pub(super) fn at_least(&self, observation: &Observation<'_>, held: u32) -> Option<u32> {
        let deletes = self.deletes_before(observation)?;
        if let Some(mark) = observation.seen {
            return Some(mark.version);
        }
        let first = deletes.filter(|version| *version >= held).min();
        Some(if held == 0 { 0 } else { first.unwrap_or(0) })
    }

    /// The deletes that may have been in effect.
    fn deletes_before(&self, observation: &Observation<'_>) -> Option<impl Iterator<Item = u32>> {
        let writes = self.by_key.get(observation.key)?;
        let deletes = writes.iter().filter(|write| {
            write.verb == WriteVerb::Delete
                && write.operation.outcome.may_have_applied()
                && write.operation.invoked < observation.returned
        });
        Some(deletes.map(|write| write.mark.version))
    }
}

/// The version in words.
pub(super) fn words(version: u32) -> String {
    if version == 0 {
        "nothing".to_owned()
    } else {
        format!("version {version}")
    }
}
