//! The indexes that queries of a partition have made, kept for the next query.
//!
//! An index shares the items of its state, so one that nobody asks for keeps replaced versions
//! alive. Whoever writes therefore drops those that are too far behind: an atomic load for a write
//! while there are none.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use cosmokit_protocol::session::{Lsn, RegionId};

use super::{path_index::PathIndex, spec::IndexSpec};
use crate::partition::state::State;

/// Most indexes that a partition keeps, of all regions.
const MAX_INDEXES: usize = 64;
/// How many writes an index may be behind, whatever the number of items.
const MAX_BEHIND: u64 = 4_096;

/// Indexes of one partition.
#[derive(Debug)]
pub(crate) struct Shelf {
    places: Mutex<Places>,
    /// The lowest position that an index stands at; the end of positions when there is none.
    lowest: AtomicU64,
}

#[derive(Debug, Default)]
struct Places {
    kept: Vec<Place>,
    /// Indexes of the partitions that this one came out of, by a split or a merge.
    before: Vec<(RegionId, Arc<PathIndex>)>,
    /// Counts uses.
    clock: u64,
}

#[derive(Debug)]
struct Place {
    region: RegionId,
    index: Arc<PathIndex>,
    used: u64,
}

impl Default for Shelf {
    fn default() -> Self {
        Self {
            places: Mutex::default(),
            lowest: AtomicU64::new(u64::MAX),
        }
    }
}

impl Shelf {
    /// The index over the items of a state of a region: the one that is kept, brought to the
    /// state, or a new one. Works without a lock; two who want the same may both make it.
    pub(crate) fn index(
        &self,
        region: RegionId,
        spec: &IndexSpec,
        state: &State,
    ) -> Arc<PathIndex> {
        let kept = self.kept(region, spec);
        let index = match &kept {
            Some(index) if index.is_over(state.items()) => return Arc::clone(index),
            Some(index) => Arc::new(index.brought_to(state)),
            None => {
                let before = self.taken_before(region, spec);
                Arc::new(PathIndex::from_others(spec, state, &before))
            }
        };
        if kept.is_none_or(|kept| kept.lsn() <= index.lsn()) {
            self.keep(region, &index);
        }
        index
    }

    /// Begins with the indexes of the same partition in an account that was forked, or as it was
    /// before a restore; `lsn` is where this one begins. States share structure, so that an index is
    /// brought here by what was written since.
    pub(crate) fn begin_like(&self, other: &Self, lsn: Lsn) {
        let taken: Vec<_> = {
            let places = other.lock();
            let kept = places.kept.iter();
            kept.map(|place| (place.region, Arc::clone(&place.index)))
                .collect()
        };
        for (region, index) in taken {
            self.keep(region, &Arc::new(index.as_of(lsn)));
        }
    }

    /// Takes over the indexes of a partition that this one came out of. Each is cut and joined when
    /// somebody asks for it, or dropped like those that are kept.
    pub(crate) fn begin_after(&self, other: &Self) {
        let taken: Vec<_> = {
            let places = other.lock();
            let kept = places.kept.iter();
            let kept = kept.map(|place| (place.region, Arc::clone(&place.index)));
            kept.chain(places.before.iter().cloned()).collect()
        };
        let mut places = self.lock();
        places.before.extend(taken);
        places.before.truncate(2 * MAX_INDEXES);
        self.note_lowest(&places);
    }

    fn taken_before(&self, region: RegionId, spec: &IndexSpec) -> Vec<Arc<PathIndex>> {
        let mut places = self.lock();
        let before = &mut places.before;
        let taken = before.extract_if(.., |(of, index)| *of == region && index.spec() == spec);
        taken.map(|(_, index)| index).collect()
    }

    /// Takes out the indexes that a partition has left too far behind with this state. Whoever
    /// wrote drops them when the partition is free again, which may take milliseconds.
    pub(crate) fn written(&self, state: &State) -> Vec<Arc<PathIndex>> {
        let lowest = self.lowest.load(Ordering::Relaxed);
        let lsn = state.lsn().value();
        if lsn.saturating_sub(lowest) <= MAX_BEHIND {
            return Vec::new();
        }
        let most = MAX_BEHIND.max(state.items().usage().items / 4);
        if lsn - lowest <= most {
            return Vec::new();
        }
        let mut places = self.lock();
        let is_behind = |place: &mut Place| {
            let behind = lsn.saturating_sub(place.index.lsn().value());
            behind > most
        };
        let dropped = places.kept.extract_if(.., is_behind);
        let mut dropped: Vec<_> = dropped.map(|place| place.index).collect();
        let is_left = |(_, index): &mut (RegionId, Arc<PathIndex>)| {
            lsn.saturating_sub(index.lsn().value()) > most
        };
        let before = places.before.extract_if(.., is_left);
        dropped.extend(before.map(|(_, index)| index));
        self.note_lowest(&places);
        dropped
    }

    fn kept(&self, region: RegionId, spec: &IndexSpec) -> Option<Arc<PathIndex>> {
        let mut places = self.lock();
        places.clock += 1;
        let now = places.clock;
        let place = places.find(region, spec)?;
        place.used = now;
        Some(Arc::clone(&place.index))
    }

    fn keep(&self, region: RegionId, index: &Arc<PathIndex>) {
        let mut places = self.lock();
        let used = places.clock;
        if let Some(place) = places.find(region, index.spec()) {
            if place.index.lsn() <= index.lsn() {
                place.index = Arc::clone(index);
            }
        } else {
            if places.kept.len() >= MAX_INDEXES {
                let oldest = places.kept.iter().enumerate();
                let oldest = oldest.min_by_key(|(_, place)| place.used);
                if let Some((number, _)) = oldest {
                    places.kept.swap_remove(number);
                }
            }
            let index = Arc::clone(index);
            places.kept.push(Place {
                region,
                index,
                used,
            });
        }
        self.note_lowest(&places);
    }

    fn note_lowest(&self, places: &Places) {
        let kept = places.kept.iter().map(|place| &place.index);
        let all = kept.chain(places.before.iter().map(|(_, index)| index));
        let lowest = all
            .map(|index| index.lsn().value())
            .min()
            .unwrap_or(u64::MAX);
        self.lowest.store(lowest, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Places {
    fn find(&mut self, region: RegionId, spec: &IndexSpec) -> Option<&mut Place> {
        let mut kept = self.kept.iter_mut();
        kept.find(|place| place.region == region && place.index.spec() == spec)
    }
}
