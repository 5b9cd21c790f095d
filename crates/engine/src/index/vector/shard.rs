//! The vectors of one shard of an index.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use super::{
    bits::Bits,
    column::Column,
    graph::Graph,
    nearness::{Method, Near, Probe, Search, keep_nearest},
    quantizer::Compressed,
    settings::{Compression, VectorKind, VectorSettings},
};

/// Fewer vectors are compared one by one, whatever the kind: the service compresses from about as many on.
const MIN_COMPRESSED: u32 = 1_000;
/// Changes that are kept beside the columns, however few rows these have.
const FEW_CHANGES: usize = 512;
/// Longest list of a walk through a graph.
const MAX_LIST: usize = 4_096;
/// A list of so great a part of all rows is no better than all rows.
const MOST_OF: usize = 4;
/// Comparisons that one query makes to put rows into a graph, for each row that is in: what the copy of the graph costs.
const GROWTH_PER_ROW: usize = 2;
/// Comparisons that it makes in any case.
const GROWTH: usize = 50_000;

/// Rows that a walk compares for each that it keeps.
const COMPARED_PER_ROW: usize = 12;

/// How many candidates an approximate search keeps.
#[derive(Clone, Copy, Debug)]
struct Lists {
    /// On a walk through the graph.
    walk: usize,
    /// Among compressed vectors.
    compressed: usize,
}

impl Lists {
    /// Whether a walk is worth it through a graph of so many rows.
    fn walks(self, linked: usize) -> bool {
        self.walk.saturating_mul(MOST_OF) < linked
    }
}

/// The vectors of one shard: columns, and what has been written since.
#[derive(Clone, Debug)]
pub(super) struct Shard {
    base: Arc<Base>,
    /// Rows of the columns that are gone.
    removed: OrdSet<u32>,
    /// Vectors that are not in the columns.
    added: OrdMap<u64, Arc<[f32]>>,
}

/// Rows that several states of a shard share.
#[derive(Clone, Debug)]
struct Base {
    column: Arc<Column>,
    compressed: Option<Arc<Compressed>>,
    /// Its rows are the first of the column.
    graph: Arc<Graph>,
}

impl Shard {
    /// No vectors.
    pub(super) fn empty(settings: &VectorSettings) -> Self {
        let column = Column::empty(settings.dimensions, &settings.data_type);
        Self {
            base: Arc::new(Base {
                column: Arc::new(column),
                compressed: None,
                graph: Arc::default(),
            }),
            removed: OrdSet::new(),
            added: OrdMap::new(),
        }
    }

    /// How many vectors there are.
    pub(super) fn count(&self) -> usize {
        let rows = usize::try_from(self.base.column.rows()).unwrap_or(usize::MAX);
        rows - self.removed.len() + self.added.len()
    }

    pub(super) fn add(&mut self, ordinal: u64, vector: Arc<[f32]>) {
        self.remove(ordinal);
        self.added.insert(ordinal, vector);
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, ordinal: u64) -> bool {
        if self.added.remove(&ordinal).is_some() {
            return true;
        }
        let row = self.base.column.row_of(ordinal);
        row.is_some_and(|row| self.removed.insert(row).is_none())
    }

    /// Puts the vector of an item into `vector`; whether there is one.
    pub(super) fn read(&self, ordinal: u64, vector: &mut Vec<f32>) -> bool {
        if let Some(found) = self.added.get(&ordinal) {
            vector.clear();
            vector.extend_from_slice(found);
            return true;
        }
        let row = self.base.column.row_of(ordinal);
        match row.filter(|row| !self.removed.contains(row)) {
            Some(row) => {
                self.base.column.read(row, vector);
                true
            }
            None => false,
        }
    }

    /// Whether so much has been written that new columns are worth it: an eighth of the rows.
    pub(super) fn is_unsettled(&self) -> bool {
        let rows = usize::try_from(self.base.column.rows()).unwrap_or(usize::MAX);
        self.removed.len() + self.added.len() > FEW_CHANGES.max(rows / 8)
    }

