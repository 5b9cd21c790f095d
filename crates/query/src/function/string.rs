//! Strings: building them and taking them apart.

use std::borrow::Cow;

use super::integer::integer;
use super::table::{Arity, Function, IndexUse};
use super::utf16;
use crate::expr::Host;
use crate::value::{Array, Text, Value};

/// The longest text that REPLICATE makes, in UTF-16 units; the service's limit.
const MAX_REPLICATED: usize = 10_000;

/// The longest text that REPLACE and STRINGJOIN make, in bytes.
const MAX_TEXT: usize = crate::expr::MAX_VALUE_BYTES;

pub(super) const TABLE: &[Function] = &[
    Function::strict("CONCAT", Arity::at_least(2), IndexUse::None, concat),
    Function::strict("LEFT", Arity::exactly(2), IndexUse::Range, left),
    Function::strict("LENGTH", Arity::exactly(1), IndexUse::None, |a, _| {
        text(a, 0).map(utf16::length).into()
    }),
    Function::strict("LOWER", Arity::exactly(1), IndexUse::None, |a, _| {
        text(a, 0).map(str::to_lowercase).into()
    }),
    Function::strict("LTRIM", Arity::between(1, 2), IndexUse::None, |a, _| {
        trim(a, |t, set| t.trim_start_matches(set))
    }),
    Function::strict("REPLACE", Arity::exactly(3), IndexUse::None, replace),
    Function::strict("REPLICATE", Arity::exactly(2), IndexUse::None, replicate),
    Function::strict("REVERSE", Arity::exactly(1), IndexUse::None, reverse),
    Function::strict("RIGHT", Arity::exactly(2), IndexUse::Range, right),
    Function::strict("RTRIM", Arity::between(1, 2), IndexUse::None, |a, _| {
        trim(a, |t, set| t.trim_end_matches(set))
    }),
    Function::strict("STRINGJOIN", Arity::exactly(2), IndexUse::None, join),
    Function::strict("STRINGSPLIT", Arity::exactly(2), IndexUse::None, split),
    Function::strict(
        "SUBSTRING",
        Arity::between(2, 3),
        IndexUse::Range,
        substring,
    ),
    Function::strict(
        "SUBSTRINGAFTER",
        Arity::exactly(2),
        IndexUse::None,
        |a, _| part(a, |s, t| s.split_once(t).map(|p| p.1)),
    ),
    Function::strict(
        "SUBSTRINGBEFORE",
        Arity::exactly(2),
        IndexUse::None,
        |a, _| part(a, |s, t| s.split_once(t).map(|p| p.0)),
    ),
    Function::strict(
        "LASTSUBSTRINGAFTER",
        Arity::exactly(2),
        IndexUse::None,
        |a, _| part(a, |s, t| s.rsplit_once(t).map(|p| p.1)),
    ),
    Function::strict(
        "LASTSUBSTRINGBEFORE",
        Arity::exactly(2),
        IndexUse::None,
        |a, _| part(a, |s, t| s.rsplit_once(t).map(|p| p.0)),
    ),
    Function::strict("TRIM", Arity::between(1, 2), IndexUse::None, |a, _| {
        trim(a, |t, set| t.trim_matches(set))
    }),
    Function::strict("UPPER", Arity::exactly(1), IndexUse::None, |a, _| {
        text(a, 0).map(upper).into()
    }),
];

/// The string at a position.
pub(super) fn text<'v>(arguments: &'v [Value<'_>], index: usize) -> Option<&'v str> {
    arguments.get(index).and_then(Value::as_str)
}

/// Upper case by the invariant culture, which leaves the micro sign and the sharp s alone.
fn upper(text: &str) -> String {
    let one_to_one = |character: char| {
        let mut upper = character.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(single), None) if character != '\u{B5}' => single,
            _ => character,
        }
    };
    text.chars().map(one_to_one).collect()
}

fn concat<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let parts: Option<Vec<&str>> = arguments.iter().map(Value::as_str).collect();
    parts.map(|parts| parts.concat()).into()
}

fn slice<'a>(text: &str, start: usize, count: usize) -> Value<'a> {
    Value::String(Text::from(utf16::slice(text, start, count).into_owned()))
}

