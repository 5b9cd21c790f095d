//! An index over the items of one state.

use std::{iter::Peekable, sync::Arc};

use cosmokit_protocol::session::Lsn;
use cosmokit_query::index::text::SearchTerm;
use imbl::OrdSet;

use super::{
    key::{IndexEntry, IndexKey, KeyRange},
    seek::SeekWork,
    spec::IndexSpec,
    text::Texts,
    vector::VectorIndex,
};
use crate::partition::{
    items::{Difference, Items, Ordered},
    read_ahead::ReadAhead,
    state::State,
    version::Version,
};

/// Entries between two keys that are kept to estimate by.
const STRIDE: usize = 256;
/// Entries that are counted one by one.
const COUNTED: usize = 4 * STRIDE;

/// The entries of an index, and the items that they are about.
#[derive(Clone, Debug)]
pub(crate) struct PathIndex {
    spec: IndexSpec,
    /// Position of the state.
    lsn: Lsn,
    basis: Ordered,
    entries: OrdSet<IndexEntry>,
    /// How texts are made up, in an index of words.
    texts: Texts,
    /// The vectors of items, in an index of vectors.
    vectors: Option<VectorIndex>,
    /// Every [`STRIDE`]th key when they were last taken.
    samples: Arc<[IndexKey]>,
    /// Changes since then.
    changes: usize,
}

impl PathIndex {
    /// The index over the items of a state. Takes as long as there are items.
    pub(crate) fn build(spec: &IndexSpec, state: &State) -> Self {
        let items = state.items();
        let mut found = Vec::with_capacity(items.count());
        let mut vectors = match spec {
            IndexSpec::Vectors(settings) => Some(VectorIndex::empty(settings)),
            _ => None,
        };
        let mut texts = Texts::default();
        for version in ReadAhead::of(items.after(None)) {
            add_vector(spec, &mut vectors, version);
            if let Some(text) = spec.text(&version.body) {
                texts.add(version.ordinal, &text, &mut |entry| found.push(entry));
                continue;
            }
            spec.keys(&version.body, &mut |key| {
                found.push(IndexEntry {
                    key,
                    ordinal: version.ordinal,
                });
            });
        }
        // Sets are built faster in their own order.
        found.sort_unstable();
        found.dedup();
        if let Some(vectors) = &mut vectors {
            vectors.settle();
        }
        Self {
            spec: spec.clone(),
            lsn: state.lsn(),
            basis: items.ordered().clone(),
            samples: samples(&found),
            entries: found.into_iter().collect(),
            texts,
            vectors,
            changes: 0,
        }
    }

    /// The index over the items of a state of which others are over parts, or over more: their
    /// entries are taken over, in their order, and only items that none of them knows are read.
    pub(crate) fn from_others(spec: &IndexSpec, state: &State, others: &[Arc<Self>]) -> Self {
        let is_plain = matches!(spec, IndexSpec::Values(_) | IndexSpec::Cells(..));
        if others.is_empty() || !is_plain {
            return Self::build(spec, state);
        }
        let items = state.items();
        let mut known: Vec<Known<'_>> = others.iter().map(|other| Known::of(other)).collect();
        let mut found = Vec::with_capacity(items.count());
        for (ordinal, version) in items.ordered().entries() {
            if known.iter_mut().any(|known| known.has(ordinal, version)) {
                continue;
            }
            let mut add = |key| found.push(IndexEntry { key, ordinal });
            spec.keys(&version.body, &mut add);
        }
        for Known { index, kept, .. } in known {
            let is_kept = |entry: &&IndexEntry| kept.binary_search(&entry.ordinal).is_ok();
            found.extend(index.entries.iter().filter(is_kept).cloned());
        }
        // A stable sort makes use of the orders that it finds.
        found.sort();
        found.dedup();
        Self {
            spec: spec.clone(),
            lsn: state.lsn(),
            basis: items.ordered().clone(),
            samples: samples(&found),
            entries: found.into_iter().collect(),
            texts: Texts::default(),
            vectors: None,
            changes: 0,
        }
    }

    /// The index over the items of another state. Takes as long as the states differ; a graph of vectors that is not
    /// complete takes some of them in.
    pub(crate) fn brought_to(&self, state: &State) -> Self {
        let mut index = self.clone();
        let items = state.items();
        self.basis.differences(items.ordered(), |difference| {
            index.changes += 1;
            match difference {
                Difference::Added(version) => index.add(version),
                Difference::Removed(version) => index.remove(version),
                Difference::Changed { old, new } => index.change(old, new),
            }
        });
        if let Some(vectors) = &mut index.vectors {
            vectors.settle();
            vectors.grow();
        }
        index.basis = items.ordered().clone();
        index.lsn = state.lsn();
        if index.changes > COUNTED + index.entries.len() / 4 {
            index.samples = samples(index.entries.iter());
            index.changes = 0;
        }
        index
    }

    /// Whether it is over these items, and complete.
    pub(crate) fn is_over(&self, items: &Items) -> bool {
        self.basis.is_same(items.ordered()) && !self.is_growing()
    }

    fn is_growing(&self) -> bool {
        let vectors = self.vectors.as_ref();
        vectors.is_some_and(VectorIndex::is_growing)
    }

    /// The same, counted as if it were over a state of this position, if that is lower.
    pub(crate) fn as_of(&self, lsn: Lsn) -> Self {
        Self {
            lsn: self.lsn.min(lsn),
            ..self.clone()
        }
    }

    /// Position of the state that it is over.
    pub(crate) fn lsn(&self) -> Lsn {
        self.lsn
    }

