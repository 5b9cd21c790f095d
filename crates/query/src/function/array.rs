//! Arrays.

use cosmokit_protocol::value::Number;

use super::integer::integer;
use super::table::{Arity, Function, IndexUse};
use crate::aggregate::{Accumulator, AggregateKind};
use crate::expr::{Host, Truth};
use crate::value::{Array, Object, Text, Value};

pub(super) const TABLE: &[Function] = &[
    Function::strict("ARRAY_CONCAT", Arity::at_least(2), IndexUse::None, concat),
    Function::lenient(
        "ARRAY_CONTAINS",
        Arity::between(2, 3),
        IndexUse::Range,
        contains,
    ),
    Function::lenient(
        "_TRY_ARRAY_CONTAINS",
        Arity::between(2, 3),
        IndexUse::Range,
        contains,
    ),
    Function::lenient(
        "ARRAY_CONTAINS_ALL",
        Arity::at_least(2),
        IndexUse::None,
        contains_all,
    ),
    Function::lenient(
        "ARRAY_CONTAINS_ANY",
        Arity::at_least(2),
        IndexUse::None,
        contains_any,
    ),
    Function::strict("ARRAY_LENGTH", Arity::exactly(1), IndexUse::None, |a, _| {
        array(a, 0).map(Array::len).into()
    }),
    Function::strict("ARRAY_SLICE", Arity::between(2, 3), IndexUse::None, slice),
    Function::strict(
        "ARRAY_AVG",
        Arity::exactly(1),
        IndexUse::FullScan,
        |a, _| aggregate(a, AggregateKind::Average),
    ),
    Function::strict(
        "ARRAY_SUM",
        Arity::exactly(1),
        IndexUse::FullScan,
        |a, _| aggregate(a, AggregateKind::Sum),
    ),
    Function::strict(
        "ARRAY_MEDIAN",
        Arity::exactly(1),
        IndexUse::FullScan,
        median,
    ),
    Function::strict(
        "ARRAY_MIN",
        Arity::exactly(1),
        IndexUse::FullScan,
        |a, _| aggregate(a, AggregateKind::Min),
    ),
    Function::strict(
        "ARRAY_MAX",
        Arity::exactly(1),
        IndexUse::FullScan,
        |a, _| aggregate(a, AggregateKind::Max),
    ),
    Function::strict(
        "OBJECTTOARRAY",
        Arity::between(1, 3),
        IndexUse::None,
        object_to_array,
    ),
];

/// The array at a position.
pub(super) fn array<'v, 'a>(arguments: &'v [Value<'a>], index: usize) -> Option<&'v Array<'a>> {
    arguments.get(index).and_then(Value::as_array)
}

fn concat<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let mut elements = Vec::new();
    for argument in arguments {
        let Some(array) = argument.as_array() else {
            return Value::Undefined;
        };
        elements.extend(array.iter());
    }
    Value::Array(Array::Built(elements.into()))
}

fn contains<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let partial = match arguments.get(2) {
        None | Some(Value::Undefined) => false,
        Some(Value::Boolean(partial)) => *partial,
        Some(_) => return Value::Undefined,
    };
    let (Some(array), Some(wanted)) = (
        array(arguments, 0),
        arguments.get(1).filter(|value| value.is_defined()),
    ) else {
        return Value::Undefined;
    };
    Value::Boolean(array.iter().any(|element| {
        if partial {
            covers(&element, wanted)
        } else {
            element == *wanted
        }
    }))
}

/// Whether every member of the wanted object is in the element; equality for anything but objects.
fn covers(element: &Value<'_>, wanted: &Value<'_>) -> bool {
    match (element, wanted) {
        (Value::Object(element), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, value)| element.member(&name) == value),
        _ => element == wanted,
    }
}

/// Whether the array holds each of the values, as truths; `None` when there is no array.
fn holds<'v>(arguments: &'v [Value<'_>]) -> Option<impl Iterator<Item = Truth> + 'v> {
    let (array, wanted) = arguments.split_first()?;
    let array = array.as_array()?;
    Some(wanted.iter().map(|wanted| match wanted {
        Value::Undefined => Truth::Undefined,
        wanted => array.iter().any(|element| element == *wanted).into(),
    }))
}

fn contains_all<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    holds(arguments).map_or(Truth::Undefined, Truth::all).into()
}

fn contains_any<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    holds(arguments).map_or(Truth::Undefined, Truth::any).into()
}

/// A negative start counts from the end; too large a length is cut.
fn slice<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let count = if arguments.len() == 2 {
        Some(i64::MAX)
    } else {
        integer(arguments, 2)
    };
    let (Some(array), Some(start), Some(count)) =
        (array(arguments, 0), integer(arguments, 1), count)
    else {
        return Value::Undefined;
    };
    let start = match usize::try_from(start) {
        Ok(start) => start,
        Err(_) => array
            .len()
            .saturating_sub(usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX)),
    };
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    Value::Array(Array::Built(array.iter().skip(start).take(count).collect()))
}

fn aggregate<'a>(arguments: &[Value<'a>], kind: AggregateKind) -> Value<'a> {
    let Some(array) = array(arguments, 0) else {
        return Value::Undefined;
    };
    let mut accumulator = Accumulator::new(kind);
    array.iter().for_each(|element| accumulator.add(&element));
    accumulator.result()
}

fn median<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let numbers: Option<Vec<f64>> = array(arguments, 0).and_then(|array| {
        array
            .iter()
            .map(|element| element.as_number().map(Number::as_f64))
            .collect()
    });
    let Some(mut numbers) = numbers else {
        return Value::Undefined;
    };
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let upper = numbers.get(middle).copied();
    let lower = if numbers.len() % 2 == 1 {
        upper
    } else {
        middle
            .checked_sub(1)
            .and_then(|at| numbers.get(at))
            .copied()
    };
    lower
        .zip(upper)
        .map(|(lower, upper)| f64::midpoint(lower, upper))
        .into()
}

fn object_to_array<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let name = |index: usize, default: &'static str| match arguments.get(index) {
        None => Some(Text::Borrowed(default)),
        Some(Value::String(name)) => Some(name.clone()),
        Some(_) => None,
    };
    let (Some(Value::Object(object)), Some(key), Some(value)) =
        (arguments.first(), name(1, "k"), name(2, "v"))
    else {
        return Value::Undefined;
    };
    let pairs = object.iter().map(|(member, content)| {
        Value::Object(Object::from_members([
            (key.clone(), Value::String(member)),
            (value.clone(), content),
        ]))
    });
    Value::Array(Array::Built(pairs.collect()))
}
