//! How the items that a query may want are found: by looking at each, or through indexes.
//!
//! Results do not depend on the choice, only time and charge do. It is made for each partition
//! by what either way would look at.

use std::cell::Cell;

use cosmokit_protocol::session::RegionId;

use crate::verb::{
    feed_walk::{EveryItem, ItemSource, MAX_SORTED, Opened},
    ordinal_merge::InOrder,
};
use crate::{
    index::{
        rules::IndexRules,
        seek::{Batch, Seek, SeekPlan, SeekWork},
    },
    partition::version::Version,
};

/// What looking at things costs, in nanoseconds of a usual machine.
pub(super) mod cost {
    /// An entry of an index.
    pub(in super::super) const ENTRY: usize = 20;
    /// A row of a table of columns, and a cell of it.
    pub(in super::super) const ROW: usize = 20;
    pub(in super::super) const CELL: usize = 5;
    /// An item that is next in the order of insertion.
    pub(in super::super) const NEXT_ITEM: usize = 600;
    /// An item that an index names.
    pub(in super::super) const FOUND_ITEM: usize = 900;
    /// An item that is sorted to come in the order of insertion.
    pub(in super::super) const SORTED_ITEM: usize = 150;
}

/// Items that are looked at one by one whatever there is.
const FEW: usize = 8;
/// The first batch of ordinals, when a batch can be short.
const FIRST_BATCH: usize = 128;

/// The way to the items of a query.
#[derive(Debug)]
pub(super) struct QueryAccess {
    /// What can be looked up; `None` when every item must be looked at.
    pub(super) plan: Option<SeekPlan>,
    pub(super) region: RegionId,
    /// Rows that a page has room for; `None` when all items are wanted.
    pub(super) room: Option<usize>,
    work: Cell<SeekWork>,
}

/// How many items there are, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    /// In the partition.
    pub(super) all: usize,
    /// In the part that is asked about.
    pub(super) inside: usize,
    /// In the partition, that indexes find.
    pub(super) found: usize,
}

impl Estimate {
    /// How many of the part indexes find.
    pub(super) fn matching(&self) -> usize {
        let share = self.found.saturating_mul(self.inside) / self.all.max(1);
        share.max(usize::from(self.found > 0))
    }
}

impl QueryAccess {
    /// The way to the items of a query of which a predicate is known.
    pub(super) fn new(
        predicate: &cosmokit_query::index::Predicate,
        rules: &IndexRules,
        region: RegionId,
        room: Option<usize>,
    ) -> Self {
        Self {
            plan: SeekPlan::of(predicate, rules),
            region,
            room,
            work: Cell::default(),
        }
    }

    /// What was done in indexes.
    pub(super) fn work(&self) -> SeekWork {
        self.work.get()
    }

    /// Counts work that was done elsewhere.
    pub(super) fn add(&self, work: SeekWork) {
        let before = self.work.get();
        self.work.set(SeekWork {
            lookups: before.lookups + work.lookups,
            entries: before.entries + work.entries,
        });
    }

    /// What to look up in a partition, with how much that would find.
    pub(super) fn seek(&self, opened: &Opened) -> Option<(Seek, Estimate)> {
        let all = opened.state.items().count();
        let plan = self.plan.as_ref().filter(|_| all > FEW)?;
        let indexes = &opened.partition.replicas.indexes;
        let seek = plan.over(&mut |spec| indexes.index(self.region, spec, &opened.state));
        let estimate = Estimate {
            all,
            inside: inside(opened),
            found: seek.estimate(),
        };
        Some((seek, estimate))
    }

    /// Whether indexes find all items of a condition sooner than all rows of so many columns are
    /// read.
    pub(super) fn is_worth_more_than_columns(&self, opened: &[Opened], columns: usize) -> bool {
        if self.plan.is_none() {
            return false;
        }
        let (mut seek, mut rows) = (0, 0);
        for opened in opened {
            let all = opened.state.items().count();
            let found = self
                .seek(opened)
                .map_or(all, |(_, estimate)| estimate.found);
            seek += (cost::ENTRY + cost::FOUND_ITEM) * found;
            rows += (cost::ROW + cost::CELL * columns) * all;
        }
        seek < rows
    }

    /// Whether indexes find the items of a page sooner than a walk.
    fn is_worth(&self, opened: &Opened, estimate: Estimate) -> bool {
        let (found, matching) = (estimate.found, estimate.matching());
        let room = self.room.unwrap_or(usize::MAX);
        let seek = cost::ENTRY * found + cost::FOUND_ITEM * matching.min(room);
        let sorted = if opened.is_whole() {
            0
        } else {
            cost::SORTED_ITEM * estimate.inside
        };
        let inside = estimate.inside;
        let walked = room.saturating_mul(inside) / matching.max(1);
        seek < sorted + cost::NEXT_ITEM * walked.min(inside)
    }
}

/// About how many items a part has.
pub(super) fn inside(opened: &Opened) -> usize {
    let items = opened.state.items();
    if opened.is_whole() {
        return items.count();
    }
    let inside = items
        .in_range(&opened.part.range)
        .take(MAX_SORTED + 1)
        .count();
    if inside > MAX_SORTED {
        items.count()
    } else {
        inside
    }
}

impl ItemSource for QueryAccess {
    fn items<'s>(&'s self, opened: &'s Opened) -> InOrder<'s> {
        match self.seek(opened) {
            Some((seek, estimate)) if self.is_worth(opened, estimate) => Box::new(Found {
                access: self,
                opened,
                seek,
                size: FIRST_BATCH,
                batch: Vec::new().into_iter(),
                next: Next::After(opened.part.after),
            }),
            _ => EveryItem.items(opened),
        }
    }
}

/// The items that a seek finds in a part.
struct Found<'s> {
    access: &'s QueryAccess,
    opened: &'s Opened,
    seek: Seek,
    size: usize,
    batch: std::vec::IntoIter<u64>,
    next: Next,
}

/// What follows a batch.
enum Next {
    /// Another, behind this ordinal.
    After(Option<u64>),
    Nothing,
}

impl<'s> Iterator for Found<'s> {
    type Item = &'s std::sync::Arc<Version>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            for ordinal in self.batch.by_ref() {
                let found = self.opened.state.items().by_ordinal(ordinal);
                if let Some(version) = found.filter(|version| self.opened.has(version)) {
                    return Some(version);
                }
            }
            let Next::After(after) = self.next else {
                return None;
            };
            let mut work = SeekWork::default();
            let Batch { ordinals, until } = self.seek.batch(after, self.size, &mut work);
            self.access.add(work);
            self.size *= 4;
            self.batch = ordinals.into_iter();
            self.next = match until {
                Some(until) => Next::After(Some(until)),
                None => Next::Nothing,
            };
        }
    }
}
