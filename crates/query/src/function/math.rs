//! Mathematics over doubles.

use cosmokit_protocol::value::Number;

use super::table::{Arity, Function, IndexUse, Purity};
use crate::expr::Host;
use crate::value::Value;

pub(super) const TABLE: &[Function] = &[
    Function::strict("ABS", Arity::exactly(1), IndexUse::Range, abs),
    Function::strict("ACOS", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::acos)
    }),
    Function::strict("ASIN", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::asin)
    }),
    Function::strict("ATAN", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::atan)
    }),
    Function::strict("ATN2", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, f64::atan2)
    }),
    Function::strict("CEILING", Arity::exactly(1), IndexUse::Range, |a, _| {
        whole(a, f64::ceil)
    }),
    Function::strict("COS", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::cos)
    }),
    Function::strict("COT", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, |x| 1.0 / x.tan())
    }),
    Function::strict("DEGREES", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::to_degrees)
    }),
    Function::strict("EXP", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::exp)
    }),
    Function::strict("FLOOR", Arity::exactly(1), IndexUse::Range, |a, _| {
        whole(a, f64::floor)
    }),
    Function::strict("LOG", Arity::between(1, 2), IndexUse::None, log),
    Function::strict("LOG10", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::log10)
    }),
    Function::strict(
        "NUMBERBIN",
        Arity::between(1, 2),
        IndexUse::None,
        number_bin,
    ),
    Function::strict("PI", Arity::exactly(0), IndexUse::None, |_, _| {
        Value::from(std::f64::consts::PI)
    }),
    Function::strict("POWER", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, f64::powf)
    }),
    Function::strict("RADIANS", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, |x| x * std::f64::consts::PI / 180.0)
    }),
    Function::strict("RAND", Arity::exactly(0), IndexUse::None, |_, host| {
        Value::from(host.random())
    })
    .with_purity(Purity::PerCall),
    Function::strict("ROUND", Arity::exactly(1), IndexUse::Range, |a, _| {
        whole(a, f64::round)
    }),
    Function::strict("SIGN", Arity::exactly(1), IndexUse::None, sign),
    Function::strict("SIN", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::sin)
    }),
    Function::strict("SQRT", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::sqrt)
    }),
    Function::strict("SQUARE", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, |x| x * x)
    }),
    Function::strict("TAN", Arity::exactly(1), IndexUse::None, |a, _| {
        real(a, f64::tan)
    }),
    Function::strict("TRUNC", Arity::exactly(1), IndexUse::Range, |a, _| {
        whole(a, f64::trunc)
    }),
];

/// The number at a position.
pub(super) fn number(arguments: &[Value<'_>], index: usize) -> Option<Number> {
    arguments.get(index).and_then(Value::as_number)
}

fn double(arguments: &[Value<'_>], index: usize) -> Option<f64> {
    number(arguments, index).map(Number::as_f64)
}

fn real<'a>(arguments: &[Value<'_>], function: fn(f64) -> f64) -> Value<'a> {
    double(arguments, 0).map(function).into()
}

fn pair<'a>(arguments: &[Value<'_>], function: fn(f64, f64) -> f64) -> Value<'a> {
    double(arguments, 0)
        .zip(double(arguments, 1))
        .map(|(left, right)| function(left, right))
        .into()
}

/// Rounding functions leave integers alone, beyond the precision of doubles too.
fn whole<'a>(arguments: &[Value<'_>], function: fn(f64) -> f64) -> Value<'a> {
    let rounded = |number: Number| {
        number
            .as_i64()
            .map_or_else(|| Number::from(function(number.as_f64())), Number::from)
    };
    number(arguments, 0).map(rounded).into()
}

fn abs<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let magnitude = |number: Number| match number.as_i64().and_then(i64::checked_abs) {
        Some(exact) => Number::from(exact),
        None => Number::from(number.as_f64().abs()),
    };
    number(arguments, 0).map(magnitude).into()
}

fn sign<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let sign = |value: f64| if value == 0.0 { 0.0 } else { value.signum() };
    double(arguments, 0).map(sign).into()
}

fn log<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    if arguments.len() == 1 {
        real(arguments, f64::ln)
    } else {
        pair(arguments, logarithm)
    }
}

/// The logarithm to a base, exact where the base has a function of its own.
fn logarithm(value: f64, base: f64) -> f64 {
    if base.total_cmp(&10.0).is_eq() {
        value.log10()
    } else if base.total_cmp(&2.0).is_eq() {
        value.log2()
    } else {
        value.ln() / base.ln()
    }
}

fn number_bin<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let size = if arguments.len() == 1 {
        Some(1.0)
    } else {
        double(arguments, 1)
    };
    let bin = |(value, size): (f64, f64)| (size != 0.0).then(|| (value / size).floor() * size);
    double(arguments, 0).zip(size).and_then(bin).into()
}