/// A count of characters: negative ones are zero.
fn length_of(value: i64) -> usize {
    usize::try_from(value.max(0)).unwrap_or(usize::MAX)
}

fn left<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    text(arguments, 0)
        .zip(integer(arguments, 1))
        .map_or(Value::Undefined, |(text, count)| {
            slice(text, 0, length_of(count))
        })
}

fn right<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    text(arguments, 0)
        .zip(integer(arguments, 1))
        .map_or(Value::Undefined, |(text, count)| {
            let start = utf16::length(text).saturating_sub(length_of(count));
            slice(text, start, usize::MAX)
        })
}

fn substring<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let count = if arguments.len() == 2 {
        Some(i64::MAX)
    } else {
        integer(arguments, 2)
    };
    match (text(arguments, 0), integer(arguments, 1), count) {
        (Some(text), Some(start), Some(count)) => match usize::try_from(start) {
            Ok(start) => slice(text, start, length_of(count)),
            Err(_) => Value::from(""),
        },
        _ => Value::Undefined,
    }
}

fn part<'a>(
    arguments: &[Value<'a>],
    cut: for<'v> fn(&'v str, &str) -> Option<&'v str>,
) -> Value<'a> {
    let found = text(arguments, 0)
        .zip(text(arguments, 1))
        .map(|(text, by)| cut(text, by).unwrap_or_default().to_owned());
    found.into()
}

/// Removes blanks, or the characters of the second argument.
fn trim<'a>(
    arguments: &[Value<'a>],
    cut: for<'v> fn(&'v str, &dyn Fn(char) -> bool) -> &'v str,
) -> Value<'a> {
    let set = if arguments.len() == 1 {
        Some(Cow::Borrowed(""))
    } else {
        text(arguments, 1).map(Cow::Borrowed)
    };
    let (Some(text), Some(set)) = (text(arguments, 0), set) else {
        return Value::Undefined;
    };
    let blanks = arguments.len() == 1;
    let inside = |character: char| {
        if blanks {
            character.is_whitespace()
        } else {
            set.contains(character)
        }
    };
    Value::from(cut(text, &inside).to_owned())
}

fn replace<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let (Some(text), Some(from), Some(to)) =
        (text(arguments, 0), text(arguments, 1), text(arguments, 2))
    else {
        return Value::Undefined;
    };
    if from.is_empty() || (text.len() / from.len()).saturating_mul(to.len()) > MAX_TEXT {
        return Value::Undefined;
    }
    Value::from(text.replace(from, to))
}

fn replicate<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let count = super::math::number(arguments, 1)
        .map(cosmokit_protocol::value::Number::as_f64)
        .map(f64::floor);
    let (Some(text), Some(count)) = (text(arguments, 0), count) else {
        return Value::Undefined;
    };
    let count = cosmokit_protocol::value::number::integral(count)
        .and_then(|count| usize::try_from(count).ok());
    match count {
        Some(count) if utf16::length(text).saturating_mul(count) <= MAX_REPLICATED => {
            Value::from(if text.is_empty() {
                String::new()
            } else {
                text.repeat(count)
            })
        }
        _ => Value::Undefined,
    }
}

fn reverse<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    text(arguments, 0)
        .map(|text| text.chars().rev().collect::<String>())
        .into()
}

fn join<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let Some((Value::Array(array), separator)) = arguments.first().zip(text(arguments, 1)) else {
        return Value::Undefined;
    };
    let mut joined = String::new();
    for (index, element) in array.iter().enumerate() {
        let Some(text) = element.as_str() else {
            return Value::Undefined;
        };
        if index > 0 {
            joined.push_str(separator);
        }
        joined.push_str(text);
        if joined.len() > MAX_TEXT {
            return Value::Undefined;
        }
    }
    Value::from(joined)
}

fn split<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let (Some(text), Some(separator)) = (text(arguments, 0), text(arguments, 1)) else {
        return Value::Undefined;
    };
    let parts: Vec<Value<'a>> = if separator.is_empty() {
        vec![Value::from(text.to_owned())]
    } else {
        text.split(separator)
            .map(|part| Value::from(part.to_owned()))
            .collect()
    };
    Value::Array(Array::Built(parts.into()))
}
