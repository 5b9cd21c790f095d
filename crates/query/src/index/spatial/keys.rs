//! Geometries to keys, and searches to ranges of keys.

use std::ops::RangeInclusive;

use super::cells::{Cell, covering};
use super::extent;
use crate::function::Surface;
use crate::function::spatial::{Geometry, Point, check};
use crate::value::Value;

/// The most keys of one geometry.
pub const MAX_KEYS: usize = 8;

/// The most cells that a search is cut into; each is one range of keys, and so are those that enclose it.
const MAX_SEARCH_CELLS: usize = 32;

/// Hands out the keys of a geometry; none when the value is no valid geometry, which no spatial condition lets pass.
pub fn keys_of(value: &Value<'_>, surface: Surface, each: &mut dyn FnMut(u64)) {
    let Ok(geometry) = check(value, surface) else {
        return;
    };
    let mut keys: Vec<u64> = if let Some(points) = lone_points(&geometry) {
        let leaves = points.iter().map(|point| extent::leaf(*point, surface));
        leaves.map(|leaf| leaf.key()).collect()
    } else {
        let areas = extent::areas(&geometry, surface, 0.0);
        covering(&areas, MAX_KEYS).iter().map(Cell::key).collect()
    };
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().for_each(each);
}

/// The ranges of keys, sorted and apart, among which are keys of every geometry that is closer to this one than a
/// distance: metres on the globe, units on the plane. A distance of zero stands for what is within it or intersects it.
///
/// None when the value is no valid geometry: nothing is near to it then.
pub fn ranges_near(value: &Value<'_>, surface: Surface, distance: f64) -> Vec<RangeInclusive<u64>> {
    let Ok(geometry) = check(value, surface) else {
        return Vec::new();
    };
    let areas = extent::areas(&geometry, surface, distance);
    let mut ranges: Vec<RangeInclusive<u64>> = covering(&areas, MAX_SEARCH_CELLS)
        .iter()
        .flat_map(|cell| {
            let enclosing = cell.enclosing().map(|cell| cell.key()..=cell.key());
            enclosing.chain([cell.keys()])
        })
        .collect();
    ranges.sort_unstable_by_key(|range| (*range.start(), *range.end()));
    let mut merged: Vec<RangeInclusive<u64>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if *range.start() <= last.end().saturating_add(1) => {
                *last = *last.start()..=*range.end().max(last.end());
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// The points of a geometry that is nothing else, when they are few.
fn lone_points(geometry: &Geometry) -> Option<&[Point]> {
    let only_points = geometry.lines.is_empty() && geometry.polygons.is_empty();
    (only_points && geometry.points.len() <= MAX_KEYS).then_some(&geometry.points)
}
