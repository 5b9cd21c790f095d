//! Items that are about to be looked at, brought near.
//!
//! An item is a pointer to a version that points to a body: whoever scans waits for memory twice for
//! each item. Here some items are asked for together, and their bodies touched, so that the waits
//! overlap. It begins with one item, for those who want no more.

use std::{hint::black_box, sync::Arc};

use super::version::Version;

/// Items that are asked for together at most.
const MOST: usize = 16;
/// Bytes between the places of a body that are touched, which the processor reads together.
const LINE: usize = 64;
/// Lines of a body that are touched; what follows the processor expects by itself.
const LINES: usize = 4;

/// Items in the order of another iterator.
#[derive(Debug)]
pub(crate) struct ReadAhead<'s, I> {
    items: I,
    near: Vec<&'s Arc<Version>>,
    /// How many of those were given.
    given: usize,
    /// How many are asked for next.
    next: usize,
}

impl<'s, I: Iterator<Item = &'s Arc<Version>>> ReadAhead<'s, I> {
    /// The items of `items`.
    pub(crate) fn of(items: I) -> Self {
        Self {
            items,
            near: Vec::new(),
            given: 0,
            next: 1,
        }
    }

    fn ask(&mut self) {
        self.near.clear();
        self.given = 0;
        self.near.extend(self.items.by_ref().take(self.next));
        self.next = (self.next * 2).min(MOST);
        for version in &self.near {
            let body = &version.body;
            let touched = (0..LINES).map(|line| body.get(line * LINE).copied().unwrap_or_default());
            black_box(touched.fold(0, |sum, byte| sum ^ byte));
        }
    }
}

impl<'s, I: Iterator<Item = &'s Arc<Version>>> Iterator for ReadAhead<'s, I> {
    type Item = &'s Arc<Version>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.given >= self.near.len() {
            self.ask();
        }
        let item = self.near.get(self.given)?;
        self.given += 1;
        Some(item)
    }
}
