//! Choices, and the functions of an item.

use cosmokit_protocol::value::Number;

use super::integer::integer;
use super::table::{Arity, Function, IndexUse};
use crate::expr::Host;
use crate::value::Value;

pub(super) const TABLE: &[Function] = &[
    Function::lenient("IIF", Arity::exactly(3), IndexUse::None, iif),
    Function::lenient("CHOOSE", Arity::at_least(2), IndexUse::None, choose),
    Function::strict("DOCUMENTID", Arity::exactly(1), IndexUse::None, document_id),
];

fn iif<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let chosen = if arguments.first().is_some_and(Value::is_true) {
        1
    } else {
        2
    };
    arguments.get(chosen).cloned().unwrap_or(Value::Undefined)
}

/// The first choice has the number one.
fn choose<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let chosen = integer(arguments, 0)
        .filter(|index| *index > 0)
        .and_then(|index| usize::try_from(index).ok());
    chosen
        .and_then(|index| arguments.get(index))
        .cloned()
        .unwrap_or(Value::Undefined)
}

/// The number of the item within its partition, out of its resource id.
fn document_id<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let rid = arguments.first().map(|item| item.member("_rid"));
    let ordinal = rid
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|rid| rid.parse::<cosmokit_protocol::id::Rid>().ok());
    ordinal
        .and_then(|rid| rid.document_ordinal())
        .map(Number::from)
        .into()
}
