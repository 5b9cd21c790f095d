//! Type checks: always a boolean, false for undefined.

use super::date::instant::DateTime;
use super::table::{Arity, Function, IndexUse};
use crate::value::Value;
use cosmokit_protocol::value::Number;

pub(super) const TABLE: &[Function] = &[
    Function::lenient("IS_ARRAY", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_array().is_some())
    }),
    Function::lenient("IS_BOOL", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_bool().is_some())
    }),
    Function::lenient("IS_BOOLEAN", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_bool().is_some())
    }),
    Function::lenient("IS_DATETIME", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_str().and_then(DateTime::parse).is_some())
    }),
    Function::lenient("IS_DEFINED", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, Value::is_defined)
    }),
    Function::lenient(
        "IS_FINITE_NUMBER",
        Arity::exactly(1),
        IndexUse::Range,
        |a, _| check(a, |v| v.as_number().is_some_and(Number::is_finite)),
    ),
    Function::lenient("IS_INTEGER", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_number().and_then(Number::as_i64).is_some())
    }),
    Function::lenient("IS_NULL", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| matches!(v, Value::Null))
    }),
    Function::lenient("IS_NUMBER", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_number().is_some())
    }),
    Function::lenient("IS_OBJECT", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_object().is_some())
    }),
    Function::lenient(
        "IS_PRIMITIVE",
        Arity::exactly(1),
        IndexUse::Range,
        |a, _| {
            check(a, |v| {
                matches!(
                    v,
                    Value::Null | Value::Boolean(_) | Value::Number(_) | Value::String(_)
                )
            })
        },
    ),
    Function::lenient("IS_STRING", Arity::exactly(1), IndexUse::Range, |a, _| {
        check(a, |v| v.as_str().is_some())
    }),
];

fn check<'a>(arguments: &[Value<'a>], holds: fn(&Value<'a>) -> bool) -> Value<'a> {
    Value::Boolean(arguments.first().is_some_and(holds))
}
