//! An order by paths, and the index that has items in it.
//!
//! When the filter fixes the first paths of a composite index, only the entries under their values are walked. What the
//! order leaves out of these is cut off the keys: continuations name the paths of the order alone, whichever index
//! serves a page.

use std::{cmp::Ordering, ops::Bound};

use cosmokit_query::{
    ast::Direction,
    index::{CompositePaths, IndexPolicy as _, Predicate},
};

use super::best::Bounds;
use crate::index::{
    key::{IndexEntry, IndexKey, KeyRange},
    path_index::PathIndex,
    rules::IndexRules,
    seek::range_under,
    spec::IndexSpec,
};

/// An order by the key of an index; keys, and the ordinals under one key, are walked in one direction.
#[derive(Clone, Debug)]
pub(super) struct IndexOrder {
    /// What has the key of an item.
    pub(super) spec: IndexSpec,
    /// How keys and ordinals are walked.
    pub(super) direction: Direction,
    narrowed: Option<Narrowed>,
}

/// A part of a composite index.
#[derive(Clone, Debug)]
struct Narrowed {
    spec: IndexSpec,
    /// The bytes of the paths that the order leaves out.
    lead: Box<[u8]>,
    /// The keys that the filter lets pass.
    within: KeyRange,
}

impl IndexOrder {
    /// The order by these keys; `None` when no index has it.
    pub(super) fn of(
        rules: &IndexRules,
        keys: &CompositePaths,
        predicate: &Predicate,
    ) -> Option<Self> {
        let (spec, direction) = rules.order_of(keys)?;
        Some(Self {
            spec,
            direction,
            narrowed: Narrowed::of(rules, keys, predicate),
        })
    }

    /// The index that is walked.
    pub(super) fn walked(&self) -> &IndexSpec {
        self.narrowed
            .as_ref()
            .map_or(&self.spec, |narrowed| &narrowed.spec)
    }

    /// The entries to walk for a page that lies between bounds of the order.
    pub(super) fn bounds(&self, bounds: &Bounds) -> Bounds {
        let Some(Narrowed { lead, within, .. }) = &self.narrowed else {
            return bounds.clone();
        };
        let led = |bound: &Bound<IndexEntry>| {
            bound.as_ref().map(|entry| IndexEntry {
                key: entry.key.led_by(lead),
                ordinal: entry.ordinal,
            })
        };
        let (low, high) = within.entries();
        (
            tighter(low, led(&bounds.0), Ordering::Greater),
            tighter(high, led(&bounds.1), Ordering::Less),
        )
    }

    /// How many bytes of the keys that are walked are not of the order.
    pub(super) fn lead(&self) -> usize {
        let narrowed = self.narrowed.as_ref();
        narrowed.map_or(0, |narrowed| narrowed.lead.len())
    }

    /// About how many entries are to be walked for all rows.
    pub(super) fn estimate(&self, index: &PathIndex, all: usize) -> usize {
        let narrowed = self.narrowed.as_ref();
        narrowed.map_or(all, |narrowed| index.estimate(&narrowed.within))
    }

    /// Whether the filter narrows the walk.
    pub(super) fn is_narrowed(&self) -> bool {
        self.narrowed.is_some()
    }
}

impl Narrowed {
    fn of(rules: &IndexRules, keys: &CompositePaths, predicate: &Predicate) -> Option<Self> {
        let found = predicate.ordering_composite(rules.composites(), keys)?;
        let paths = rules.composites().get(found.number)?;
        let spec = rules.composite_of(paths.get(..found.leading)?, keys)?;
        let IndexSpec::Values(sorted) = &spec else {
            return None;
        };
        let (mut bytes, mut lead) = (Vec::new(), Box::default());
        for (number, path) in sorted.iter().take(found.fixed).enumerate() {
            if number == found.leading {
                lead = bytes.clone().into();
            }
            let [value] = predicate.values_of(&path.path)? else {
                return None;
            };
            bytes.extend_from_slice(IndexKey::of([(value, path.direction)]).bytes());
        }
        if found.fixed == found.leading {
            lead = bytes.clone().into();
        }
        let next = sorted.get(found.fixed).filter(|_| found.is_ranged);
        let next = next.filter(|path| path.direction == Direction::Ascending);
        let range = next.and_then(|path| range_under(predicate, &path.path));
        Some(Self {
            lead,
            within: range.map_or_else(
                || KeyRange::under(&bytes),
                |range| KeyRange::under_range(&bytes, &range),
            ),
            spec,
        })
    }
}

/// The one of two ends that leaves less: of starts the greater, of ends the lesser; of equal ones the one without its
/// entry.
fn tighter(
    one: Bound<IndexEntry>,
    other: Bound<IndexEntry>,
    wanted: Ordering,
) -> Bound<IndexEntry> {
    let entry = |bound: &Bound<IndexEntry>| match bound {
        Bound::Included(entry) | Bound::Excluded(entry) => Some(entry.clone()),
        Bound::Unbounded => None,
    };
    match (entry(&one), entry(&other)) {
        (None, _) => other,
        (_, None) => one,
        (Some(first), Some(second)) => match first.cmp(&second) {
            Ordering::Equal if matches!(one, Bound::Excluded(_)) => one,
            Ordering::Equal => other,
            order if order == wanted => one,
            _ => other,
        },
    }
}
