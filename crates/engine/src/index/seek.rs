//! The items that a condition asks for, out of the entries of indexes.
//!
//! A seek gives ordinals in ascending order and in batches, so that it holds no more of a long
//! result than one batch. What it gives may be more than the condition asks for, never less: the
//! filter is evaluated on every item that is found.

use std::{ops::Bound, sync::Arc};

use cosmokit_protocol::{resource::IndexPath, value::TypeRank};
use cosmokit_query::{
    ast::Direction,
    index::{Edge, IndexPolicy as _, Predicate, Term, Test, Wanted, spatial, text::words_of_term},
    value::OrderKey,
};

use super::{
    key::{IndexEntry, IndexKey, KeyRange},
    path_index::PathIndex,
    rules::IndexRules,
    spec::IndexSpec,
};

/// Ordinals that are held at once.
const BATCH: usize = 16 * 1024;
/// A condition that finds this many times what another does is not worth looking up.
const NOT_WORTH: usize = 8;

/// Which entries of which indexes to look at.
#[derive(Clone, Debug)]
pub(crate) enum SeekPlan {
    /// No item passes.
    Nothing,
    /// Entries of one index.
    Ranges(IndexSpec, Vec<KeyRange>),
    /// Items that all of these find.
    All(Vec<Self>),
    /// Items that at least one of these finds.
    Any(Vec<Self>),
}

/// A plan over the indexes of one state.
#[derive(Debug)]
pub(crate) enum Seek {
    Nothing,
    Ranges(Arc<PathIndex>, Vec<KeyRange>),
    /// The items that the first finds, if the others find them too.
    Narrowed(Box<Self>, Vec<Self>),
    Any(Vec<Self>),
}

impl SeekPlan {
    /// What to look up for a predicate; `None` when every item must be looked at.
    pub(crate) fn of(predicate: &Predicate, rules: &IndexRules) -> Option<Self> {
        match predicate {
            Predicate::Any => None,
            Predicate::Nothing => Some(Self::Nothing),
            Predicate::All(parts) => {
                let composite = with_composite(predicate, rules);
                let (composite, served) = composite.unzip();
                let served: Vec<&IndexPath> = served.unwrap_or_default();
                let is_served = |part: &Predicate| match part {
                    Predicate::Term(term) => served.contains(&&term.path),
                    _ => false,
                };
                let singles = parts.iter().filter(|part| !is_served(part));
                let singles = singles.filter_map(|part| Self::of(part, rules));
                let parts: Vec<Self> = composite.into_iter().chain(singles).collect();
                (!parts.is_empty()).then(|| Self::All(narrowed(parts)))
            }
            Predicate::One(parts) => {
                let parts: Option<Vec<Self>> =
                    parts.iter().map(|part| Self::of(part, rules)).collect();
                parts.map(Self::Any)
            }
            Predicate::Term(Term {
                path,
                test: Test::Words { terms, wanted },
                ..
            }) if let Some(index) = rules.words_of(path) => {
                Some(with_words(&index, terms, *wanted))
            }
            Predicate::Term(Term {
                path,
                test:
                    Test::Shape {
                        function,
                        geometry,
                        distance,
                    },
                ..
            }) if let Some(IndexSpec::Cells(path, surface)) = rules.cells_of(path) => {
                let distance = if *function == "ST_DISTANCE" {
                    with_margin(*distance)
                } else {
                    0.0
                };
                let ranges = spatial::ranges_near(geometry, surface, distance).into_iter();
                let ranges = ranges.map(|cells| {
                    let (low, high) = cells.into_inner();
                    KeyRange {
                        low: Bound::Included(IndexKey::of_cell(low)),
                        high: Bound::Included(IndexKey::of_cell(high)),
                    }
                });
                let index = IndexSpec::Cells(path, surface);
                Some(Self::Ranges(index, ranges.collect()))
            }
            Predicate::Term(term) => {
                let index = rules.index_of(&term.path)?;
                ranges(term).map(|ranges| Self::Ranges(index, ranges))
            }
        }
    }

