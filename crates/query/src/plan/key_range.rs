//! Ranges of partition keys that a query reads, as keys and as hash points.

use cosmokit_protocol::partition::{
    EffectivePartitionKey, EpkRange, PartitionKey, PartitionKeyDefinition, PartitionKeyKind,
    PartitionKeyValue,
};
use serde_json::{Value as Json, json};

use super::document::QueryRange;
use super::region::{KeyBox, Region};
use super::span::{Constraint, Inclusion, KeyBound};

/// How many ranges a plan may name; a filter that pins more is planned over the levels above, or over everything.
pub const MAX_RANGES: usize = 16_000;

/// One range of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRange {
    /// Every key.
    All,
    /// One complete key.
    Point(PartitionKey),
    /// Every key that begins with these values (hierarchical keys).
    Prefix(PartitionKey),
    /// Every key between two bounds (containers partitioned by range).
    Between(Box<KeyInterval>),
}

/// An interval of keys, level by level; a bound with fewer levels than the key is one of all keys below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInterval {
    min: Vec<KeyBound>,
    min_inclusion: Inclusion,
    max: Vec<KeyBound>,
    max_inclusion: Inclusion,
}

/// The ranges of keys whose documents can be rows of a query. Without any range, no document can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRanges {
    ranges: Vec<KeyRange>,
}

impl KeyRanges {
    /// No key at all.
    pub const NOTHING: Self = Self { ranges: Vec::new() };

    /// Every key.
    pub fn everything() -> Self {
        Self {
            ranges: vec![KeyRange::All],
        }
    }

    /// The ranges that hold a region.
    pub(crate) fn of(region: &Region, definition: &PartitionKeyDefinition) -> Self {
        let mut ranges = Vec::new();
        for constraints in region.boxes() {
            match ranges_of(
                constraints,
                definition.kind(),
                MAX_RANGES - ranges.len().min(MAX_RANGES),
            ) {
                Some(more) => ranges.extend(more),
                None => return Self::everything(),
            }
        }
        Self {
            ranges: without_covered(ranges),
        }
    }

    /// The ranges; none when no document can be a row.
    pub fn ranges(&self) -> &[KeyRange] {
        &self.ranges
    }

    /// The only key, when there is exactly one.
    pub fn single_key(&self) -> Option<&PartitionKey> {
        match self.ranges.as_slice() {
            [KeyRange::Point(key)] => Some(key),
            _ => None,
        }
    }

    /// As hash points: sorted, without overlap; none when no document can be a row.
    pub fn epk_ranges(&self, definition: &PartitionKeyDefinition) -> Vec<EpkRange> {
        let mut ranges: Vec<EpkRange> = self
            .ranges
            .iter()
            .map(|range| range.epk_range(definition))
            .collect();
        ranges.sort_by(|left, right| {
            left.min()
                .cmp(right.min())
                .then_with(|| right.max().cmp(left.max()))
        });
        ranges.dedup_by(|next, kept| kept.overlaps(next) && next.is_subset_of(kept));
        ranges
    }

    /// As the gateway writes them: hash points in hexadecimal digits, sorted.
    pub fn hashed(&self, definition: &PartitionKeyDefinition) -> Vec<QueryRange> {
        if self.ranges.is_empty() {
            return vec![QueryRange::closed(json!(""), json!(""))];
        }
        let mut points: Vec<(EffectivePartitionKey, QueryRange)> = Vec::new();
        for range in &self.ranges {
            let point = match range {
                KeyRange::Point(key) => EffectivePartitionKey::of(key, definition).ok(),
                _ => None,
            };
            points.push(if let Some(point) = point {
                let digits = point.to_hex();
                (point, QueryRange::closed(json!(digits), json!(digits)))
            } else {
                let (min, max) = range.epk_range(definition).into_bounds();
                let bounds = QueryRange::half_open(json!(min.to_hex()), json!(max.to_hex()));
                (min, bounds)
            });
        }
        points.sort_by(|left, right| left.0.cmp(&right.0));
        points.dedup_by(|next, kept| next.1 == kept.1);
        points.into_iter().map(|(_, range)| range).collect()
    }

