//! Pages of a query that is ordered by paths of its items, or by the distance of their vectors.
//!
//! Its rows come item by item in the order of a key that each item has, and by ordinal where keys
//! are equal. A page goes on behind the key of the last item that was given, whatever was written
//! in between. It is filled in one of two ways, whichever looks at less: by a walk through the
//! index that has the items in this order; or by a look at all items that the filter may let
//! through, of which no more are held than the page has room for.

use std::{cmp::Ordering, collections::BinaryHeap, ops::Bound, sync::Arc};

use cosmokit_protocol::partition::EpkRange;
use cosmokit_query::{Execution, RunError, ast::Direction};

use super::{
    access::{Estimate, cost, inside},
    best::{Best, Bounds, Held},
    index_order::IndexOrder,
    nearest::{NearestOrder, Reach},
    page::QueryPage,
    rows::{Given, RowGate},
    run::{Run, wrong},
    text::TextRanking,
    token::{HalfGiven, KeyPlace, Place},
};
use crate::verb::feed_walk::{ItemSource, Opened};
use crate::{
    index::{
        key::{IndexEntry, IndexKey},
        path_index::{Entries, PathIndex},
        seek::SeekWork,
        spec::IndexSpec,
    },
    partition::version::Version,
    response::Failure,
};

/// Longest key that a continuation holds, in bytes; behind a longer one rows are counted instead.
const MAX_TOKEN_KEY: usize = 1_024;
/// Rows that the order leaves out of a page are not worth an estimate of the filter: one of so
/// many items is taken to pass.
const UNKNOWN_FILTER: usize = 3;

/// An order of items.
#[derive(Clone, Debug)]
pub(super) enum KeyOrder {
    /// By the key of an index.
    Index(Box<IndexOrder>),
    /// By a distance, which an index of vectors tells.
    Nearest(NearestOrder),
    /// By a score, which an index of words tells.
    Text(Box<TextRanking>),
}

impl KeyOrder {
    fn direction(&self) -> Direction {
        match self {
            Self::Index(order) => order.direction,
            Self::Nearest(nearest) => nearest.direction(),
            Self::Text(ranking) => ranking.order.direction,
        }
    }
}

/// Where a page begins.
#[derive(Clone, Debug)]
pub(super) enum Begin {
    /// At the first item.
    First,
    /// With the items of this key.
    AtKey(IndexKey),
    /// Behind the items of this key.
    BehindKey(IndexKey),
    /// With this item.
    At(IndexEntry),
    /// Behind this item.
    Behind(IndexEntry),
}

impl Begin {
    /// The entries from here on.
    fn bounds(self, direction: Direction) -> Bounds {
        let ascends = direction == Direction::Ascending;
        // The far side of a key in the direction of the walk, and the near one.
        let (near, far) = if ascends {
            (0, u64::MAX)
        } else {
            (u64::MAX, 0)
        };
        let bound = match self {
            Self::First => Bound::Unbounded,
            Self::AtKey(key) => Bound::Included(IndexEntry { key, ordinal: near }),
            Self::BehindKey(key) => Bound::Excluded(IndexEntry { key, ordinal: far }),
            Self::At(entry) => Bound::Included(entry),
            Self::Behind(entry) => Bound::Excluded(entry),
        };
        if ascends {
            (bound, Bound::Unbounded)
        } else {
            (Bound::Unbounded, bound)
        }
    }
}

/// Where a page begins, and what came before.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    begin: Begin,
    /// What was given of the item that it begins with.
    half: Option<HalfGiven>,
    /// Rows that were counted before.
    counted: u64,
}

impl Begun {
    /// The first page, from here on.
    pub(super) fn at(begin: Begin) -> Self {
        Self {
            begin,
            half: None,
            counted: 0,
        }
    }
}

impl KeyPlace {
    /// The page that begins here.
    pub(super) fn begun(self) -> Begun {
        let half = (self.rows > 0).then_some(HalfGiven {
            ordinal: self.ordinal,
            rows: self.rows,
            mark: self.mark,
        });
        let entry = IndexEntry {
            key: self.key,
            ordinal: self.ordinal,
        };
        let begin = if half.is_some() {
            Begin::At(entry)
        } else {
            Begin::Behind(entry)
        };
        Begun {
            begin,
            half,
            counted: self.counted,
        }
    }
}

/// What one page of an ordered query is about.
#[derive(Debug)]
pub(super) struct OrderedPage {
    /// The order.
    pub(super) order: KeyOrder,
    /// The points.
    pub(super) range: EpkRange,
    /// Where it begins.
    pub(super) begun: Begun,
    /// Rows to leave out, and to let through, of all.
    pub(super) window: (u64, Option<u64>),
    /// Whether `counted` counts all rows from the first.
    pub(super) counts_from_first: bool,
}