    /// The plan over the indexes that `index` gives.
    pub(crate) fn over(&self, index: &mut dyn FnMut(&IndexSpec) -> Arc<PathIndex>) -> Seek {
        match self {
            Self::Nothing => Seek::Nothing,
            Self::Ranges(spec, ranges) => Seek::Ranges(index(spec), ranges.clone()),
            Self::Any(parts) => Seek::Any(parts.iter().map(|part| part.over(index)).collect()),
            Self::All(parts) => {
                let parts = parts.iter().map(|part| part.over(index));
                let mut parts: Vec<(usize, Seek)> =
                    parts.map(|part| (part.estimate(), part)).collect();
                parts.sort_by_key(|(estimate, _)| *estimate);
                let mut parts = parts.into_iter();
                let Some((fewest, first)) = parts.next() else {
                    return Seek::Nothing;
                };
                let most = fewest.saturating_mul(NOT_WORTH);
                let others: Vec<Seek> = parts
                    .take_while(|(estimate, _)| *estimate <= most)
                    .map(|(_, part)| part)
                    .collect();
                if others.is_empty() {
                    first
                } else {
                    Seek::Narrowed(Box::new(first), others)
                }
            }
        }
    }
}

impl Seek {
    /// About how many items it finds.
    pub(crate) fn estimate(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Ranges(index, ranges) => ranges.iter().map(|range| index.estimate(range)).sum(),
            Self::Narrowed(first, _) => first.estimate(),
            Self::Any(parts) => parts.iter().map(Self::estimate).sum(),
        }
    }

    /// The next ordinals behind `after`, ascending, and whether there may be more behind them.
    /// A batch has about `size` of them where that saves anything.
    pub(crate) fn batch(&self, after: Option<u64>, size: usize, work: &mut SeekWork) -> Batch {
        let size = if self.comes_in_order() {
            size.min(BATCH)
        } else {
            BATCH
        };
        let mut lowest = Lowest::new(size);
        let from = after.map_or(Some(0), |after| after.checked_add(1));
        if let Some(from) = from {
            self.collect(from, &mut lowest, work);
        }
        let mut batch = lowest.finish();
        if let Self::Narrowed(_, others) = self
            && let (Some(first), Some(last)) = (batch.ordinals.first(), batch.ordinals.last())
        {
            let (first, last) = (*first, *last);
            for other in others {
                let mut found = vec![false; batch.ordinals.len()];
                other.mark((first, last), &batch.ordinals, &mut found, work);
                let mut found = found.into_iter();
                batch.ordinals.retain(|_| found.next().unwrap_or_default());
            }
        }
        batch
    }

    /// Whether the lowest ordinals can be had without a look at the others.
    fn comes_in_order(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Ranges(_, ranges) => ranges.iter().all(|range| range.single().is_some()),
            Self::Narrowed(..) => false,
            Self::Any(parts) => parts.iter().all(Self::comes_in_order),
        }
    }

    fn collect(&self, from: u64, lowest: &mut Lowest, work: &mut SeekWork) {
        match self {
            Self::Nothing => {}
            Self::Ranges(index, ranges) => {
                for range in ranges {
                    work.lookups += 1;
                    if let Some(key) = range.single() {
                        // Items of one key come in order: the first suffice.
                        for entry in index.between(behind(key, from)).take(lowest.wanted + 1) {
                            work.entries += 1;
                            lowest.add(entry.ordinal);
                        }
                        continue;
                    }
                    for entry in index.range(range) {
                        work.entries += 1;
                        if entry.ordinal >= from {
                            lowest.add(entry.ordinal);
                        }
                    }
                }
            }
            Self::Narrowed(first, _) => first.collect(from, lowest, work),
            Self::Any(parts) => {
                for part in parts {
                    part.collect(from, lowest, work);
                }
            }
        }
    }

    /// Marks which of these ordinals, that lie within `bounds`, it finds.
    fn mark(&self, bounds: (u64, u64), ordinals: &[u64], found: &mut [bool], work: &mut SeekWork) {
        match self {
            Self::Nothing => {}
            Self::Ranges(index, ranges) => {
                for range in ranges {
                    work.lookups += 1;
                    let entries = match range.single() {
                        Some(key) => index.between((
                            behind(key, bounds.0).0,
                            Bound::Included(IndexEntry {
                                key: key.clone(),
                                ordinal: bounds.1,
                            }),
                        )),
                        None => index.range(range),
                    };
                    for entry in entries {
                        work.entries += 1;
                        if let Ok(at) = ordinals.binary_search(&entry.ordinal)
                            && let Some(mark) = found.get_mut(at)
                        {
                            *mark = true;
                        }
                    }
                }
            }
            Self::Narrowed(first, _) => first.mark(bounds, ordinals, found, work),
            Self::Any(parts) => {
                for part in parts {
                    part.mark(bounds, ordinals, found, work);
                }
            }
        }
    }
}

