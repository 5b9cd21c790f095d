//! Half-open ranges of hash points.

use serde::{Deserialize, Serialize};

use super::{EffectivePartitionKey, PartitionKey, PartitionKeyDefinition, PartitionKeyError};

/// The hash points from `min` (inclusive) to `max` (exclusive); never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct EpkRange {
    min: EffectivePartitionKey,
    max: EffectivePartitionKey,
}

#[derive(Deserialize)]
struct Bounds {
    min: EffectivePartitionKey,
    max: EffectivePartitionKey,
}

impl TryFrom<Bounds> for EpkRange {
    type Error = PartitionKeyError;

    fn try_from(bounds: Bounds) -> Result<Self, PartitionKeyError> {
        Self::new(bounds.min, bounds.max)
    }
}

impl EpkRange {
    /// The whole hash space.
    pub const FULL: Self = Self {
        min: EffectivePartitionKey::MIN,
        max: EffectivePartitionKey::MAX,
    };

    /// The points from `min` up to, but not including, `max`.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::EmptyRange`] unless `min` is below `max`.
    pub fn new(
        min: EffectivePartitionKey,
        max: EffectivePartitionKey,
    ) -> Result<Self, PartitionKeyError> {
        if min < max {
            Ok(Self { min, max })
        } else {
            Err(PartitionKeyError::EmptyRange {
                min: min.to_hex(),
                max: max.to_hex(),
            })
        }
    }

    /// The range that holds one point.
    pub fn point(point: EffectivePartitionKey) -> Self {
        let max = point.successor();
        Self { min: point, max }
    }

    /// The points of every key that begins with the values of `key`.
    ///
    /// A complete key gives one point; fewer values of a hierarchical key give `[P, P‖FF)`; the empty key gives
    /// everything, except in containers with a system key, where it is a key of its own.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::WrongNumberOfValues`] when the key has more values than there are paths, or fewer
    /// in a container that is not hierarchical.
    pub fn prefix(
        key: &PartitionKey,
        definition: &PartitionKeyDefinition,
    ) -> Result<Self, PartitionKeyError> {
        if key.is_empty() && !definition.system_key() {
            return Ok(Self::FULL);
        }
        if !definition.is_prefix(key) {
            return EffectivePartitionKey::of(key, definition).map(Self::point);
        }
        let min =
            EffectivePartitionKey::of_values(key.values(), definition.kind(), definition.version());
        let max = min.with_last_byte(0xFF);
        Ok(Self { min, max })
    }

    /// The first point.
    pub fn min(&self) -> &EffectivePartitionKey {
        &self.min
    }

    /// The point after the last one.
    pub fn max(&self) -> &EffectivePartitionKey {
        &self.max
    }

    /// Both bounds: first point, point after the last one.
    pub fn into_bounds(self) -> (EffectivePartitionKey, EffectivePartitionKey) {
        (self.min, self.max)
    }

    /// Whether the point lies in this range.
    pub fn contains(&self, point: &EffectivePartitionKey) -> bool {
        self.min <= *point && *point < self.max
    }

    /// Whether the two ranges have a point in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.min < other.max && other.min < self.max
    }

    /// The points that both ranges have.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let min = (&self.min).max(&other.min);
        let max = (&self.max).min(&other.max);
        (min < max).then(|| Self {
            min: min.clone(),
            max: max.clone(),
        })
    }

    /// Whether every point of this range lies in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        other.min <= self.min && self.max <= other.max
    }

    /// Cuts the range in two before `point`; `None` when one side would be empty.
    pub fn split_at(&self, point: &EffectivePartitionKey) -> Option<(Self, Self)> {
        (self.min < *point && *point < self.max).then(|| {
            let lower = Self {
                min: self.min.clone(),
                max: point.clone(),
            };
            let upper = Self {
                min: point.clone(),
                max: self.max.clone(),
            };
            (lower, upper)
        })
    }

    /// Joins this range with the one that begins where it ends; `None` when they are not neighbours.
    #[must_use]
    pub fn merge_with(&self, next: &Self) -> Option<Self> {
        (self.max == next.min).then(|| Self {
            min: self.min.clone(),
            max: next.max.clone(),
        })
    }
}
