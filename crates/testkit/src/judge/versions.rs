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

    /// Which version was seen. Nothing is version 0, or the latest delete that may have been in effect; `None` for an
    /// item without known order.
    pub(super) fn seen(&self, observation: &Observation<'_>) -> Option<u32> {
        let writes = self.by_key.get(observation.key)?;
        if let Some(mark) = observation.seen {
            return Some(mark.version);
        }
        let deletes = writes.iter().filter(|write| {
            write.verb == WriteVerb::Delete
                && write.operation.outcome.may_have_applied()
                && write.operation.invoked < observation.returned
        });
        Some(deletes.map(|write| write.mark.version).max().unwrap_or(0))
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
