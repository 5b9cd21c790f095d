//! Which range owns a point: a sorted set of ranges that is known to tile the whole hash space.
//!
//! A map is immutable; a change (a split, a merge, a new property) makes the next map. Ids of ranges that a
//! split or merge replaced lead to their heirs.

use std::collections::{HashMap, HashSet};

use super::{EffectivePartitionKey, EpkRange, RangeMapError};

/// One range of a [`RangeMap`] with what the caller keeps for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeEntry<T> {
    id: Box<str>,
    range: EpkRange,
    /// Ids of the ranges this one came from; complete once the entry is in a map.
    parents: Vec<Box<str>>,
    value: T,
}

impl<T> RangeEntry<T> {
    /// A range without parents.
    pub fn new(id: impl Into<Box<str>>, range: EpkRange, value: T) -> Self {
        Self {
            id: id.into(),
            range,
            parents: Vec::new(),
            value,
        }
    }

    /// Names the ranges that this one came from: nearest ones suffice, all of them do no harm.
    pub fn with_parents<S: Into<Box<str>>>(mut self, parents: impl IntoIterator<Item = S>) -> Self {
        self.parents = parents.into_iter().map(Into::into).collect();
        self
    }

    /// The id of the range, as in `x-ms-documentdb-partitionkeyrangeid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The points it owns.
    pub fn range(&self) -> &EpkRange {
        &self.range
    }

    /// The ids of the ranges it came from; inside a map these are all ancestors.
    pub fn parents(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parents.iter().map(AsRef::as_ref)
    }

    /// What the caller keeps for the range.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// What the caller keeps for the range, taken out.
    pub fn into_value(self) -> T {
        self.value
    }

    fn descends_from(&self, id: &str) -> bool {
        self.parents.iter().any(|parent| **parent == *id)
    }
}

/// Ranges that tile the hash space from `""` to `"FF"` without gap or overlap, sorted.
///
/// ```
/// use cosmokit_protocol::partition::{EffectivePartitionKey, EpkRange, RangeEntry, RangeMap};
///
/// let middle = EffectivePartitionKey::from_hex("1FFF")?;
/// let (low, high) = EpkRange::FULL.split_at(&middle).expect("the middle lies inside");
/// let before = RangeMap::try_complete([RangeEntry::new("0", EpkRange::FULL, ())])?;
/// let after = before.apply([
///     RangeEntry::new("1", low, ()).with_parents(["0"]),
///     RangeEntry::new("2", high, ()).with_parents(["0"]),
/// ])?;
/// assert_eq!(after.owner_of(&middle).map(|entry| entry.id()), Some("2"));
/// assert_eq!(after.heirs_of("0").count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct RangeMap<T> {
    entries: Vec<RangeEntry<T>>,
    positions: HashMap<Box<str>, usize>,
}

impl<T> RangeMap<T> {
    /// Builds the map from the ranges of a container in any order.
    ///
    /// Ranges that another one names as its parent are left out; of two with one id the later counts.
    ///
    /// # Errors
    ///
    /// [`RangeMapError`] with the first gap or overlap: the set was read while the service was changing it, or
    /// is a part of the whole.
    pub fn try_complete(
        entries: impl IntoIterator<Item = RangeEntry<T>>,
    ) -> Result<Self, RangeMapError> {
        let entries: Vec<_> = entries.into_iter().collect();
        let lineage = entries
            .iter()
            .map(|entry| (entry.id.clone(), entry.parents.clone()))
            .collect();
        Self::build(entries, &lineage)
    }

