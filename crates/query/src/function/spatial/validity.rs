//! Which GeoJSON is a geometry.

use super::Surface;
use super::geometry::{Geometry, Point};
use super::relate::ring_crosses_itself;
use crate::value::{Array, Value};
use cosmokit_protocol::value::Number;

/// How many positions one polygon or line may have: the service's limit.
const MAX_POINTS: usize = 4096;

/// Reads a geometry.
///
/// # Errors
/// The reason why it is none, as `ST_ISVALIDDETAILED` gives it.
pub(crate) fn check(value: &Value<'_>, surface: Surface) -> Result<Geometry, &'static str> {
    let kind = value.member("type");
    let coordinates = value.member("coordinates");
    let Some(coordinates) = coordinates.as_array() else {
        return Err("The object must have a type and an array of coordinates.");
    };
    let mut geometry = Geometry::default();
    match kind.as_str().unwrap_or_default() {
        "Point" => geometry.points.push(position(coordinates, surface)?),
        "MultiPoint" => geometry.points = path(coordinates, surface)?,
        "LineString" => geometry.lines.push(line(coordinates, surface)?),
        "MultiLineString" => {
            for coordinates in coordinates {
                geometry.lines.push(line(array(&coordinates)?, surface)?);
            }
        }
        "Polygon" => geometry.polygons.push(polygon(coordinates, surface)?),
        "MultiPolygon" => {
            for coordinates in coordinates {
                geometry
                    .polygons
                    .push(polygon(array(&coordinates)?, surface)?);
            }
        }
        _ => {
            return Err(
                "The type must be Point, MultiPoint, LineString, MultiLineString, Polygon or MultiPolygon.",
            );
        }
    }
    if geometry.points() == 0 {
        return Err("The geometry must have at least one position.");
    }
    Ok(geometry)
}

fn array<'v, 'a>(value: &'v Value<'a>) -> Result<&'v Array<'a>, &'static str> {
    value
        .as_array()
        .ok_or("The coordinates must be arrays of positions.")
}

fn position(coordinates: &Array<'_>, surface: Surface) -> Result<Point, &'static str> {
    let mut numbers = coordinates
        .iter()
        .map(|number| number.as_number().map(Number::as_f64));
    let (Some(Some(x)), Some(Some(y))) = (numbers.next(), numbers.next()) else {
        return Err("A position must be an array of at least two numbers.");
    };
    if surface == Surface::Geography {
        if !(-90.0..=90.0).contains(&y) {
            return Err("Latitude values must be between -90 and 90 degrees.");
        }
        if !(-180.0..=180.0).contains(&x) {
            return Err("Longitude values must be between -180 and 180 degrees.");
        }
    }
    if !x.is_finite() || !y.is_finite() {
        return Err("A position must be an array of finite numbers.");
    }
    Ok(Point { x, y })
}

fn path(coordinates: &Array<'_>, surface: Surface) -> Result<Vec<Point>, &'static str> {
    let mut points = Vec::new();
    for coordinates in coordinates {
        if points.len() >= MAX_POINTS {
            return Err("A geometry must not have more than 4096 positions.");
        }
        points.push(position(array(&coordinates)?, surface)?);
    }
    Ok(points)
}

fn line(coordinates: &Array<'_>, surface: Surface) -> Result<Vec<Point>, &'static str> {
    let points = path(coordinates, surface)?;
    if points.len() < 2 {
        return Err("A LineString must have at least two positions.");
    }
    Ok(points)
}

fn polygon(coordinates: &Array<'_>, surface: Surface) -> Result<Vec<Vec<Point>>, &'static str> {
    let mut rings = Vec::new();
    let mut points = 0;
    for coordinates in coordinates {
        let ring = path(array(&coordinates)?, surface)?;
        points += ring.len();
        if ring.len() < 4 {
            return Err("A ring of a polygon must have at least four positions.");
        }
        if ring.first() != ring.last() {
            return Err("A ring of a polygon must start and end with the same position.");
        }
        if points > MAX_POINTS {
            return Err("A geometry must not have more than 4096 positions.");
        }
        if ring_crosses_itself(&ring, surface) {
            return Err("A ring of a polygon must not cross itself.");
        }
        rings.push(ring);
    }
    if rings.is_empty() {
        return Err("A polygon must have at least one ring.");
    }
    Ok(rings)
}
