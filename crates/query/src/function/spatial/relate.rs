//! How two geometries stand to each other.

use super::Surface;
use super::geometry::{Edge, Geometry, Point, Polygon, edges};
use super::{ellipsoid, plane, sphere};

fn touch(left: Edge, right: Edge, surface: Surface) -> bool {
    match surface {
        Surface::Geography => sphere::touch(left, right),
        Surface::Geometry => plane::touch(left, right),
    }
}

fn cross(left: Edge, right: Edge, surface: Surface) -> bool {
    match surface {
        Surface::Geography => sphere::cross(left, right),
        Surface::Geometry => plane::cross(left, right),
    }
}

fn on_edge(point: Point, edge: Edge, surface: Surface) -> bool {
    match surface {
        Surface::Geography => sphere::on_edge(point, edge),
        Surface::Geometry => plane::on_edge(point, edge),
    }
}

/// Whether a ring of a polygon passes through itself.
pub(super) fn ring_crosses_itself(ring: &[Point], surface: Surface) -> bool {
    let edges: Vec<Edge> = edges(ring).collect();
    edges.iter().enumerate().any(|(index, left)| {
        edges
            .iter()
            .skip(index + 2)
            .any(|right| cross(*left, *right, surface))
    })
}

/// Where a point lies with regard to a polygon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Boundary,
    Outside,
}

fn place(polygon: &Polygon, point: Point, surface: Surface) -> Place {
    if polygon
        .iter()
        .flat_map(|ring| edges(ring))
        .any(|edge| on_edge(point, edge, surface))
    {
        return Place::Boundary;
    }
    let Some((outer, holes)) = polygon.split_first() else {
        return Place::Outside;
    };
    let (held, in_hole) = match surface {
        Surface::Geometry => (
            plane::ring_holds(outer, point),
            holes.iter().any(|hole| plane::ring_holds(hole, point)),
        ),
        Surface::Geography => (
            sphere::ring_holds(outer, point),
            holes
                .iter()
                .any(|hole| sphere::ring_holds(&smaller_side(hole), point)),
        ),
    };
    if held && !in_hole {
        Place::Inside
    } else {
        Place::Outside
    }
}

/// A hole with its smaller side to the left, whichever way it is written.
fn smaller_side(hole: &[Point]) -> Vec<Point> {
    let mut ring = hole.to_vec();
    if sphere::ring_area(hole) > 2.0 * std::f64::consts::PI {
        ring.reverse();
    }
    ring
}

fn covers(geometry: &Geometry, point: Point, surface: Surface) -> bool {
    geometry.points.contains(&point)
        || geometry
            .lines
            .iter()
            .flat_map(|line| edges(line))
            .any(|edge| on_edge(point, edge, surface))
        || geometry
            .polygons
            .iter()
            .any(|polygon| place(polygon, point, surface) != Place::Outside)
}

/// Whether the geometries have a point in common.
pub(super) fn intersects(left: &Geometry, right: &Geometry, surface: Surface) -> bool {
    left.vertices().any(|point| covers(right, point, surface))
        || right.vertices().any(|point| covers(left, point, surface))
        || left
            .edges()
            .any(|edge| right.edges().any(|other| touch(edge, other, surface)))
}

/// Whether no point of the inner geometry is outside of the outer one, and not all are on its boundary.
pub(super) fn within(inner: &Geometry, outer: &Geometry, surface: Surface) -> bool {
    if outer.polygons.is_empty() {
        return inner.vertices().all(|point| covers(outer, point, surface));
    }
    let places = |point: Point| {
        let found = outer
            .polygons
            .iter()
            .map(|polygon| place(polygon, point, surface));
        found.fold(Place::Outside, |best, place| match (best, place) {
            (Place::Inside, _) | (_, Place::Inside) => Place::Inside,
            (Place::Boundary, _) | (_, Place::Boundary) => Place::Boundary,
            _ => Place::Outside,
        })
    };
    let mut touches_inside = false;
    for point in inner
        .vertices()
        .chain(inner.edges().map(|edge| middle(edge, surface)))
    {
        match places(point) {
            Place::Outside => return false,
            Place::Inside => touches_inside = true,
            Place::Boundary => {}
        }
    }
    let crosses = inner
        .edges()
        .any(|edge| outer.edges().any(|other| cross(edge, other, surface)));
    let hole_inside = outer.polygons.iter().any(|polygon| {
        polygon
            .iter()
            .skip(1)
            .filter_map(|hole| hole.first())
            .any(|point| {
                inner
                    .polygons
                    .iter()
                    .any(|polygon| place(polygon, *point, surface) == Place::Inside)
            })
    });
    // A polygon inside of itself has no corner strictly inside.
    (touches_inside || !inner.polygons.is_empty()) && !crosses && !hole_inside
}

fn middle(edge: Edge, surface: Surface) -> Point {
    match surface {
        Surface::Geography => sphere::along(edge, 0.5),
        Surface::Geometry => Point {
            x: f64::midpoint(edge.0.x, edge.1.x),
            y: f64::midpoint(edge.0.y, edge.1.y),
        },
    }
}

/// The shortest distance between the geometries: metres on the globe, units on the plane; zero when they intersect.
pub(super) fn distance(left: &Geometry, right: &Geometry, surface: Surface) -> f64 {
    if intersects(left, right, surface) {
        return 0.0;
    }
    let between = |point: Point, other: Point| match surface {
        Surface::Geography => ellipsoid::distance(point, other),
        Surface::Geometry => plane::distance(point, other),
    };
    let to_edge = |point: Point, edge: Edge| match surface {
        Surface::Geography => ellipsoid::distance_to_edge(point, edge),
        Surface::Geometry => plane::distance_to_edge(point, edge),
    };
    let points = left
        .points
        .iter()
        .flat_map(|point| right.points.iter().map(|other| between(*point, *other)));
    let to_right = left
        .vertices()
        .flat_map(|point| right.edges().map(move |edge| to_edge(point, edge)));
    let to_left = right
        .vertices()
        .flat_map(|point| left.edges().map(move |edge| to_edge(point, edge)));
    points
        .chain(to_right)
        .chain(to_left)
        .fold(f64::INFINITY, f64::min)
}