/// What was done to find items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeekWork {
    /// Places in indexes that were gone to.
    pub(crate) lookups: usize,
    /// Entries that were looked at.
    pub(crate) entries: usize,
}

/// Some of the ordinals that a seek finds, ascending.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The ordinals.
    pub(crate) ordinals: Vec<u64>,
    /// Behind which ordinal there may be more.
    pub(crate) until: Option<u64>,
}

/// Keeps the lowest of many ordinals.
#[derive(Debug)]
struct Lowest {
    wanted: usize,
    kept: Vec<u64>,
    /// Whether some were left out, all of them above those that are kept.
    cut: bool,
}

impl Lowest {
    fn new(wanted: usize) -> Self {
        Self {
            wanted,
            kept: Vec::new(),
            cut: false,
        }
    }

    fn add(&mut self, ordinal: u64) {
        self.kept.push(ordinal);
        if self.kept.len() > 2 * self.wanted {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        self.kept.sort_unstable();
        self.kept.dedup();
        self.cut |= self.kept.len() > self.wanted;
        self.kept.truncate(self.wanted);
    }

    fn finish(mut self) -> Batch {
        self.shrink();
        Batch {
            until: self.kept.last().copied().filter(|_| self.cut),
            ordinals: self.kept,
        }
    }
}

/// The entries of one key from an ordinal on.
fn behind(key: &IndexKey, from: u64) -> (Bound<IndexEntry>, Bound<IndexEntry>) {
    let at = |ordinal| IndexEntry {
        key: key.clone(),
        ordinal,
    };
    (Bound::Included(at(from)), Bound::Included(at(u64::MAX)))
}

/// What to look up in a composite index for a filter that fixes its first paths, and the paths that this serves.
fn with_composite<'p>(
    predicate: &'p Predicate,
    rules: &'p IndexRules,
) -> Option<(SeekPlan, Vec<&'p IndexPath>)> {
    let found = predicate.composite(rules.composites())?;
    let paths = rules.composites().get(found.number)?;
    let spec = rules.composite_of(&[], paths)?;
    let IndexSpec::Values(keys) = &spec else {
        return None;
    };
    let mut prefixes: Vec<Vec<u8>> = vec![Vec::new()];
    for key in keys.iter().take(found.fixed) {
        let values = predicate.values_of(&key.path)?;
        let longer = prefixes.iter().flat_map(|prefix| {
            values.iter().map(|value| {
                let key = IndexKey::of([(value, key.direction)]);
                [prefix, key.bytes()].concat()
            })
        });
        prefixes = longer.collect();
    }
    // A range of what is sorted the other way round is left to the filter.
    let next = keys.get(found.fixed).filter(|_| found.is_ranged);
    let next = next.filter(|key| key.direction == Direction::Ascending);
    let range = next.and_then(|key| range_under(predicate, &key.path));
    let served = keys.iter().take(found.fixed + usize::from(range.is_some()));
    let served: Vec<&IndexPath> = paths
        .iter()
        .map(|(path, _)| path)
        .take(served.count())
        .collect();
    let ranges = prefixes.iter().map(|prefix| match &range {
        Some(range) => KeyRange::under_range(prefix, range),
        None => KeyRange::under(prefix),
    });
    let ranges = ranges.collect();
    Some((SeekPlan::Ranges(spec, ranges), served))
}

