//! Spatial functions over GeoJSON, on the globe or on a plane.
//!
//! On the globe, edges are geodesics and distances are metres on the WGS 84 ellipsoid; which side of an edge a point is
//! on is decided on the sphere. The inside of a ring is to its left, so that a clockwise ring holds the rest of the globe.

mod area;
mod ellipsoid;
mod geometry;
mod plane;
mod relate;
mod sphere;
mod validity;

use super::table::{Arity, Function, IndexUse};
use crate::expr::Host;
use crate::value::{Object, Value};
use geometry::Geometry;

/// What coordinates mean in a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Surface {
    /// Degrees of longitude and latitude.
    #[default]
    Geography,
    /// Numbers on a plane.
    Geometry,
}

pub(super) const TABLE: &[Function] = &[
    Function::strict("ST_AREA", Arity::exactly(1), IndexUse::None, |a, host| {
        shape(a, 0, host)
            .map(|shape| area::area(&shape, host.surface))
            .into()
    }),
    Function::strict(
        "ST_DISTANCE",
        Arity::exactly(2),
        IndexUse::Spatial,
        |a, host| {
            both(a, host)
                .map(|(left, right)| relate::distance(&left, &right, host.surface))
                .into()
        },
    ),
    Function::strict(
        "ST_INTERSECTS",
        Arity::exactly(2),
        IndexUse::Spatial,
        |a, host| {
            both(a, host)
                .map(|(left, right)| relate::intersects(&left, &right, host.surface))
                .into()
        },
    ),
    Function::strict(
        "ST_WITHIN",
        Arity::exactly(2),
        IndexUse::Spatial,
        |a, host| {
            both(a, host)
                .map(|(left, right)| relate::within(&left, &right, host.surface))
                .into()
        },
    ),
    Function::strict(
        "ST_ISVALID",
        Arity::exactly(1),
        IndexUse::None,
        |a, host| {
            Value::Boolean(
                a.first()
                    .is_some_and(|value| validity::check(value, host.surface).is_ok()),
            )
        },
    ),
    Function::strict(
        "ST_ISVALIDDETAILED",
        Arity::exactly(1),
        IndexUse::None,
        is_valid_detailed,
    ),
];

/// The valid geometry at a position.
fn shape(arguments: &[Value<'_>], index: usize, host: &Host<'_>) -> Option<Geometry> {
    arguments
        .get(index)
        .and_then(|value| validity::check(value, host.surface).ok())
}

/// Both geometries, when the budget allows to compare every edge of one with every edge of the other.
fn both(arguments: &[Value<'_>], host: &Host<'_>) -> Option<(Geometry, Geometry)> {
    let pair = shape(arguments, 0, host).zip(shape(arguments, 1, host))?;
    let work = pair.0.points().saturating_mul(pair.1.points());
    host.charge_size(work).ok()?;
    Some(pair)
}

fn is_valid_detailed<'a>(arguments: &[Value<'a>], host: &Host<'_>) -> Value<'a> {
    let Some(value) = arguments.first() else {
        return Value::Undefined;
    };
    let members = match validity::check(value, host.surface) {
        Ok(_) => vec![("valid".into(), Value::Boolean(true))],
        Err(reason) => vec![
            ("valid".into(), Value::Boolean(false)),
            ("reason".into(), Value::from(reason)),
        ],
    };
    Value::Object(Object::from_members(members))
}

#[cfg(test)]
mod tests;
