//! The items whose vectors are nearest to a given one.
//!
//! Three ways, each where it looks at less: the items that the filter finds through indexes, each compared exactly; the
//! index of vectors, from the nearest outwards until enough of them pass the filter; and a look at every item, where the
//! index cannot be asked. Only a query that says how many rows it wants is answered from a graph or from compressed
//! vectors: pages without end must not miss any item. What they find is compared exactly, and a search that does not
//! find enough is made again with a greater reach, exactly in the end.

use std::{collections::BTreeSet, ops::Bound};

use cosmokit_query::{
    Execution, RunError,
    ast::Direction,
    index::{Nearest, Predicate, Test},
    value::OrderKey,
};

use super::{
    access::{cost, inside},
    best::{Best, Bounds, Held},
    run::Run,
};
use crate::index::{
    key::{IndexEntry, IndexKey},
    seek::SeekWork,
    spec::IndexSpec,
    vector::{Method, Search, VectorIndex, VectorSettings},
};
use crate::verb::feed_walk::{ItemSource, Opened};

/// How much farther a search reaches that did not find enough.
const FARTHER: usize = 4;
/// One of so many items is taken to pass a filter that no index knows.
const UNKNOWN_FILTER: usize = 3;

/// An order by a distance that an index of vectors tells.
#[derive(Clone, Debug)]
pub(super) struct NearestOrder {
    spec: IndexSpec,
    nearest: Nearest,
    /// The only shard of the index that the filter lets pass.
    shard: Option<IndexKey>,
}

/// What of the nearest a page wants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach<'r> {
    /// Where the page lies.
    pub(super) bounds: &'r Bounds,
    /// Rows that it has room for.
    pub(super) room: usize,
    /// Rows of all pages, when the query says how many it wants.
    pub(super) rows: Option<usize>,
}

impl NearestOrder {
    /// The order of a query whose filter asks for this.
    pub(super) fn new(spec: IndexSpec, nearest: Nearest, predicate: &Predicate) -> Self {
        let shard = match &spec {
            IndexSpec::Vectors(settings) => shard(settings, predicate),
            _ => None,
        };
        Self {
            spec,
            nearest,
            shard,
        }
    }

    /// The direction of the distances.
    pub(super) fn direction(&self) -> Direction {
        self.nearest.direction
    }

    fn key(&self, index: &VectorIndex, ordinal: u64, vector: &mut Vec<f32>) -> IndexKey {
        let has_one = index.read(ordinal, vector);
        let found = has_one.then_some(&**vector);
        IndexKey::of_value(&self.nearest.key(found))
    }

    fn search(&self, wanted: usize, reach: Reach<'_>) -> Search<'_> {
        let method = match self.nearest.search.filter(|_| reach.rows.is_some()) {
            Some(options) => Method::Approximate {
                search_list: options.search_list,
                quantized_list: options.quantized_list,
            },
            None => Method::Exact,
        };
        let from = match self.direction() {
            Direction::Ascending => &reach.bounds.0,
            Direction::Descending => &reach.bounds.1,
        };
        Search {
            target: &self.nearest.target,
            metric: self.nearest.metric,
            wanted,
            method,
            from: match from {
                Bound::Included(entry) | Bound::Excluded(entry) => entry.key.number(),
                Bound::Unbounded => None,
            },
        }
    }

    /// Items that the search found, with their exact keys: the first in order, no more than it can vouch for. Those that
    /// have no distance are none of them: the index tells them apart.
    fn in_order(
        &self,
        index: &VectorIndex,
        (ordinals, wanted): (Vec<u64>, usize),
    ) -> Vec<IndexEntry> {
        let mut vector = Vec::new();
        let entry = |ordinal| IndexEntry {
            key: self.key(index, ordinal, &mut vector),
            ordinal,
        };
        let entries = ordinals.into_iter().map(entry);
        let mut entries: Vec<IndexEntry> = entries
            .filter(|entry| entry.key.number().is_some())
            .collect();
        let direction = self.direction();
        entries.sort_unstable_by(|one, other| direction.apply(one.cmp(other)));
        entries.truncate(wanted);
        entries
    }
}

impl Run<'_, '_> {
    /// The nearest items of all parts that have rows, as many as are needed for the room of the page.
    ///
    /// # Errors
    /// When the run stops.
    pub(super) fn nearest(
        &mut self,
        opened: &[Opened],
        execution: &mut Execution<'_>,
        order: &NearestOrder,
        reach: Reach<'_>,
    ) -> Result<Vec<Held>, RunError> {
        let mut best = Best::new(reach.bounds, order.direction(), reach.room);
        for opened in opened {
            let index = self.index(opened, &order.spec);
            let Some(vectors) = index.vectors() else {
                continue;
            };
            best.absorb(match self.first_reach(opened, (order, vectors), reach) {
                Some(wanted) => {
                    self.outwards(opened, execution, (order, vectors), (reach, wanted))?
                }
                None => self.each(opened, execution, (order, vectors), reach)?,
            });
        }
        Ok(best.into_sorted())
    }

