//! Strings to values and back.

use super::string::text;
use super::table::{Arity, Function, IndexUse};
use crate::expr::Host;
use crate::value::Value;
use cosmokit_protocol::value::Number;

pub(super) const TABLE: &[Function] = &[
    Function::strict(
        "STRINGTOARRAY",
        Arity::exactly(1),
        IndexUse::None,
        |a, _| json(a, |value| value.as_array().is_some()),
    ),
    Function::strict(
        "STRINGTOOBJECT",
        Arity::exactly(1),
        IndexUse::None,
        |a, _| json(a, |value| value.as_object().is_some()),
    ),
    Function::strict(
        "STRINGTOBOOLEAN",
        Arity::exactly(1),
        IndexUse::None,
        to_boolean,
    ),
    Function::strict("STRINGTONULL", Arity::exactly(1), IndexUse::None, to_null),
    Function::strict(
        "STRINGTONUMBER",
        Arity::exactly(1),
        IndexUse::None,
        to_number,
    ),
    Function::strict("TOSTRING", Arity::exactly(1), IndexUse::None, to_string),
];

fn trimmed<'v>(arguments: &'v [Value<'_>]) -> Option<&'v str> {
    text(arguments, 0).map(str::trim)
}

fn json<'a>(arguments: &[Value<'a>], is_wanted: fn(&Value<'_>) -> bool) -> Value<'a> {
    let parsed = trimmed(arguments).and_then(|text| Value::from_slice(text.as_bytes()).ok());
    parsed.filter(is_wanted).unwrap_or(Value::Undefined)
}

fn to_boolean<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    match trimmed(arguments) {
        Some("true") => Value::Boolean(true),
        Some("false") => Value::Boolean(false),
        _ => Value::Undefined,
    }
}

fn to_null<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    if trimmed(arguments) == Some("null") {
        Value::Null
    } else {
        Value::Undefined
    }
}

fn to_number<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    trimmed(arguments)
        .and_then(Number::parse)
        .filter(|number| number.is_finite())
        .into()
}

fn to_string<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    match arguments.first() {
        None | Some(Value::Undefined) => Value::Undefined,
        Some(Value::String(text)) => Value::String(text.clone()),
        Some(Value::Number(number)) => Value::from(number.to_string()),
        Some(other) => {
            let mut out = Vec::new();
            other.write_compact(&mut out);
            String::from_utf8(out).ok().into()
        }
    }
}
