//! The sphere: which side, crossing, containment. Points are unit vectors, edges are great circles.

use std::f64::consts::PI;

use super::geometry::{Edge, Point, edges};

/// Closer than this, in radians, counts as the same place: less than a millimetre on the globe.
const TINY: f64 = 1e-12;

/// Points within this angle of a ring are not far from it, whatever rounding hides.
const NEAR: f64 = 1e-9;

/// Solid angles below this, for each edge of a ring, are what rounding makes of nothing: some square centimetres.
const NO_AREA: f64 = 1e-15;

/// A direction from the centre.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vector {
    x: f64,
    y: f64,
    z: f64,
}

impl Vector {
    pub(crate) fn of(point: Point) -> Self {
        let (longitude, latitude) = (point.x.to_radians(), point.y.to_radians());
        let (sin, cos) = latitude.sin_cos();
        Self {
            x: cos * longitude.cos(),
            y: cos * longitude.sin(),
            z: sin,
        }
    }

    pub(crate) fn to_point(self) -> Point {
        let x = self.y.atan2(self.x).to_degrees();
        let y = self.z.atan2(f64::hypot(self.x, self.y)).to_degrees();
        Point { x, y }
    }

    fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    fn cross(self, other: Self) -> Self {
        Self {
            x: self.y * other.z - self.z * other.y,
            y: self.z * other.x - self.x * other.z,
            z: self.x * other.y - self.y * other.x,
        }
    }

    pub(crate) fn scaled(self, factor: f64) -> Self {
        Self {
            x: self.x * factor,
            y: self.y * factor,
            z: self.z * factor,
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            x: self.x + other.x,
            y: self.y + other.y,
            z: self.z + other.z,
        }
    }

    pub(crate) fn length(self) -> f64 {
        self.dot(self).sqrt()
    }

    pub(crate) fn unit(self) -> Self {
        let length = self.length();
        if length == 0.0 {
            self
        } else {
            self.scaled(1.0 / length)
        }
    }

    /// The angle between two directions.
    pub(crate) fn angle(self, other: Self) -> f64 {
        self.cross(other).length().atan2(self.dot(other))
    }
}

/// The point some part of the way along an edge.
pub(super) fn along((start, end): Edge, part: f64) -> Point {
    let (start, end) = (Vector::of(start), Vector::of(end));
    let angle = start.angle(end);
    if angle < TINY {
        return start.to_point();
    }
    let (left, right) = (((1.0 - part) * angle).sin(), (part * angle).sin());
    start.scaled(left).plus(end.scaled(right)).unit().to_point()
}

/// Whether a point lies on an edge.
pub(super) fn on_edge(point: Point, edge: Edge) -> bool {
    let (point, start, end) = (Vector::of(point), Vector::of(edge.0), Vector::of(edge.1));
    let normal = start.cross(end).unit();
    let beside = normal.dot(point).abs() > TINY;
    if beside || start.angle(end) < TINY {
        return !beside && (start.angle(point) < TINY || end.angle(point) < TINY);
    }
    normal.cross(start).dot(point) > -TINY && normal.cross(end).dot(point) < TINY
}

/// Whether two edges have a point in common.
pub(super) fn touch(left: Edge, right: Edge) -> bool {
    cross(left, right)
        || on_edge(left.0, right)
        || on_edge(left.1, right)
        || on_edge(right.0, left)
        || on_edge(right.1, left)
}

/// Whether two edges pass through each other.
pub(super) fn cross(left: Edge, right: Edge) -> bool {
    let (a, b, c, d) = (
        Vector::of(left.0),
        Vector::of(left.1),
        Vector::of(right.0),
        Vector::of(right.1),
    );
    let (first, second) = (a.cross(b).unit(), c.cross(d).unit());
    let meeting = first.cross(second);
    if meeting.length() < TINY {
        return false;
    }
    let meeting = meeting.unit();
    let inside = |point: Vector, normal: Vector, start: Vector, end: Vector| {
        normal.cross(start).dot(point) > TINY && normal.cross(end).dot(point) < -TINY
    };
    [meeting, meeting.scaled(-1.0)]
        .into_iter()
        .any(|point| inside(point, first, a, b) && inside(point, second, c, d))
}