    /// The nearest of the items that the filter may let through.
    fn each<'r>(
        &mut self,
        opened: &Opened,
        execution: &mut Execution<'_>,
        (order, vectors): (&NearestOrder, &VectorIndex),
        reach: Reach<'r>,
    ) -> Result<Best<'r>, RunError> {
        let visible = self.walk.visibility();
        let mut best = Best::new(reach.bounds, order.direction(), reach.room);
        let mut vector = Vec::new();
        let mut compared = 0;
        for version in self.access.items(opened).filter(|version| visible(version)) {
            compared += 1;
            let key = order.key(vectors, version.ordinal, &mut vector);
            best.offer(key, version, execution, &mut self.looked)?;
        }
        self.access.add(SeekWork {
            lookups: 0,
            entries: compared,
        });
        Ok(best)
    }

    /// The nearest items from the first on, until there are enough of them.
    fn outwards<'r>(
        &mut self,
        opened: &Opened,
        execution: &mut Execution<'_>,
        (order, vectors): (&NearestOrder, &VectorIndex),
        (reach, mut wanted): (Reach<'r>, usize),
    ) -> Result<Best<'r>, RunError> {
        let visible = self.walk.visibility();
        let mut best = Best::new(reach.bounds, order.direction(), reach.room);
        let mut seen = BTreeSet::new();
        let items = opened.state.items();
        let looked = &mut self.looked;
        let mut offer = |entry: IndexEntry, best: &mut Best<'r>| {
            if !seen.insert(entry.ordinal) {
                return Ok(());
            }
            let version = items.by_ordinal(entry.ordinal);
            match version.filter(|version| opened.has(version) && visible(version)) {
                Some(version) => best.offer(entry.key, version, execution, looked),
                None => Ok(()),
            }
        };
        // What cannot be compared comes before every distance, or behind.
        let others = || {
            let others = vectors.others(order.nearest.metric);
            others.map(|ordinal| IndexEntry {
                key: IndexKey::of_value(&OrderKey::Undefined),
                ordinal,
            })
        };
        if order.direction() == Direction::Ascending {
            others().try_for_each(|entry| offer(entry, &mut best))?;
        }
        loop {
            let found = vectors.search(&order.search(wanted, reach), order.shard.as_ref());
            self.access.add(SeekWork {
                lookups: 1,
                entries: found.compared,
            });
            for entry in order.in_order(vectors, (found.ordinals, wanted)) {
                offer(entry, &mut best)?;
            }
            if found.is_all || best.is_enough() {
                break;
            }
            wanted = wanted.saturating_mul(FARTHER);
        }
        if order.direction() == Direction::Descending && !best.is_enough() {
            others().try_for_each(|entry| offer(entry, &mut best))?;
        }
        Ok(best)
    }

    /// How many of the nearest to ask an index of vectors for; `None` when it cannot be asked, or when the items that
    /// the filter finds are sooner looked at.
    fn first_reach(
        &self,
        opened: &Opened,
        (order, vectors): (&NearestOrder, &VectorIndex),
        reach: Reach<'_>,
    ) -> Option<usize> {
        let nearest = &order.nearest;
        if !nearest.is_nearest_first() || !vectors.can_be_compared(&nearest.target, nearest.metric)
        {
            return None;
        }
        let all = opened.state.items().count();
        let seek = self.access.seek(opened);
        let is_found = seek.is_some();
        let (matching, filter_cost) = if let Some((_, estimate)) = seek {
            let matching = estimate.matching();
            let entries = cost::ENTRY * estimate.found;
            (matching, entries + cost::FOUND_ITEM * matching)
        } else {
            let inside = inside(opened);
            (inside, cost::NEXT_ITEM * inside)
        };
        let passing = if is_found || !self.program.has_filter() {
            matching
        } else {
            matching / UNKNOWN_FILTER
        };
        let rows = reach.rows.unwrap_or(reach.room);
        let wanted = if passing < all {
            // Some more than the estimate, which may be off.
            rows.saturating_mul(all) / passing.max(1) + rows / 2
        } else {
            rows
        };
        let wanted = wanted.clamp(1, all.max(1));
        let search_cost = vectors.cost(&order.search(wanted, reach)) + cost::FOUND_ITEM * wanted;
        let priority = nearest.search.map_or(0.5, |search| search.filter_priority);
        let is_filter_first = matching < all
            && weighed(filter_cost, 1.0 - priority) <= weighed(search_cost, priority);
        (!is_filter_first).then_some(wanted)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "costs are compared, not added up"
)]
fn weighed(cost: usize, weight: f64) -> f64 {
    cost as f64 * weight
}

/// The shard that a filter fixes: one value for each path of the shard key.
fn shard(settings: &VectorSettings, predicate: &Predicate) -> Option<IndexKey> {
    if settings.shard_key.is_empty() {
        return None;
    }
    let parts = match predicate {
        Predicate::All(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let value = |path| {
        parts.iter().find_map(|part| match part {
            Predicate::Term(term) if same_steps(&term.path, path) => match &term.test {
                Test::Values(values) => match values.as_slice() {
                    [value] => Some(value),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
    };
    let values: Option<Vec<&OrderKey>> = settings.shard_key.iter().map(value).collect();
    let values = values?.into_iter();
    Some(IndexKey::of(
        values.map(|value| (value, Direction::Ascending)),
    ))
}

fn same_steps(
    one: &cosmokit_protocol::resource::IndexPath,
    other: &cosmokit_protocol::resource::IndexPath,
) -> bool {
    one.steps() == other.steps()
}
