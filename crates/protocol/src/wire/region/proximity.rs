//! Nearness of regions by great-circle distance.
//!
//! A stand-in for latency, good enough to order preferences: light in fibre takes about a
//! millisecond there and back per 100 km.

use std::cmp::Ordering;

use super::name::Region;
use super::table::{Coordinates, REGIONS};

/// Mean radius of the Earth (IUGG), in kilometres.
const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// The great-circle distance between two regions in kilometres; `None` when the place of one of
/// them is unknown.
pub fn distance_km(from: &Region, to: &Region) -> Option<f64> {
    let from = from.row()?.coordinates?;
    let to = to.row()?.coordinates?;
    Some(great_circle_km(from, to))
}

/// Every region with a known place, nearest to `from` first, `from` itself at the head; empty
/// when the place of `from` is unknown.
///
/// ```
/// use cosmokit_protocol::wire::region::{Region, proximity_order};
///
/// let order = proximity_order(&Region::WEST_EUROPE);
/// assert_eq!(order.first(), Some(&Region::WEST_EUROPE));
/// let place = |region| order.iter().position(|r| *r == region);
/// assert!(place(Region::UK_SOUTH) < place(Region::EAST_US));
/// ```
pub fn proximity_order(from: &Region) -> Vec<Region> {
    if from.row().is_none_or(|row| row.coordinates.is_none()) {
        return Vec::new();
    }
    let mut regions: Vec<Region> = REGIONS
        .iter()
        .filter(|row| row.coordinates.is_some())
        .map(|row| Region::known(row.name))
        .collect();
    sort_by_proximity(from, &mut regions);
    regions
}

/// Sorts regions nearest to `from` first.
///
/// `from` itself comes first; regions at the same kilometre keep their order; regions of unknown
/// place come last in their order. Nothing moves, but `from` to the head, when the place of
/// `from` is unknown.
pub fn sort_by_proximity(from: &Region, regions: &mut [Region]) {
    regions.sort_by_cached_key(|region| Nearness::of(from, region));
}

/// A sort key. Whole kilometres, so that the last bit of a sine, which may differ between
/// machines, decides nothing.
#[derive(PartialEq)]
enum Nearness {
    Itself,
    Kilometres(f64),
    Unknown,
}

impl Nearness {
    fn of(from: &Region, to: &Region) -> Self {
        if from == to {
            return Self::Itself;
        }
        distance_km(from, to).map_or(Self::Unknown, |km| Self::Kilometres(km.round()))
    }

    fn rank(&self) -> (u8, f64) {
        match self {
            Self::Itself => (0, 0.0),
            Self::Kilometres(km) => (1, *km),
            Self::Unknown => (2, 0.0),
        }
    }
}

impl Eq for Nearness {}

impl PartialOrd for Nearness {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Nearness {
    fn cmp(&self, other: &Self) -> Ordering {
        let (kind, km) = self.rank();
        let (other_kind, other_km) = other.rank();
        kind.cmp(&other_kind).then(km.total_cmp(&other_km))
    }
}

/// The haversine formula.
fn great_circle_km(a: Coordinates, b: Coordinates) -> f64 {
    let half_sine_squared = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let meridian_shrink = a.latitude.to_radians().cos() * b.latitude.to_radians().cos();
    let chord = half_sine_squared(b.latitude - a.latitude)
        + meridian_shrink * half_sine_squared(b.longitude - a.longitude);
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}
