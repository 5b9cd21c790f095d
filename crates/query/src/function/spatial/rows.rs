//! The rows of the spatial functions, and how each answers.

use super::super::table::{Arity, Function, IndexUse};
use super::geometry::Geometry;
use super::{area, relate, validity};
use crate::expr::Host;
use crate::value::{Object, Value};

/// What coordinates mean in a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Surface {
    /// Degrees of longitude and latitude.
    #[default]
    Geography,
    /// Numbers on a plane.
    Geometry,
}

pub(in crate::function) const TABLE: &[Function] = &[
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