/// A part of the sphere around a centre.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cap {
    pub(crate) center: Vector,
    /// How far it reaches, in radians.
    pub(crate) angle: f64,
}

/// Caps that reach further are of no use: what lies outside of them may be between what lies inside.
const LARGEST_CAP: f64 = 1.5;

impl Cap {
    /// A cap that holds some points, and arcs between some of them; `None` when they reach around half of the sphere.
    pub(crate) fn around(
        points: impl Iterator<Item = Point> + Clone,
        edges: impl Iterator<Item = Edge>,
    ) -> Option<Self> {
        let mut positions = points.clone().map(Vector::of);
        let first = positions.next()?;
        let sum = positions.fold(first, Vector::plus);
        let center = if sum.length() < 1e-3 {
            first
        } else {
            sum.unit()
        };
        let to_points = points.map(|point| center.angle(Vector::of(point)));
        // An arc lies in the cap around its middle that reaches its ends.
        let to_edges = edges.map(|(start, end)| {
            let (start, end) = (Vector::of(start), Vector::of(end));
            center.angle(start.plus(end).unit()) + start.angle(end) / 2.0
        });
        let angle = to_points.chain(to_edges).fold(0.0, f64::max);
        (angle < LARGEST_CAP).then_some(Self { center, angle })
    }
}

/// Whether the left side of a ring holds a point.
///
/// A point far from the ring is held when the left side is the larger one. Near to it,
////// The directions from the point to the corners turn around once when the ring goes around it, once the other way when
/// the ring goes around the opposite point, and not at all when both are on the same side, which the size decides.
pub(super) fn ring_holds(ring: &[Point], point: Point) -> bool {
    let center = Vector::of(point);
    let near = Cap::around(ring.iter().copied(), edges(ring));
    if near.is_some_and(|cap| cap.center.angle(center) > cap.angle + NEAR) {
        return ring_area(ring) > 2.0 * PI;
    }
    let north = if center.z.abs() > 0.9 {
        Vector {
            x: 1.0,
            y: 0.0,
            z: 0.0,
        }
    } else {
        Vector {
            x: 0.0,
            y: 0.0,
            z: 1.0,
        }
    };
    let east = north.cross(center).unit();
    let north = center.cross(east);
    let direction = |point: Point| {
        let vector = Vector::of(point);
        vector.dot(east).atan2(vector.dot(north))
    };
    let turned: f64 = edges(ring)
        .map(|(start, end)| wrapped(direction(start) - direction(end)))
        .sum();
    if turned > PI {
        true
    } else if turned < -PI {
        false
    } else {
        ring_area(ring) > 2.0 * PI
    }
}

/// An angle between -π and π.
fn wrapped(angle: f64) -> f64 {
    let turns = (angle / (2.0 * PI)).round();
    angle - turns * 2.0 * PI
}

/// The solid angle on the left of a ring: 4π is the whole sphere.
pub(crate) fn ring_area(ring: &[Point]) -> f64 {
    let mut turned = 0.0;
    let mut under = 0.0;
    for (start, end) in edges(ring) {
        let turn = wrapped((end.x - start.x).to_radians());
        turned += turn;
        under += area_to_equator(turn, start.y.to_radians(), end.y.to_radians());
    }
    // A ring that goes around a pole has that pole on its left or right; the equator halves the sphere then.
    let area = if turned.abs() > PI {
        2.0 * PI - under
    } else {
        -under
    };
    let least = -NO_AREA * f64::from(u32::try_from(ring.len()).unwrap_or(u32::MAX));
    if area < least {
        area + 4.0 * PI
    } else {
        area.max(0.0)
    }
}

/// The solid angle between an edge and the equator, positive to the east on the northern half.
fn area_to_equator(turn: f64, start: f64, end: f64) -> f64 {
    let slope = f64::midpoint(start, end).sin() / f64::midpoint(start, -end).cos();
    2.0 * ((turn / 2.0).tan() * slope).atan()
}