    /// Makes new columns. Takes as long as there are rows.
    pub(super) fn settle(&mut self, settings: &VectorSettings) {
        let base = &self.base;
        let gone = self.gone();
        let is_kept = |row: u32| !gone.contains(row);
        let mut others: Vec<(u64, &[f32])> = self
            .added
            .iter()
            .map(|(ordinal, vector)| (*ordinal, &**vector))
            .collect();
        // Rows of a graph had better come in no order of their own.
        others.sort_unstable_by_key(|(ordinal, _)| scattered(*ordinal));
        let column = base.column.with(is_kept, others.into_iter());
        let kept: Vec<u32> = (0..base.column.rows())
            .filter(|row| is_kept(*row))
            .collect();
        let compressed = settings
            .kind
            .compression()
            .filter(|_| column.rows() >= MIN_COMPRESSED)
            .map(|compression| {
                let before = base.compressed.as_deref().map(|before| (before, &*kept));
                Arc::new(Compressed::of(
                    &column,
                    (compression, settings.metric),
                    before,
                ))
            });
        let graph = if compressed.is_none() || base.graph.rows() == 0 {
            Arc::default()
        } else if self.removed.is_empty() {
            Arc::clone(&base.graph)
        } else {
            let rows = usize::try_from(base.column.rows()).unwrap_or(usize::MAX);
            let mut moved = vec![None; rows];
            for (new, old) in (0..).zip(&kept) {
                let place = usize::try_from(*old).ok();
                if let Some(place) = place.and_then(|place| moved.get_mut(place)) {
                    *place = Some(new);
                }
            }
            Arc::new(base.graph.without(&moved, &column, settings.metric))
        };
        self.base = Arc::new(Base {
            column: Arc::new(column),
            compressed,
            graph,
        });
        self.removed = OrdSet::new();
        self.added = OrdMap::new();
    }

    /// Whether rows are waiting to be put into the graph.
    pub(super) fn is_growing(&self, settings: &VectorSettings) -> bool {
        let base = &self.base;
        matches!(settings.kind, VectorKind::Graph { .. })
            && base.compressed.is_some()
            && base.graph.rows() < base.column.rows()
    }

    /// Puts some more rows into the graph: as many as a query can wait for.
    pub(super) fn grow(&mut self, settings: &VectorSettings) {
        let VectorKind::Graph { build_list, .. } = settings.kind else {
            return;
        };
        if !self.is_growing(settings) {
            return;
        }
        let base = &self.base;
        let mut graph = Graph::clone(&base.graph);
        let rows = usize::try_from(graph.rows()).unwrap_or(usize::MAX);
        let mut left = GROWTH.max(rows.saturating_mul(GROWTH_PER_ROW));
        while graph.rows() < base.column.rows() {
            let compared = graph.link(&base.column, settings.metric, build_list);
            let Some(less) = left.checked_sub(compared) else {
                break;
            };
            left = less;
        }
        self.base = Arc::new(Base {
            graph: Arc::new(graph),
            ..Base::clone(base)
        });
    }

    /// The nearest vectors, and perhaps others: every one that is wanted when the search is exact. Returns how many
    /// were compared.
    pub(super) fn search(
        &self,
        settings: &VectorSettings,
        search: &Search<'_>,
        found: &mut Vec<Near<u64>>,
    ) -> usize {
        let probe = Probe::new(search.target.to_vec(), search.metric);
        match (&self.base.compressed, self.lists(settings, search)) {
            (Some(compressed), Some(lists)) => self.approximate(&probe, compressed, lists, found),
            _ => self.exact(&probe, search, found),
        }
    }

    /// About how long a search takes, in nanoseconds of a usual machine.
    pub(super) fn cost(&self, settings: &VectorSettings, search: &Search<'_>) -> usize {
        let (exact, compressed) = (settings.dimensions / 2 + 10, settings.dimensions / 8 + 10);
        let linked = usize::try_from(self.base.graph.rows()).unwrap_or(usize::MAX);
        match self.lists(settings, search) {
            Some(lists) if lists.walks(linked) => {
                let walked = lists.walk.saturating_mul(COMPARED_PER_ROW).min(linked);
                let left = self.count().saturating_sub(linked);
                walked * (exact + 100) + left * compressed
            }
            Some(_) => self.count() * compressed,
            None => self.count() * exact,
        }
    }

