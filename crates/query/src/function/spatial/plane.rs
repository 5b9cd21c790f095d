//! The plane.

use super::geometry::{Edge, Point, edges};

/// Distance between two points.
pub(super) fn distance(left: Point, right: Point) -> f64 {
    f64::hypot(left.x - right.x, left.y - right.y)
}

/// Distance between a point and an edge.
pub(super) fn distance_to_edge(point: Point, (start, end): Edge) -> f64 {
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let squared = dx * dx + dy * dy;
    let along = ((point.x - start.x) * dx + (point.y - start.y) * dy) / squared;
    let along = if squared == 0.0 {
        0.0
    } else {
        along.clamp(0.0, 1.0)
    };
    distance(
        point,
        Point {
            x: start.x + along * dx,
            y: start.y + along * dy,
        },
    )
}

/// Positive when the point lies to the left of the edge, zero when it lies on its line.
fn side((start, end): Edge, point: Point) -> f64 {
    (end.x - start.x) * (point.y - start.y) - (end.y - start.y) * (point.x - start.x)
}

fn spans((start, end): Edge, point: Point) -> bool {
    let between =
        |low: f64, high: f64, value: f64| (low.min(high)..=low.max(high)).contains(&value);
    between(start.x, end.x, point.x) && between(start.y, end.y, point.y)
}

/// Whether a point lies on an edge.
pub(super) fn on_edge(point: Point, edge: Edge) -> bool {
    side(edge, point) == 0.0 && spans(edge, point)
}

/// Whether two edges have a point in common.
pub(super) fn touch(left: Edge, right: Edge) -> bool {
    cross(left, right)
        || on_edge(left.0, right)
        || on_edge(left.1, right)
        || on_edge(right.0, left)
        || on_edge(right.1, left)
}

/// Whether two edges pass through each other, each with its ends on both sides of the other.
pub(super) fn cross(left: Edge, right: Edge) -> bool {
    let opposite = |a: f64, b: f64| (a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0);
    opposite(side(left, right.0), side(left, right.1))
        && opposite(side(right, left.0), side(right, left.1))
}

/// Whether a ring goes around a point, in either direction.
pub(super) fn ring_holds(ring: &[Point], point: Point) -> bool {
    let crossings = edges(ring).filter(|(start, end)| {
        let spans = (start.y > point.y) != (end.y > point.y);
        spans && point.x < (end.x - start.x) * (point.y - start.y) / (end.y - start.y) + start.x
    });
    crossings.count() % 2 == 1
}

/// Area of a ring, without sign.
pub(super) fn ring_area(ring: &[Point]) -> f64 {
    let doubled: f64 = edges(ring)
        .map(|(start, end)| start.x * end.y - end.x * start.y)
        .sum();
    doubled.abs() / 2.0
}