    /// Which paths it is over.
    pub(crate) fn spec(&self) -> &IndexSpec {
        &self.spec
    }

    /// The entries whose keys lie in a range, in the order of keys and ordinals; either end gives.
    pub(crate) fn range(&self, range: &KeyRange) -> Entries<'_> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        Box::new(self.entries.range::<_, IndexEntry>(range.entries()))
    }

    /// The entries between two.
    pub(crate) fn between(
        &self,
        bounds: (std::ops::Bound<IndexEntry>, std::ops::Bound<IndexEntry>),
    ) -> Entries<'_> {
        Box::new(self.entries.range::<_, IndexEntry>(bounds))
    }

    /// How texts are made up, when this is an index of words.
    pub(crate) fn texts(&self) -> Option<&Texts> {
        matches!(self.spec, IndexSpec::Words(_)).then_some(&self.texts)
    }

    /// The items with a term in their text, each with how often it stands there, as [`Texts::with`].
    pub(crate) fn texts_with(
        &self,
        term: &SearchTerm,
        occurrences: &dyn Fn(u64) -> u32,
        work: &mut SeekWork,
    ) -> Vec<(u64, u32)> {
        self.texts.with(&self.entries, term, occurrences, work)
    }

    /// The vectors of items, when this is an index of vectors.
    pub(crate) fn vectors(&self) -> Option<&VectorIndex> {
        self.vectors.as_ref()
    }

    /// About how many entries lie in a range: exactly when they are few.
    pub(crate) fn estimate(&self, range: &KeyRange) -> usize {
        let before = |bound: &std::ops::Bound<IndexKey>, otherwise| match bound {
            std::ops::Bound::Included(key) | std::ops::Bound::Excluded(key) => {
                self.samples.partition_point(|sample| sample < key)
            }
            std::ops::Bound::Unbounded => otherwise,
        };
        let last = self.samples.len();
        let samples = before(&range.high, last).saturating_sub(before(&range.low, 0));
        // Equal keys hide behind one place among the samples.
        let same = range.single().map_or(0, |key| {
            let from = before(&range.low, 0);
            let samples = self.samples.iter().skip(from);
            samples.take_while(|sample| *sample == key).count()
        });
        match samples.max(same) {
            0..=2 => self.range(range).take(COUNTED).count(),
            samples => samples * STRIDE,
        }
    }

    fn add(&mut self, version: &Version) {
        add_vector(&self.spec, &mut self.vectors, version);
        let Self {
            spec,
            entries,
            texts,
            ..
        } = self;
        if let Some(text) = spec.text(&version.body) {
            texts.add(version.ordinal, &text, &mut |entry| {
                entries.insert(entry);
            });
            return;
        }
        spec.keys(&version.body, &mut |key| {
            entries.insert(IndexEntry {
                key,
                ordinal: version.ordinal,
            });
        });
    }

    fn remove(&mut self, version: &Version) {
        if let Some(vectors) = &mut self.vectors {
            vectors.remove(version.ordinal, &self.spec.shard(&version.body));
        }
        let Self {
            spec,
            entries,
            texts,
            ..
        } = self;
        if let Some(text) = spec.text(&version.body) {
            texts.remove(version.ordinal, &text, &mut |entry| {
                entries.remove(&entry);
            });
            return;
        }
        spec.keys(&version.body, &mut |key| {
            entries.remove(&IndexEntry {
                key,
                ordinal: version.ordinal,
            });
        });
    }

    fn change(&mut self, old: &Version, new: &Version) {
        if self.spec.has_one_key() && self.spec.key(&old.body) == self.spec.key(&new.body) {
            return;
        }
        self.remove(old);
        self.add(new);
    }
}

fn add_vector(spec: &IndexSpec, vectors: &mut Option<VectorIndex>, version: &Version) {
    if let Some(vectors) = vectors {
        let shard = spec.shard(&version.body);
        vectors.add(version.ordinal, shard, spec.vector(&version.body));
    }
}

/// Items and their ordinals.
type Numbered<'i> = Box<dyn Iterator<Item = (u64, &'i Arc<Version>)> + 'i>;

/// What another index knows of the items of a state.
struct Known<'i> {
    index: &'i PathIndex,
    /// Its items, in the order of ordinals.
    items: Peekable<Numbered<'i>>,
    /// Those that the state has, too.
    kept: Vec<u64>,
}

impl<'i> Known<'i> {
    fn of(index: &'i PathIndex) -> Self {
        let items: Numbered<'_> = Box::new(index.basis.entries());
        Self {
            index,
            items: items.peekable(),
            kept: Vec::new(),
        }
    }

    /// Whether it has this very version; asked in the order of ordinals.
    fn has(&mut self, ordinal: u64, version: &Arc<Version>) -> bool {
        while self.items.next_if(|(own, _)| *own < ordinal).is_some() {}
        let found = self.items.next_if(|(own, _)| *own == ordinal);
        let has = found.is_some_and(|(_, own)| Arc::ptr_eq(own, version));
        if has {
            self.kept.push(ordinal);
        }
        has
    }
}

/// Entries of an index in order.
pub(crate) type Entries<'i> = Box<dyn DoubleEndedIterator<Item = &'i IndexEntry> + 'i>;

fn samples<'e>(entries: impl IntoIterator<Item = &'e IndexEntry>) -> Arc<[IndexKey]> {
    let sampled = entries.into_iter().skip(STRIDE / 2).step_by(STRIDE);
    sampled.map(|entry| entry.key.clone()).collect()
}