    /// How many candidates to keep; `None` when the search is to be exact.
    fn lists(&self, settings: &VectorSettings, search: &Search<'_>) -> Option<Lists> {
        let Method::Approximate {
            search_list,
            quantized_list,
        } = search.method
        else {
            return None;
        };
        let rows = usize::try_from(self.base.column.rows()).unwrap_or(usize::MAX);
        let lists = Lists {
            walk: search.wanted.saturating_mul(search_list).min(MAX_LIST),
            compressed: search.wanted.saturating_mul(quantized_list),
        };
        let is_few = lists.compressed.saturating_mul(2) < rows && lists.walk >= search.wanted;
        let is_indexed = self.base.compressed.is_some() && search.metric == settings.metric;
        (is_few && is_indexed).then_some(lists)
    }

    fn exact(&self, probe: &Probe, search: &Search<'_>, found: &mut Vec<Near<u64>>) -> usize {
        let gone = self.gone();
        let column = &self.base.column;
        let mut near = Vec::with_capacity(self.count());
        column.all(probe, |row| !gone.contains(row), &mut near);
        let mut longest = column.longest();
        near.extend(self.beside(probe, &mut longest));
        let compared = near.len();
        if let Some(from) = search.from {
            let from = probe.of_distance(from);
            let margin = probe.margin(from, longest);
            let start = from - margin;
            let is_behind =
                |nearness: f32| nearness >= start || nearness.is_nan() || start.is_nan();
            near.retain(|near| is_behind(near.nearness));
        }
        keep_nearest(&mut near, search.wanted, |nearness| {
            probe.margin(nearness, longest)
        });
        found.append(&mut near);
        compared
    }

    fn approximate(
        &self,
        probe: &Probe,
        compressed: &Compressed,
        lists: Lists,
        found: &mut Vec<Near<u64>>,
    ) -> usize {
        let gone = self.gone();
        let is_kept = |row: u32| !gone.contains(row);
        let base = &self.base;
        let (column, graph) = (&base.column, &base.graph);
        let linked = usize::try_from(graph.rows()).unwrap_or(usize::MAX);
        let ordinal = |near: &Near<u32>| Near {
            nearness: column.nearness(probe, near.row),
            row: column.ordinal(near.row),
        };
        let mut compared = 0;
        let first = if lists.walks(linked) {
            let walked = graph.walk(lists.walk, |row| column.nearness(probe, row));
            compared += walked.compared;
            let kept = walked.nearest.iter().filter(|near| is_kept(near.row));
            found.extend(kept.map(ordinal));
            graph.rows()
        } else {
            0
        };
        let mut candidates = Vec::new();
        compressed.all(column, probe, (first, is_kept), &mut candidates);
        compared += candidates.len();
        keep_nearest(&mut candidates, lists.compressed, |_| 0.0);
        found.extend(candidates.iter().map(ordinal));
        let before = found.len();
        found.extend(self.beside(probe, &mut 0.0));
        compared + found.len() - before
    }

    /// What is not in the columns.
    fn beside(&self, probe: &Probe, longest: &mut f32) -> Vec<Near<u64>> {
        let near = |(ordinal, vector): (&u64, &Arc<[f32]>)| {
            let length = super::nearness::length(vector);
            *longest = longest.max(length);
            Near {
                nearness: probe.nearness(vector, length),
                row: *ordinal,
            }
        };
        self.added.iter().map(near).collect()
    }

    fn gone(&self) -> Bits {
        let rows = usize::try_from(self.base.column.rows()).unwrap_or(usize::MAX);
        if self.removed.is_empty() {
            return Bits::default();
        }
        let mut gone = Bits::none(rows);
        for row in &self.removed {
            gone.insert(*row);
        }
        gone
    }
}

impl VectorKind {
    fn compression(self) -> Option<Compression> {
        match self {
            Self::Flat => None,
            Self::Quantized(compression) | Self::Graph { compression, .. } => Some(compression),
        }
    }
}

/// A number in another place for each number (the finalizer of `SplitMix64`).
fn scattered(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