    fn build(entries: Vec<RangeEntry<T>>, lineage: &Lineage) -> Result<Self, RangeMapError> {
        let gone: HashSet<&str> = lineage.values().flatten().map(AsRef::as_ref).collect();
        let mut by_id: HashMap<Box<str>, RangeEntry<T>> = HashMap::with_capacity(entries.len());
        for mut entry in entries {
            if !gone.contains(&*entry.id) {
                entry.parents = ancestors(&entry.id, lineage);
                by_id.insert(entry.id.clone(), entry);
            }
        }
        let mut entries: Vec<_> = by_id.into_values().collect();
        entries.sort_by(|left, right| {
            (left.range.min(), left.range.max()).cmp(&(right.range.min(), right.range.max()))
        });
        check_complete(&entries)?;
        let positions = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.id.clone(), at))
            .collect();
        Ok(Self { entries, positions })
    }

    /// The next map after a change: new ranges replace those they name as parents, or that have the same id.
    ///
    /// Ranges that were replaced earlier do not come back, so a late page of an old feed does no harm.
    ///
    /// # Errors
    ///
    /// [`RangeMapError`] when the result would not tile the hash space; this map is unchanged, and the ranges
    /// must be read anew.
    pub fn apply(
        &self,
        changed: impl IntoIterator<Item = RangeEntry<T>>,
    ) -> Result<Self, RangeMapError>
    where
        T: Clone,
    {
        let mut lineage: Lineage = self
            .entries
            .iter()
            .map(|entry| (entry.id.clone(), entry.parents.clone()))
            .collect();
        let mut entries = self.entries.clone();
        for entry in changed {
            let parents = lineage.entry(entry.id.clone()).or_default();
            parents.extend(entry.parents.iter().cloned());
            entries.push(entry);
        }
        Self::build(entries, &lineage)
    }

    /// The range that owns a point; every point below `FF` has one.
    pub fn owner_of(&self, point: &EffectivePartitionKey) -> Option<&RangeEntry<T>> {
        let after = self
            .entries
            .partition_point(|entry| entry.range.min() <= point);
        self.entries
            .get(after.checked_sub(1)?)
            .filter(|entry| entry.range.contains(point))
    }

    /// The ranges that share a point with `range`, in order.
    pub fn overlapping(&self, range: &EpkRange) -> &[RangeEntry<T>] {
        let start = self
            .entries
            .partition_point(|entry| entry.range.max() <= range.min());
        let end = self
            .entries
            .partition_point(|entry| entry.range.min() < range.max());
        self.entries.get(start..end).unwrap_or_default()
    }

    /// The live range with this id.
    pub fn get(&self, id: &str) -> Option<&RangeEntry<T>> {
        self.entries.get(*self.positions.get(id)?)
    }

    /// The live ranges that came from the range `id`, or that range itself while it lives; in order.
    pub fn heirs_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a RangeEntry<T>> {
        self.entries
            .iter()
            .filter(move |entry| *entry.id == *id || entry.descends_from(id))
    }

    /// All ranges, in order; never empty.
    pub fn entries(&self) -> &[RangeEntry<T>] {
        &self.entries
    }

    /// The same ranges with other values.
    pub fn map_values<U>(self, mut change: impl FnMut(T) -> U) -> RangeMap<U> {
        let change_one = |RangeEntry {
                              id,
                              range,
                              parents,
                              value,
                          }| {
            let value = change(value);
            RangeEntry {
                id,
                range,
                parents,
                value,
            }
        };
        RangeMap {
            entries: self.entries.into_iter().map(change_one).collect(),
            positions: self.positions,
        }
    }
}

/// The parents that each range named.
type Lineage = HashMap<Box<str>, Vec<Box<str>>>;

/// All ranges that `id` came from, nearest first, each once.
fn ancestors(id: &str, lineage: &Lineage) -> Vec<Box<str>> {
    let mut found: Vec<Box<str>> = Vec::new();
    let mut seen = HashSet::from([id]);
    let mut generation = vec![id];
    while !generation.is_empty() {
        let parents = generation
            .iter()
            .filter_map(|id| lineage.get(*id))
            .flatten()
            .map(AsRef::as_ref);
        generation = parents.filter(|parent| seen.insert(parent)).collect();
        found.extend(generation.iter().map(|parent| Box::from(*parent)));
    }
    found
}

fn check_complete<T>(entries: &[RangeEntry<T>]) -> Result<(), RangeMapError> {
    let mut covered_to = &EffectivePartitionKey::MIN;
    let mut previous = "";
    for entry in entries {
        let min = entry.range.min();
        if min > covered_to {
            return Err(RangeMapError::Gap {
                from: covered_to.to_hex(),
                to: min.to_hex(),
            });
        }
        if min < covered_to {
            let (first, second) = (previous.to_owned(), entry.id.to_string());
            return Err(RangeMapError::Overlap {
                first,
                second,
                from: min.to_hex(),
            });
        }
        covered_to = entry.range.max();
        previous = &entry.id;
    }
    if *covered_to < EffectivePartitionKey::MAX {
        return Err(RangeMapError::Gap {
            from: covered_to.to_hex(),
            to: EffectivePartitionKey::MAX.to_hex(),
        });
    }
    Ok(())
}