impl Run<'_, '_> {
    /// Fills a page in the order of keys; says where the next begins.
    ///
    /// # Errors
    /// As for every query.
    pub(super) fn ordered(
        &mut self,
        about: &OrderedPage,
        page: &mut QueryPage,
    ) -> Result<Option<Place>, Failure> {
        let (offset, limit) = about.window;
        let Begun {
            begin,
            half,
            counted,
        } = about.begun.clone();
        let mut gate = RowGate {
            skip: offset.saturating_sub(counted),
            take: limit.map(|limit| limit - counted.saturating_sub(offset).min(limit)),
            counted,
            page,
        };
        let opened = self.walk.open(&about.range)?;
        let direction = about.order.direction();
        let bounds = begin.bounds(direction);
        let mut execution = self.execution()?.unwindowed();
        let room = rows_wanted(&gate, half);
        let best = match &about.order {
            KeyOrder::Index(order) if self.prefers_walk(&opened, order, room) => {
                let indexes = self.indexes(&opened, order.walked());
                let walked = order.bounds(&bounds);
                let items = in_order(&opened, &indexes, &walked, direction);
                let items = (items, order.lead());
                let place = self.fill(items, &mut execution, about, &mut gate)?;
                self.looked.ran(&execution, self.steps);
                return Ok(place.map(|place| about.token(place)));
            }
            KeyOrder::Index(order) => {
                let key = |version: &Version| order.spec.key(&version.body);
                let best = Best::new(&bounds, direction, room);
                let found = self.best(&opened, &mut execution, best, &key);
                found.map_err(|error| wrong(&error.into()))?
            }
            KeyOrder::Nearest(order) => {
                let reach = Reach {
                    bounds: &bounds,
                    room,
                    rows: limit.map(|limit| rows_of_all(offset, limit)),
                };
                let found = self.nearest(&opened, &mut execution, order, reach);
                found.map_err(|error| wrong(&error.into()))?
            }
            KeyOrder::Text(ranking) => {
                let found = self.by_text(&opened, &mut execution, ranking, (&bounds, room));
                found.map_err(|error| wrong(&error.into()))?
            }
        };
        let items = best.iter().map(|held| (&held.entry, &held.version));
        self.looked.ran(&execution, self.steps);
        let looked = self.looked;
        let place = self.fill((items, 0), &mut execution, about, &mut gate)?;
        // The same items again.
        self.looked = looked;
        Ok(place.map(|place| about.token(place)))
    }

    /// Whether a walk through the index of the order looks at less than a look at all items that
    /// the filter may let through.
    fn prefers_walk(&self, opened: &[Opened], order: &IndexOrder, room: usize) -> bool {
        let (mut walk, mut look) = (0_usize, 0_usize);
        for opened in opened {
            let seek = self.access.seek(opened);
            let is_found = seek.is_some();
            let estimate = seek.map_or_else(
                || {
                    let all = opened.state.items().count();
                    Estimate {
                        all,
                        inside: inside(opened),
                        found: all,
                    }
                },
                |(_, estimate)| estimate,
            );
            let matching = estimate.matching();
            let passing = if is_found || !self.program.has_filter() {
                matching
            } else {
                matching / UNKNOWN_FILTER
            };
            let entries = if order.is_narrowed() {
                let index = self.index(opened, order.walked());
                order.estimate(&index, estimate.all)
            } else {
                estimate.all
            };
            let walked = room.saturating_mul(entries) / passing.max(1);
            walk += cost::FOUND_ITEM * walked.min(entries);
            look += if is_found {
                (cost::ENTRY * estimate.found + cost::FOUND_ITEM * matching)
                    .min(cost::NEXT_ITEM * estimate.inside)
            } else {
                cost::NEXT_ITEM * estimate.inside
            };
        }
        walk < look
    }

    fn indexes(&self, opened: &[Opened], spec: &IndexSpec) -> Vec<Arc<PathIndex>> {
        let opened = opened.iter();
        opened.map(|opened| self.index(opened, spec)).collect()
    }