/// Where the values of a path lie that the filter has a range of.
pub(crate) fn range_under(predicate: &Predicate, path: &IndexPath) -> Option<KeyRange> {
    let ranged = predicate.ranges_of(path);
    let mut joined: Option<KeyRange> = None;
    for term in ranged {
        if let [range] = ranges(term)?.as_slice() {
            match &mut joined {
                Some(joined) => joined.narrow(range),
                None => joined = Some(range.clone()),
            }
        }
    }
    joined
}

/// Conditions on one value, of which one ends what the other begins, as one: `a >= 1 AND a < 5`.
fn narrowed(parts: Vec<SeekPlan>) -> Vec<SeekPlan> {
    let mut kept: Vec<SeekPlan> = Vec::new();
    for part in parts {
        let met = kept.iter_mut().any(|other| match (other, &part) {
            (SeekPlan::Ranges(index, mine), SeekPlan::Ranges(same, theirs)) => {
                let meets = index == same && index.has_one_key();
                match (mine.as_mut_slice(), theirs.as_slice()) {
                    ([mine], [theirs]) if meets => {
                        mine.narrow(theirs);
                        true
                    }
                    _ => false,
                }
            }
            _ => false,
        });
        if !met {
            kept.push(part);
        }
    }
    kept
}

/// The items of whose words there are these terms: all words of a term, wherever they stand.
fn with_words(index: &IndexSpec, terms: &[Box<str>], wanted: Wanted) -> SeekPlan {
    let with_term = |term: &str| {
        let words = words_of_term(term).into_iter();
        let parts: Vec<SeekPlan> = words
            .map(|word| KeyRange::one(IndexKey::of_value(&OrderKey::String(word))))
            .map(|range| SeekPlan::Ranges(index.clone(), vec![range]))
            .collect();
        if parts.is_empty() {
            SeekPlan::Nothing
        } else {
            SeekPlan::All(parts)
        }
    };
    let terms = terms.iter().map(|term| with_term(term)).collect();
    match wanted {
        Wanted::All => SeekPlan::All(terms),
        Wanted::Any => SeekPlan::Any(terms),
    }
}

/// A little more than a distance: what is exactly so far away is asked for too.
fn with_margin(distance: f64) -> f64 {
    distance.max(0.0) * (1.0 + 1e-9) + 1e-6
}

/// Where the values lie that a condition asks for; `None` when the index does not help.
fn ranges(term: &Term) -> Option<Vec<KeyRange>> {
    let of_type =
        |rank| KeyRange::half_open(IndexKey::before_type(rank), IndexKey::behind_type(rank));
    Some(match &term.test {
        Test::Values(keys) => {
            let keys = keys.iter().map(IndexKey::of_value);
            keys.map(KeyRange::one).collect()
        }
        Test::Between(low, high) => {
            let rank = low.as_ref().or(high.as_ref())?.key.rank();
            let edge = |edge: &Edge| {
                let key = IndexKey::of_value(&edge.key);
                if edge.included {
                    Bound::Included(key)
                } else {
                    Bound::Excluded(key)
                }
            };
            let whole = of_type(rank);
            vec![KeyRange {
                low: low.as_ref().map_or(whole.low, edge),
                high: high.as_ref().map_or(whole.high, edge),
            }]
        }
        Test::Prefix(prefix) => {
            let (low, high) = IndexKey::around_prefix(prefix);
            vec![KeyRange::half_open(low, high)]
        }
        Test::Types(types) => types.iter().map(|rank| of_type(*rank)).collect(),
        Test::Defined | Test::Inspect | Test::Words { .. } => vec![KeyRange::defined()],
        Test::Shape { .. } => vec![of_type(TypeRank::Object)],
    })
}
