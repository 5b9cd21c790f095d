//! 64-bit integer arithmetic: integral arguments only, undefined on overflow and on division by zero.

use cosmokit_protocol::value::Number;

use super::math::number;
use super::table::{Arity, Function, IndexUse};
use crate::value::Value;

pub(super) const TABLE: &[Function] = &[
    Function::strict("INTADD", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, i64::checked_add)
    }),
    Function::strict("INTSUB", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, i64::checked_sub)
    }),
    Function::strict("INTMUL", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, i64::checked_mul)
    }),
    Function::strict("INTDIV", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, i64::checked_div)
    }),
    Function::strict("INTMOD", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, i64::checked_rem)
    }),
    Function::strict("INTBITAND", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, |x, y| Some(x & y))
    }),
    Function::strict("INTBITOR", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, |x, y| Some(x | y))
    }),
    Function::strict("INTBITXOR", Arity::exactly(2), IndexUse::None, |a, _| {
        pair(a, |x, y| Some(x ^ y))
    }),
    Function::strict("INTBITNOT", Arity::exactly(1), IndexUse::None, |a, _| {
        integer(a, 0).map(|x| !x).into()
    }),
    Function::strict(
        "INTBITLEFTSHIFT",
        Arity::exactly(2),
        IndexUse::None,
        |a, _| pair(a, shift_left),
    ),
    Function::strict(
        "INTBITRIGHTSHIFT",
        Arity::exactly(2),
        IndexUse::None,
        |a, _| pair(a, shift_right),
    ),
];

/// The integer at a position.
pub(super) fn integer(arguments: &[Value<'_>], index: usize) -> Option<i64> {
    number(arguments, index).and_then(Number::as_i64)
}

fn pair<'a>(arguments: &[Value<'_>], function: fn(i64, i64) -> Option<i64>) -> Value<'a> {
    integer(arguments, 0)
        .zip(integer(arguments, 1))
        .and_then(|(left, right)| function(left, right))
        .into()
}

/// Shifts by 64 and more lose every bit; a negative count is undefined.
fn shift_left(value: i64, count: i64) -> Option<i64> {
    let count = u32::try_from(count).ok()?;
    Some(value.checked_shl(count).unwrap_or(0))
}

fn shift_right(value: i64, count: i64) -> Option<i64> {
    let count = u32::try_from(count).ok()?;
    Some(
        value
            .checked_shr(count)
            .unwrap_or(if value < 0 { -1 } else { 0 }),
    )
}
