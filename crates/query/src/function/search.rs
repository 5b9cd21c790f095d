//! Strings: looking for one in another.

use super::integer::integer;
use super::string::text;
use super::table::{Arity, Function, IndexUse};
use super::utf16;
use crate::expr::{Host, Truth};
use crate::value::Value;

pub(super) const TABLE: &[Function] = &[
    Function::strict(
        "CONTAINS",
        Arity::between(2, 3),
        IndexUse::FullScan,
        |a, _| test(a, |s, t| s.contains(t)),
    ),
    Function::lenient(
        "CONTAINS_ALL_CI",
        Arity::at_least(2),
        IndexUse::FullScan,
        |a, _| every(a, Case::Ignored),
    ),
    Function::lenient(
        "CONTAINS_ALL_CS",
        Arity::at_least(2),
        IndexUse::FullScan,
        |a, _| every(a, Case::Kept),
    ),
    Function::lenient(
        "CONTAINS_ANY_CI",
        Arity::at_least(2),
        IndexUse::FullScan,
        |a, _| some(a, Case::Ignored),
    ),
    Function::lenient(
        "CONTAINS_ANY_CS",
        Arity::at_least(2),
        IndexUse::FullScan,
        |a, _| some(a, Case::Kept),
    ),
    Function::strict(
        "ENDSWITH",
        Arity::between(2, 3),
        IndexUse::FullScan,
        |a, _| test(a, |s, t| s.ends_with(t)),
    ),
    Function::strict(
        "STARTSWITH",
        Arity::between(2, 3),
        IndexUse::PreciseScan,
        |a, _| test(a, |s, t| s.starts_with(t)),
    ),
    Function::strict(
        "STRINGEQUALS",
        Arity::between(2, 3),
        IndexUse::Seek,
        |a, _| test(a, |s, t| s == t),
    ),
    Function::strict("INDEX_OF", Arity::between(2, 3), IndexUse::None, index_of),
    Function::strict(
        "LASTINDEXOF",
        Arity::between(2, 3),
        IndexUse::None,
        last_index_of,
    ),
];

/// Whether case counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Kept,
    Ignored,
}

/// A test of one string against another; the third argument tells whether to ignore case.
fn test<'a>(arguments: &[Value<'a>], holds: fn(&str, &str) -> bool) -> Value<'a> {
    let ignore_case = match arguments.get(2) {
        None => false,
        Some(Value::Boolean(ignore_case)) => *ignore_case,
        Some(_) => return Value::Undefined,
    };
    let (Some(text), Some(term)) = (text(arguments, 0), text(arguments, 1)) else {
        return Value::Undefined;
    };
    Value::Boolean(if ignore_case {
        holds(&fold(text), &fold(term))
    } else {
        holds(text, term)
    })
}

fn fold(text: &str) -> String {
    text.to_lowercase()
}

fn contains(value: &Value<'_>, term: &Value<'_>, case: Case) -> Truth {
    match (value.as_str(), term.as_str()) {
        (Some(text), Some(term)) if case == Case::Kept => text.contains(term).into(),
        (Some(text), Some(term)) => fold(text).contains(&fold(term)).into(),
        _ => Truth::Undefined,
    }
}

/// Whether the first argument holds each of the others, as truths; `None` when there is none.
fn holds<'v>(arguments: &'v [Value<'_>], case: Case) -> Option<impl Iterator<Item = Truth> + 'v> {
    let (text, terms) = arguments.split_first()?;
    Some(terms.iter().map(move |term| contains(text, term, case)))
}

fn every<'a>(arguments: &[Value<'a>], case: Case) -> Value<'a> {
    holds(arguments, case)
        .map_or(Truth::Undefined, Truth::all)
        .into()
}

fn some<'a>(arguments: &[Value<'a>], case: Case) -> Value<'a> {
    holds(arguments, case)
        .map_or(Truth::Undefined, Truth::any)
        .into()
}

fn found<'a>(position: Option<usize>) -> Value<'a> {
    position.map_or(Value::from(-1i64), Value::from)
}

fn index_of<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let start = if arguments.len() == 2 {
        Some(0)
    } else {
        integer(arguments, 2)
    };
    let (Some(text), Some(term), Some(start)) = (text(arguments, 0), text(arguments, 1), start)
    else {
        return Value::Undefined;
    };
    let from = usize::try_from(start.max(0))
        .ok()
        .and_then(|start| utf16::offset(text, start));
    let position = from.and_then(|from| {
        let rest = text.get(from..)?;
        rest.find(term).map(|at| utf16::position(text, from + at))
    });
    found(position)
}

/// The start says up to which position the term may reach.
fn last_index_of<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let last = if arguments.len() == 2 {
        Some(i64::MAX - 1)
    } else {
        integer(arguments, 2)
    };
    let (Some(text), Some(term), Some(last)) = (text(arguments, 0), text(arguments, 1), last)
    else {
        return Value::Undefined;
    };
    let end = usize::try_from(last.saturating_add(1)).unwrap_or(0);
    let end = utf16::offset(text, end).unwrap_or(text.len());
    let position = text
        .get(..end)
        .and_then(|head| head.rfind(term))
        .map(|at| utf16::position(text, at));
    found(position)
}