    /// Gives the rows of items until the page is full; says behind what the next begins. So many bytes of their keys are
    /// not of the order.
    fn fill<'o>(
        &mut self,
        (items, lead): (
            impl Iterator<Item = (&'o IndexEntry, &'o Arc<Version>)>,
            usize,
        ),
        execution: &mut Execution<'_>,
        about: &OrderedPage,
        gate: &mut RowGate<'_>,
    ) -> Result<Option<KeyPlace>, Failure> {
        let visible = self.walk.visibility();
        let mut half = about.begun.half;
        let mut last = None;
        let place = |entry: &IndexEntry, half: Option<HalfGiven>, counted| KeyPlace {
            of: about.range.clone(),
            counted,
            key: entry.key.behind(lead),
            ordinal: entry.ordinal,
            rows: half.map_or(0, |half| half.rows),
            mark: half.map_or(0, |half| half.mark),
        };
        let mut entries = 0;
        let mut stopped = None;
        for (entry, version) in items {
            entries += 1;
            if gate.is_closed() {
                break;
            }
            if !visible(version) {
                continue;
            }
            if gate.page.is_full() {
                stopped = last.take();
                break;
            }
            let begun = half.take().filter(|half| half.ordinal == version.ordinal);
            match gate.give(execution, version, begun) {
                Ok(Given::All) => {
                    self.looked.at(version);
                    last = Some(place(entry, None, gate.counted));
                }
                Ok(Given::Some(Some(rest))) => {
                    self.looked.at(version);
                    stopped = Some(place(entry, Some(rest), gate.counted));
                    break;
                }
                Ok(Given::Some(None)) => {
                    stopped = last.take();
                    break;
                }
                // The next page has a new budget.
                Err(RunError::Budget) if last.is_some() => {
                    stopped = last.take();
                    break;
                }
                Err(error) => return Err(wrong(&error.into())),
            }
        }
        self.access.add(SeekWork {
            lookups: 1,
            entries,
        });
        Ok(stopped.filter(|_| !gate.is_closed()))
    }

    /// The best of the items that the filter may let through.
    fn best(
        &mut self,
        opened: &[Opened],
        execution: &mut Execution<'_>,
        mut best: Best<'_>,
        key: &dyn Fn(&Version) -> IndexKey,
    ) -> Result<Vec<Held>, RunError> {
        let visible = self.walk.visibility();
        for opened in opened {
            for version in self.access.items(opened).filter(|version| visible(version)) {
                best.offer(key(version), version, execution, &mut self.looked)?;
            }
        }
        Ok(best.into_sorted())
    }
}

/// Rows that a query with this window wants, those that it leaves out among them, and one to know that there are more.
fn rows_of_all(offset: u64, limit: u64) -> usize {
    let rows = offset.saturating_add(limit).saturating_add(1);
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// Rows that a page may need to see: those that it leaves out and gives, one to know that there
/// are more, and those that were given of its first item.
fn rows_wanted(gate: &RowGate<'_>, half: Option<HalfGiven>) -> usize {
    let skip = usize::try_from(gate.skip).unwrap_or(usize::MAX);
    let take = gate.take.and_then(|take| usize::try_from(take).ok());
    let room = gate.page.room().min(take.unwrap_or(usize::MAX));
    let before = half.map_or(0, |half| half.rows);
    room.saturating_add(1)
        .saturating_add(skip)
        .saturating_add(before)
}

/// The items of several parts in the order of an index of each.
fn in_order<'o>(
    opened: &'o [Opened],
    indexes: &'o [Arc<PathIndex>],
    bounds: &Bounds,
    direction: Direction,
) -> impl Iterator<Item = (&'o IndexEntry, &'o Arc<Version>)> {
    let mut sources: Vec<Entries<'o>> = Vec::new();
    let mut heads = BinaryHeap::new();
    for index in indexes {
        let entries = index.between(bounds.clone());
        let mut entries: Entries<'o> = match direction {
            Direction::Ascending => entries,
            Direction::Descending => Box::new(entries.rev()),
        };
        if let Some(entry) = entries.next() {
            heads.push(Head {
                entry,
                direction,
                source: sources.len(),
            });
        }
        sources.push(entries);
    }
    std::iter::from_fn(move || {
        loop {
            let mut head = heads.peek_mut()?;
            let Head { entry, source, .. } = *head;
            match sources.get_mut(source).and_then(Iterator::next) {
                Some(next) => head.entry = next,
                None => {
                    std::collections::binary_heap::PeekMut::pop(head);
                }
            }
            let found = opened.get(source).and_then(|opened| {
                let version = opened.state.items().by_ordinal(entry.ordinal)?;
                opened.has(version).then_some(version)
            });
            if let Some(version) = found {
                return Some((entry, version));
            }
        }
    })
}

/// The next entry of one part; of several, the greatest is the one that comes first.
#[derive(Clone, Copy, Debug)]
struct Head<'o> {
    entry: &'o IndexEntry,
    direction: Direction,
    source: usize,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.direction.apply(other.entry.cmp(self.entry))
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head<'_> {}

impl OrderedPage {
    /// The place in a continuation.
    fn token(&self, place: KeyPlace) -> Place {
        if place.key.bytes().len() <= MAX_TOKEN_KEY || !self.counts_from_first {
            return Place::Key(place);
        }
        let given = place.counted.saturating_sub(self.window.0);
        Place::Row {
            rows: usize::try_from(given).unwrap_or(usize::MAX),
            of: place.of,
        }
    }
}
