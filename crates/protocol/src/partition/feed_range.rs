//! Feed ranges: the part of a container that a feed, a query or a change feed reads, in the text form that the
//! clients of the service exchange.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    EffectivePartitionKey, EpkRange, PartitionKey, PartitionKeyDefinition, PartitionKeyError,
};

/// A part of a container: a range of hash points, or one logical partition (or the partitions below a prefix).
///
/// A range whose two bounds are equal holds exactly that one point: this is the form of a logical partition.
/// The text form (`Display`, `FromStr`) is base64 of the JSON that serde reads and writes,
/// `{"Range":{"min":"","max":"FF","isMinInclusive":true,"isMaxInclusive":false}}`. It keeps the bounds but not
/// the partition key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeedRange {
    min: EffectivePartitionKey,
    max: EffectivePartitionKey,
    key: Option<PartitionKey>,
}

impl FeedRange {
    /// The whole container.
    pub fn full() -> Self {
        Self::from(EpkRange::FULL)
    }

    /// The points from `min_inclusive` to `max_exclusive`; the one point when they are equal.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::InvalidFeedRange`] when `min_inclusive` is above `max_exclusive`.
    pub fn new(
        min_inclusive: EffectivePartitionKey,
        max_exclusive: EffectivePartitionKey,
    ) -> Result<Self, PartitionKeyError> {
        if min_inclusive > max_exclusive {
            let reason = format!("min {min_inclusive} is above max {max_exclusive}");
            return Err(PartitionKeyError::InvalidFeedRange { reason });
        }
        Ok(Self {
            min: min_inclusive,
            max: max_exclusive,
            key: None,
        })
    }

    /// The logical partition of a complete key, or all partitions below the prefix of a hierarchical key.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::WrongNumberOfValues`] when the key does not fit the definition, and for the empty
    /// key in a container without a system key.
    pub fn try_for_partition(
        key: PartitionKey,
        definition: &PartitionKeyDefinition,
    ) -> Result<Self, PartitionKeyError> {
        if key.is_empty() && !definition.system_key() {
            return Err(PartitionKeyError::WrongNumberOfValues {
                paths: definition.paths().len(),
                values: 0,
            });
        }
        let (min, max) = if definition.is_prefix(&key) {
            EpkRange::prefix(&key, definition)?.into_bounds()
        } else {
            let point = EffectivePartitionKey::of(&key, definition)?;
            (point.clone(), point)
        };
        Ok(Self {
            min,
            max,
            key: Some(key),
        })
    }

    /// As [`try_for_partition`](Self::try_for_partition), for callers that know that the key fits; a key that
    /// does not gives the one point that its values hash to, which holds no item.
    pub fn for_partition(key: PartitionKey, definition: &PartitionKeyDefinition) -> Self {
        Self::try_for_partition(key.clone(), definition).unwrap_or_else(|_| {
            let point = EffectivePartitionKey::of_values(
                key.values(),
                definition.kind(),
                definition.version(),
            );
            Self {
                min: point.clone(),
                max: point,
                key: Some(key),
            }
        })
    }

    /// The first point.
    pub fn min_inclusive(&self) -> &EffectivePartitionKey {
        &self.min
    }

    /// The point after the last one; equal to [`min_inclusive`](Self::min_inclusive) when there is one point.
    pub fn max_exclusive(&self) -> &EffectivePartitionKey {
        &self.max
    }

    /// Whether this was made from a partition key.
    pub fn is_logical_partition(&self) -> bool {
        self.key.is_some()
    }

    /// The partition key (or prefix) this was made from.
    pub fn partition_key(&self) -> Option<&PartitionKey> {
        self.key.as_ref()
    }

    /// The range as half-open bounds that never coincide.
    pub fn to_epk_range(&self) -> EpkRange {
        EpkRange::new(self.min.clone(), self.max.clone())
            .unwrap_or_else(|_| EpkRange::point(self.min.clone()))
    }

    /// Whether every point of this range lies in `other`.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        match (self.is_point(), other.is_point()) {
            (true, _) => other.holds(&self.min),
            (false, true) => false,
            (false, false) => other.min <= self.min && self.max <= other.max,
        }
    }

    /// Whether the two ranges have a point in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self.is_point(), other.is_point()) {
            (true, _) => other.holds(&self.min),
            (false, true) => self.holds(&other.min),
            (false, false) => self.min < other.max && other.min < self.max,
        }
    }

    fn is_point(&self) -> bool {
        self.min == self.max
    }

    fn holds(&self, point: &EffectivePartitionKey) -> bool {
        self.min == *point || (self.min < *point && *point < self.max)
    }
}

impl From<EpkRange> for FeedRange {
    fn from(range: EpkRange) -> Self {
        let (min, max) = range.into_bounds();
        Self {
            min,
            max,
            key: None,
        }
    }
}

impl From<&EpkRange> for FeedRange {
    fn from(range: &EpkRange) -> Self {
        Self::from(range.clone())
    }
}

#[derive(Serialize, Deserialize)]
struct Wire<T> {
    #[serde(rename = "Range")]
    range: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireBounds<'a> {
    min: &'a EffectivePartitionKey,
    max: &'a EffectivePartitionKey,
    is_min_inclusive: bool,
    is_max_inclusive: bool,
}

/// Bounds as other clients write them: some leave the flags out, some close a single point on both sides.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReadBounds {
    min: EffectivePartitionKey,
    max: EffectivePartitionKey,
    #[serde(default = "included")]
    is_min_inclusive: bool,
    #[serde(default)]
    is_max_inclusive: bool,
}

fn included() -> bool {
    true
}

impl TryFrom<ReadBounds> for FeedRange {
    type Error = PartitionKeyError;

    fn try_from(bounds: ReadBounds) -> Result<Self, PartitionKeyError> {
        let is_point = bounds.min == bounds.max;
        let min = if bounds.is_min_inclusive {
            bounds.min
        } else {
            bounds.min.successor()
        };
        let max = if bounds.is_max_inclusive && !is_point {
            bounds.max.successor()
        } else {
            bounds.max
        };
        Self::new(min, max)
    }
}

impl Serialize for FeedRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let range = WireBounds {
            min: &self.min,
            max: &self.max,
            is_min_inclusive: true,
            is_max_inclusive: false,
        };
        Wire { range }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FeedRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::<ReadBounds>::deserialize(deserializer)?;
        Self::try_from(wire.range).map_err(D::Error::custom)
    }
}

impl fmt::Display for FeedRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        fmt::Display::fmt(&base64::display::Base64Display::new(&json, &STANDARD), f)
    }
}

impl FromStr for FeedRange {
    type Err = PartitionKeyError;

    fn from_str(text: &str) -> Result<Self, PartitionKeyError> {
        let invalid = |reason: String| PartitionKeyError::InvalidFeedRange { reason };
        let json = STANDARD
            .decode(text)
            .map_err(|error| invalid(error.to_string()))?;
        serde_json::from_slice(&json).map_err(|error| invalid(error.to_string()))
    }
}
