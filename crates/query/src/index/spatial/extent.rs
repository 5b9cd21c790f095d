//! Where a geometry is, as rectangles of leaves that hold it and everything near to it.
//!
//! On the globe a geometry is enclosed in a cap: a centre and an angle. Edges are arcs of great circles, so each lies in
//! the cap around its middle that reaches its ends. Distances are along the ellipsoid, whose smallest radius of
//! curvature bounds the angle that a distance can span. On the plane a geometry is enclosed in its rectangle.

use std::f64::consts::PI;

use super::cells::{Area, Cell, LEVELS};
use crate::function::Surface;
use crate::function::spatial::{Cap, Geometry, Point, ring_area};

/// No radius of curvature of the ellipsoid is smaller, in metres: b²/a is 6,335,439.
const SMALLEST_RADIUS: f64 = 6_335_000.0;

/// What rounding may hide, in radians: some millimetres.
const SLACK: f64 = 1e-9;

/// What rounding may hide on the plane, as a part of the coordinates.
const PLANE_SLACK: f64 = 1e-9;

/// All leaves.
const EVERYTHING: Area = Area {
    x: (0, LAST),
    y: (0, LAST),
};

/// The last column and row of leaves.
const LAST: u32 = (1 << LEVELS) - 1;

/// The leaf that holds a point.
pub(super) fn leaf(point: Point, surface: Surface) -> Cell {
    match surface {
        Surface::Geography => Cell::leaf(column(point.x), row(point.y)),
        Surface::Geometry => Cell::leaf(place(point.x), place(point.y)),
    }
}

/// The areas that hold every point of a geometry, and every point closer to it than a distance.
pub(super) fn areas(geometry: &Geometry, surface: Surface, distance: f64) -> Vec<Area> {
    // A distance that is no number, or below zero, is that of nothing; a superset is allowed.
    let distance = distance.max(0.0);
    match surface {
        Surface::Geography => on_globe(geometry, distance),
        Surface::Geometry => on_plane(geometry, distance),
    }
}

fn on_globe(geometry: &Geometry, distance: f64) -> Vec<Area> {
    let holds_the_rest = |rings: &Vec<Vec<Point>>| {
        rings
            .first()
            .is_some_and(|outer| ring_area(outer) > 2.0 * PI)
    };
    // What reaches around the globe, or holds what is outside of its rings, is everywhere.
    match Cap::around(geometry.vertices(), geometry.edges()) {
        Some(around) if !geometry.polygons.iter().any(holds_the_rest) => {
            let further = distance / SMALLEST_RADIUS * 1.01 + SLACK;
            cap(around.center.to_point(), around.angle + further)
        }
        _ => vec![EVERYTHING],
    }
}

/// The areas of a cap: two when it goes over the line where longitudes begin again.
fn cap(center: Point, angle: f64) -> Vec<Area> {
    if angle.is_nan() || angle >= PI {
        return vec![EVERYTHING];
    }
    let height = angle.to_degrees();
    let (south, north) = (center.y - height, center.y + height);
    let y = (row(south), row(north));
    // The longitudes of a cap without a pole: where meridians touch its rim.
    let width = (angle.sin() / center.y.to_radians().cos())
        .asin()
        .to_degrees()
        * (1.0 + 1e-9);
    let has_pole = north >= 90.0 || south <= -90.0;
    if has_pole || angle >= PI / 2.0 || width.is_nan() {
        return vec![Area { x: (0, LAST), y }];
    }
    let (west, east) = (center.x - width, center.x + width);
    let mut areas = vec![Area {
        x: (column(west), column(east)),
        y,
    }];
    if west <= -180.0 {
        areas.push(Area {
            x: (column(west + 360.0), LAST),
            y,
        });
    }
    if east >= 180.0 {
        areas.push(Area {
            x: (0, column(east - 360.0)),
            y,
        });
    }
    areas
}

fn on_plane(geometry: &Geometry, distance: f64) -> Vec<Area> {
    let span = |of: fn(Point) -> f64| {
        let low = geometry.vertices().map(of).fold(f64::INFINITY, f64::min);
        let high = geometry
            .vertices()
            .map(of)
            .fold(f64::NEG_INFINITY, f64::max);
        let slack = distance * (1.0 + PLANE_SLACK) + low.abs().max(high.abs()) * PLANE_SLACK;
        (place(low - slack), place(high + slack))
    };
    vec![Area {
        x: span(|point| point.x),
        y: span(|point| point.y),
    }]
}

/// The column of a longitude; those beyond the ends are at the ends.
fn column(longitude: f64) -> u32 {
    of_unit((longitude + 180.0) / 360.0)
}

/// The row of a latitude.
fn row(latitude: f64) -> u32 {
    of_unit((latitude + 90.0) / 180.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is clamped to the places of a leaf"
)]
fn of_unit(part: f64) -> u32 {
    let places = f64::from(LAST) + 1.0;
    (part * places).clamp(0.0, f64::from(LAST)) as u32
}

/// The place of a coordinate on the plane: the order of all doubles, cut to the bits of a leaf.
fn place(coordinate: f64) -> u32 {
    // Adding zero takes the sign from zero.
    let bits = (coordinate + 0.0).to_bits();
    let ordered = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    u32::try_from(ordered >> (64 - LEVELS)).unwrap_or(LAST)
}