    /// As the native planner writes them: the values of the keys, before any hash.
    pub fn to_keys(&self) -> Vec<QueryRange> {
        if self.ranges.is_empty() {
            return vec![QueryRange::closed(json!([]), json!([]))];
        }
        self.ranges.iter().map(KeyRange::to_keys).collect()
    }
}

impl KeyRange {
    fn to_keys(&self) -> QueryRange {
        match self {
            Self::All => QueryRange::half_open(json!([]), json!("Infinity")),
            Self::Point(key) | Self::Prefix(key) => {
                QueryRange::closed(key_json(key), key_json(key))
            }
            Self::Between(interval) => QueryRange {
                min: bounds_json(&interval.min),
                max: bounds_json(&interval.max),
                is_min_inclusive: interval.min_inclusion == Inclusion::Included,
                is_max_inclusive: interval.max_inclusion == Inclusion::Included,
            },
        }
    }

    fn epk_range(&self, definition: &PartitionKeyDefinition) -> EpkRange {
        match self {
            Self::All => EpkRange::FULL,
            Self::Point(key) => {
                EffectivePartitionKey::of(key, definition).map_or(EpkRange::FULL, EpkRange::point)
            }
            Self::Prefix(key) => EpkRange::prefix(key, definition).unwrap_or(EpkRange::FULL),
            Self::Between(interval) => {
                let min = EffectivePartitionKey::from_bytes(&ordered_bytes(&interval.min));
                let mut max = ordered_bytes(&interval.max);
                if interval.max_inclusion == Inclusion::Included {
                    max.push(0xFF);
                }
                EpkRange::new(min, EffectivePartitionKey::from_bytes(&max))
                    .unwrap_or(EpkRange::FULL)
            }
        }
    }
}

/// The bytes of range-partitioned keys: values in their order-preserving form, the ends of types as their markers.
fn ordered_bytes(bounds: &[KeyBound]) -> Vec<u8> {
    const VERSION: cosmokit_protocol::partition::PartitionKeyVersion =
        cosmokit_protocol::partition::PartitionKeyVersion::V1;
    let mut bytes = Vec::new();
    for bound in bounds {
        match bound {
            KeyBound::Value(value) => {
                let point = EffectivePartitionKey::of_values(
                    std::slice::from_ref(value),
                    PartitionKeyKind::Range,
                    VERSION,
                );
                bytes.extend_from_slice(point.as_bytes());
            }
            KeyBound::MinNumber => bytes.push(0x04),
            KeyBound::MaxNumber => bytes.push(0x06),
            KeyBound::MaxString => bytes.push(0x09),
        }
    }
    bytes
}

/// The ranges of one box, at most `room` of them; `None` when they are all keys.
fn ranges_of(constraints: &KeyBox, kind: PartitionKeyKind, room: usize) -> Option<Vec<KeyRange>> {
    match kind {
        PartitionKeyKind::Range => interval(constraints),
        PartitionKeyKind::Hash => match keys(constraints, room) {
            (keys, levels) if levels == constraints.len() && levels > 0 => {
                Some(keys.into_iter().map(KeyRange::Point).collect())
            }
            _ => None,
        },
        PartitionKeyKind::MultiHash => match keys(constraints, room) {
            (_, 0) => None,
            (keys, levels) if levels == constraints.len() => {
                Some(keys.into_iter().map(KeyRange::Point).collect())
            }
            (keys, _) => Some(keys.into_iter().map(KeyRange::Prefix).collect()),
        },
        _ => None,
    }
}

