//! Arrays as sets: duplicates count once, and the order is that of first appearance.

use super::array::array;
use super::table::{Arity, Function, IndexUse};
use crate::expr::Host;
use crate::value::{Array, HashSetOfValues, Value, structural_hash};

pub(super) const TABLE: &[Function] = &[
    Function::strict("SETINTERSECT", Arity::exactly(2), IndexUse::None, intersect),
    Function::strict(
        "SETDIFFERENCE",
        Arity::exactly(2),
        IndexUse::None,
        difference,
    ),
    Function::strict("SETUNION", Arity::exactly(2), IndexUse::None, union),
    Function::strict("SETEQUAL", Arity::exactly(2), IndexUse::None, equal),
];

fn hashes(array: &Array<'_>) -> HashSetOfValues {
    array
        .iter()
        .map(|element| structural_hash(&element))
        .collect()
}

fn both<'v, 'a>(arguments: &'v [Value<'a>]) -> Option<(&'v Array<'a>, &'v Array<'a>)> {
    array(arguments, 0).zip(array(arguments, 1))
}

/// The elements of the second array that the first one holds, in the order of the second.
fn intersect<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let Some((left, right)) = both(arguments) else {
        return Value::Undefined;
    };
    let mut wanted = hashes(left);
    let kept = right
        .iter()
        .filter(|element| wanted.remove(&structural_hash(element)));
    Value::Array(Array::Built(kept.collect()))
}

/// The elements of the first array that the second one does not hold.
fn difference<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let Some((left, right)) = both(arguments) else {
        return Value::Undefined;
    };
    let mut seen = hashes(right);
    let kept = left
        .iter()
        .filter(|element| seen.insert(structural_hash(element)));
    Value::Array(Array::Built(kept.collect()))
}

fn union<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    let Some((left, right)) = both(arguments) else {
        return Value::Undefined;
    };
    let mut seen = HashSetOfValues::default();
    let kept = left
        .iter()
        .chain(right.iter())
        .filter(|element| seen.insert(structural_hash(element)));
    Value::Array(Array::Built(kept.collect()))
}

fn equal<'a>(arguments: &[Value<'a>], _: &Host<'_>) -> Value<'a> {
    both(arguments)
        .map(|(left, right)| hashes(left) == hashes(right))
        .into()
}
