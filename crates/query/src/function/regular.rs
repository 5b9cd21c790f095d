//! Regular expressions, in time linear in the text: look-around and back references are not supported.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::integer::integer;
use super::string::text;
use super::table::{Arity, Function, IndexUse};
use crate::expr::Host;
use crate::value::{Array, Value};

/// How many compiled patterns one query keeps.
const MAX_PATTERNS: usize = 64;

/// How large a compiled pattern may be, in bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// Patterns compiled while a query runs; `None` for one that does not compile.
pub(crate) type RegexCache = HashMap<(Box<str>, Box<str>), Option<Regex>>;

pub(super) const TABLE: &[Function] = &[
    Function::strict(
        "REGEXMATCH",
        Arity::between(2, 3),
        IndexUse::FullScan,
        |a, host| with_regex(a, host, |regex, text| Value::Boolean(regex.is_match(text))),
    ),
    Function::strict(
        "REGEXEXTRACT",
        Arity::between(2, 4),
        IndexUse::None,
        extract,
    ),
    Function::strict(
        "REGEXEXTRACTALL",
        Arity::between(2, 4),
        IndexUse::None,
        extract_all,
    ),
];

/// Runs a compiled pattern over the text; undefined when the pattern or a modifier is none.
fn with_regex<'a>(
    arguments: &[Value<'a>],
    host: &Host<'_>,
    run: impl FnOnce(&Regex, &str) -> Value<'a>,
) -> Value<'a> {
    let modifiers = if arguments.len() < 3 {
        Some("")
    } else {
        text(arguments, 2)
    };
    let (Some(text), Some(pattern), Some(modifiers)) =
        (text(arguments, 0), text(arguments, 1), modifiers)
    else {
        return Value::Undefined;
    };
    let mut cache = host.regexes.borrow_mut();
    if cache.len() >= MAX_PATTERNS {
        cache.clear();
    }
    let compiled = cache
        .entry((pattern.into(), modifiers.into()))
        .or_insert_with(|| compile(pattern, modifiers));
    compiled
        .as_ref()
        .map_or(Value::Undefined, |regex| run(regex, text))
}

fn compile(pattern: &str, modifiers: &str) -> Option<Regex> {
    let mut builder = RegexBuilder::new(pattern);
    builder
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES);
    for modifier in modifiers.chars() {
        match modifier {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'x' => builder.ignore_whitespace(true),
            _ => return None,
        };
    }
    builder.build().ok()
}

/// The capture group asked for; the whole match without a fourth argument.
fn group(arguments: &[Value<'_>]) -> Option<usize> {
    if arguments.len() < 4 {
        Some(0)
    } else {
        integer(arguments, 3).and_then(|group| usize::try_from(group).ok())
    }
}

fn extract<'a>(arguments: &[Value<'a>], host: &Host<'_>) -> Value<'a> {
    let Some(group) = group(arguments) else {
        return Value::Undefined;
    };
    with_regex(arguments, host, |regex, text| {
        let found = regex
            .captures(text)
            .and_then(|captures| captures.get(group).map(|found| found.as_str().to_owned()));
        found.into()
    })
}

fn extract_all<'a>(arguments: &[Value<'a>], host: &Host<'_>) -> Value<'a> {
    let Some(group) = group(arguments) else {
        return Value::Undefined;
    };
    with_regex(arguments, host, |regex, text| {
        let found = regex
            .captures_iter(text)
            .filter_map(|captures| captures.get(group).map(|found| found.as_str().to_owned()));
        Value::Array(Array::Built(found.map(Value::from).collect()))
    })
}