/// All keys of the leading levels that are pinned to values, and how many levels those are.
fn keys(constraints: &KeyBox, room: usize) -> (Vec<PartitionKey>, usize) {
    let mut keys = vec![PartitionKey::EMPTY];
    let mut levels = 0;
    for constraint in constraints {
        let Constraint::In(spans) = constraint else {
            break;
        };
        let Some(values) = spans
            .iter()
            .map(|span| span.as_point())
            .collect::<Option<Vec<_>>>()
        else {
            break;
        };
        if levels == PartitionKey::MAX_VALUES || keys.len().saturating_mul(values.len()) > room {
            break;
        }
        keys = keys
            .iter()
            .flat_map(|key| values.iter().filter_map(|value| extended(key, value)))
            .collect();
        levels += 1;
    }
    (keys, levels)
}

fn extended(key: &PartitionKey, value: &PartitionKeyValue) -> Option<PartitionKey> {
    let mut key = key.clone();
    key.push(value.clone()).ok().map(|()| key)
}

/// Intervals over the leading levels that are constrained: one for each combination of their spans.
fn interval(constraints: &KeyBox) -> Option<Vec<KeyRange>> {
    let mut intervals = vec![KeyInterval {
        min: Vec::new(),
        min_inclusion: Inclusion::Included,
        max: Vec::new(),
        max_inclusion: Inclusion::Included,
    }];
    for constraint in constraints {
        let Constraint::In(spans) = constraint else {
            break;
        };
        if intervals.len().saturating_mul(spans.len()) > MAX_RANGES {
            break;
        }
        let pairs = intervals
            .iter()
            .flat_map(|interval| spans.iter().map(move |span| (interval, span)));
        intervals = pairs
            .map(|(interval, span)| {
                let mut next = interval.clone();
                next.min.push(span.low.bound.clone());
                next.max.push(span.high.bound.clone());
                next.min_inclusion = both(next.min_inclusion, span.low.inclusion);
                next.max_inclusion = both(next.max_inclusion, span.high.inclusion);
                next
            })
            .collect();
    }
    let constrained = intervals.iter().all(|interval| !interval.min.is_empty());
    constrained.then(|| {
        intervals
            .into_iter()
            .map(|interval| KeyRange::Between(Box::new(interval)))
            .collect()
    })
}

fn both(left: Inclusion, right: Inclusion) -> Inclusion {
    if left == Inclusion::Included {
        right
    } else {
        left
    }
}

/// Leaves out what is there twice, and keys below a prefix that is there as well.
fn without_covered(ranges: Vec<KeyRange>) -> Vec<KeyRange> {
    let prefixes: Vec<PartitionKey> = ranges
        .iter()
        .filter_map(|range| {
            if let KeyRange::Prefix(prefix) = range {
                Some(prefix.clone())
            } else {
                None
            }
        })
        .collect();
    let mut seen = std::collections::HashSet::new();
    let covered = |key: &PartitionKey| {
        !prefixes.is_empty()
            && prefixes
                .iter()
                .any(|prefix| prefix.len() < key.len() && prefix.is_prefix_of(key))
    };
    let mut kept = Vec::with_capacity(ranges.len());
    for range in ranges {
        let fresh = match &range {
            KeyRange::Point(key) | KeyRange::Prefix(key) => {
                !covered(key) && seen.insert(key.clone())
            }
            KeyRange::All | KeyRange::Between(_) => !kept.contains(&range),
        };
        if fresh {
            kept.push(range);
        }
    }
    kept
}

fn key_json(key: &PartitionKey) -> Json {
    serde_json::from_str(&key.to_header()).unwrap_or(Json::Null)
}

fn bounds_json(bounds: &[KeyBound]) -> Json {
    let bound = |bound: &KeyBound| match bound {
        KeyBound::Value(value) => serde_json::from_str(&value.to_string()).unwrap_or(Json::Null),
        KeyBound::MinNumber => json!({"type": "MinNumber"}),
        KeyBound::MaxNumber => json!({"type": "MaxNumber"}),
        KeyBound::MaxString => json!({"type": "MaxString"}),
    };
    bounds.iter().map(bound).collect()
}
