//! The first items in an order that have rows, no more than are needed for a page.

use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    ops::{Bound, RangeBounds},
    sync::Arc,
};

use cosmokit_query::{Execution, RunError, ast::Direction};

use super::{rows::count, run::LookedAt};
use crate::{
    index::key::{IndexEntry, IndexKey},
    partition::version::Version,
};

/// Between which entries a page lies.
pub(super) type Bounds = (Bound<IndexEntry>, Bound<IndexEntry>);

/// An item that has rows, and its place in the order: what comes later is greater.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) entry: IndexEntry,
    direction: Direction,
    rows: usize,
    pub(super) version: Arc<Version>,
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> Ordering {
        self.direction.apply(self.entry.cmp(&other.entry))
    }
}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.entry == other.entry
    }
}

impl Eq for Held {}

/// The first items of those that were offered.
#[derive(Debug)]
pub(super) struct Best<'b> {
    bounds: &'b Bounds,
    direction: Direction,
    /// Rows that are needed.
    room: usize,
    held: BinaryHeap<Held>,
    rows: usize,
}

impl<'b> Best<'b> {
    /// None yet, of those between `bounds`.
    pub(super) fn new(bounds: &'b Bounds, direction: Direction, room: usize) -> Self {
        Self {
            bounds,
            direction,
            room,
            held: BinaryHeap::new(),
            rows: 0,
        }
    }

    /// Takes an item with its key, unless enough rows come before its own. The filter is evaluated last.
    ///
    /// # Errors
    /// When the run stops.
    pub(super) fn offer(
        &mut self,
        key: IndexKey,
        version: &Arc<Version>,
        execution: &mut Execution<'_>,
        looked: &mut LookedAt,
    ) -> Result<(), RunError> {
        let entry = IndexEntry {
            key,
            ordinal: version.ordinal,
        };
        if !self.bounds.contains(&entry) {
            return Ok(());
        }
        let candidate = Held {
            entry,
            direction: self.direction,
            rows: 0,
            version: Arc::clone(version),
        };
        if self.is_enough() && self.held.peek().is_some_and(|last| candidate > *last) {
            return Ok(());
        }
        looked.at(version);
        let rows = count(execution, version, self.room)?;
        self.hold(Held { rows, ..candidate });
        Ok(())
    }

    /// Takes what others found best.
    pub(super) fn absorb(&mut self, other: Self) {
        for held in other.held {
            self.hold(held);
        }
    }

    /// Whether there are as many rows as are needed.
    pub(super) fn is_enough(&self) -> bool {
        self.rows >= self.room
    }

    /// The items in order.
    pub(super) fn into_sorted(self) -> Vec<Held> {
        self.held.into_sorted_vec()
    }

    fn hold(&mut self, item: Held) {
        if item.rows == 0 {
            return;
        }
        self.rows += item.rows;
        self.held.push(item);
        while let Some(last) = self.held.peek()
            && self.rows - last.rows >= self.room
        {
            self.rows -= last.rows;
            self.held.pop();
        }
    }
}
