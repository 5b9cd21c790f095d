//! The vectors of a path over the items of one state.

use std::sync::Arc;

use cosmokit_query::Metric;
use imbl::{OrdMap, OrdSet};

use super::{
    nearness::{Near, Search},
    settings::VectorSettings,
    shard::Shard,
};
use crate::index::key::IndexKey;

/// Vectors by shard, and what cannot be compared with them.
#[derive(Clone, Debug)]
pub(crate) struct VectorIndex {
    settings: Arc<VectorSettings>,
    /// In the order of their keys. A list, because there are few, and because a map in maps is more than the compiler can
    /// see through.
    shards: Arc<Vec<(IndexKey, Shard)>>,
    /// The shard of each item, when there are several.
    homes: OrdMap<u64, IndexKey>,
    /// Items without a vector, or with one that nothing can be compared with: it has another number of elements, or one
    /// that single precision does not hold.
    others: OrdMap<u64, Option<Arc<[f32]>>>,
    /// Items with a vector of zeros, which has no direction.
    zeros: OrdSet<u64>,
}

/// What a search found.
#[derive(Debug, Default)]
pub(crate) struct FoundVectors {
    /// Items whose vectors may be the nearest, about nearest first.
    pub(crate) ordinals: Vec<u64>,
    /// Whether no other item has a vector to compare with.
    pub(crate) is_all: bool,
    /// Vectors that were compared.
    pub(crate) compared: usize,
}

impl VectorIndex {
    /// No items.
    pub(crate) fn empty(settings: &Arc<VectorSettings>) -> Self {
        Self {
            settings: Arc::clone(settings),
            shards: Arc::default(),
            homes: OrdMap::new(),
            others: OrdMap::new(),
            zeros: OrdSet::new(),
        }
    }

    /// Adds an item with its shard and its vector.
    pub(crate) fn add(&mut self, ordinal: u64, shard: IndexKey, vector: Option<Arc<[f32]>>) {
        match vector {
            Some(vector) if self.is_comparable(&vector) => {
                if vector.iter().all(|element| *element == 0.0) {
                    self.zeros.insert(ordinal);
                }
                if !self.settings.shard_key.is_empty() {
                    self.homes.insert(ordinal, shard.clone());
                }
                let place = self.place(&shard);
                let shards = Arc::make_mut(&mut self.shards);
                let place = place.unwrap_or_else(|place| {
                    shards.insert(place, (shard, Shard::empty(&self.settings)));
                    place
                });
                if let Some((_, shard)) = shards.get_mut(place) {
                    shard.add(ordinal, vector);
                }
            }
            other => {
                self.others.insert(ordinal, other);
            }
        }
    }

    /// Removes an item of a shard.
    pub(crate) fn remove(&mut self, ordinal: u64, shard: &IndexKey) {
        if self.others.remove(&ordinal).is_some() {
            return;
        }
        self.zeros.remove(&ordinal);
        self.homes.remove(&ordinal);
        let Ok(place) = self.place(shard) else {
            return;
        };
        let shards = Arc::make_mut(&mut self.shards);
        if let Some((_, shard)) = shards.get_mut(place) {
            shard.remove(ordinal);
            if shard.count() == 0 {
                shards.remove(place);
            }
        }
    }

    /// Brings columns up to date with what was written, where that is worth it.
    pub(crate) fn settle(&mut self) {
        if self.shards.iter().any(|(_, shard)| shard.is_unsettled()) {
            let shards = Arc::make_mut(&mut self.shards).iter_mut();
            for (_, shard) in shards.filter(|(_, shard)| shard.is_unsettled()) {
                shard.settle(&self.settings);
            }
        }
    }

    /// Whether a graph has rows to take in.
    pub(crate) fn is_growing(&self) -> bool {
        let mut shards = self.shards.iter();
        shards.any(|(_, shard)| shard.is_growing(&self.settings))
    }

    /// Has one graph take in some rows.
    pub(crate) fn grow(&mut self) {
        let mut shards = self.shards.iter();
        let growing = shards.position(|(_, shard)| shard.is_growing(&self.settings));
        let Some(place) = growing else { return };
        if let Some((_, shard)) = Arc::make_mut(&mut self.shards).get_mut(place) {
            shard.grow(&self.settings);
        }
    }

    /// Puts the vector of an item into `vector`; whether it has one.
    pub(crate) fn read(&self, ordinal: u64, vector: &mut Vec<f32>) -> bool {
        if let Some(other) = self.others.get(&ordinal) {
            vector.clear();
            vector.extend(other.iter().flat_map(|other| other.iter().copied()));
            return other.is_some();
        }
        let shard = match self.homes.get(&ordinal) {
            Some(home) => self.place(home).ok(),
            None => Some(0),
        };
        let shard = shard.and_then(|place| self.shards.get(place));
        shard.is_some_and(|(_, shard)| shard.read(ordinal, vector))
    }

    /// Where the shard of a key is, or would be.
    fn place(&self, key: &IndexKey) -> Result<usize, usize> {
        self.shards.binary_search_by(|(other, _)| other.cmp(key))
    }

    fn is_comparable(&self, vector: &[f32]) -> bool {
        vector.len() == self.settings.dimensions && vector.iter().all(|element| element.is_finite())
    }

    /// Whether there is something to look for: some items have a distance from this vector.
    pub(crate) fn can_be_compared(&self, target: &[f32], metric: Metric) -> bool {
        let has_direction = || target.iter().any(|element| *element != 0.0);
        self.is_comparable(target) && (metric != Metric::Cosine || has_direction())
    }

    /// Items that have no distance from any vector that [can be compared](Self::can_be_compared).
    pub(crate) fn others(&self, metric: Metric) -> impl Iterator<Item = u64> {
        let zeros = self.zeros.iter().filter(move |_| metric == Metric::Cosine);
        self.others.keys().chain(zeros).copied()
    }

    /// About how long a search takes, in nanoseconds of a usual machine.
    pub(crate) fn cost(&self, search: &Search<'_>) -> usize {
        let shards = self.shards.iter();
        let costs = shards.map(|(_, shard)| shard.cost(&self.settings, search));
        costs.sum()
    }

    /// The nearest vectors of a shard, or of all.
    pub(crate) fn search(&self, search: &Search<'_>, shard: Option<&IndexKey>) -> FoundVectors {
        let (mut found, mut compared, mut all) = (Vec::new(), 0, 0);
        let shards = self.shards.iter();
        for (_, shard) in shards.filter(|(key, _)| shard.is_none_or(|shard| *shard == *key)) {
            compared += shard.search(&self.settings, search, &mut found);
            all += shard.count();
        }
        found.sort_unstable_by(Near::order);
        FoundVectors {
            is_all: search.wanted >= all,
            ordinals: found.iter().map(|near| near.row).collect(),
            compared,
        }
    }
}
