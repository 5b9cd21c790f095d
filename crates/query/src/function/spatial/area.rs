//! `ST_AREA`.

use super::Surface;
use super::ellipsoid::{area_unit, equal_area};
use super::geometry::{Geometry, Point, Polygon};
use super::{plane, sphere};

/// Square metres on the globe, square units on the plane; points and lines have none.
pub(super) fn area(geometry: &Geometry, surface: Surface) -> f64 {
    geometry
        .polygons
        .iter()
        .map(|polygon| polygon_area(polygon, surface))
        .sum()
}

fn polygon_area(polygon: &Polygon, surface: Surface) -> f64 {
    let Some((outer, holes)) = polygon.split_first() else {
        return 0.0;
    };
    match surface {
        Surface::Geometry => {
            plane::ring_area(outer) - holes.iter().map(|hole| plane::ring_area(hole)).sum::<f64>()
        }
        Surface::Geography => {
            let on_sphere = |ring: &[Point]| {
                sphere::ring_area(&ring.iter().copied().map(equal_area).collect::<Vec<_>>())
            };
            let whole = on_sphere(outer);
            // A hole takes away its smaller side, whichever way it is written.
            let lost: f64 = holes
                .iter()
                .map(|hole| on_sphere(hole))
                .map(smaller_side)
                .sum();
            (whole - lost) * area_unit()
        }
    }
}

fn smaller_side(area: f64) -> f64 {
    area.min(4.0 * std::f64::consts::PI - area)
}
