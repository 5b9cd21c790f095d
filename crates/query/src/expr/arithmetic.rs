//! Arithmetic in doubles, bit operations in 32-bit integers, concatenation of strings.

use cosmokit_protocol::value::Number;

use crate::ast::BinaryOperator;
use crate::value::{Text, Value};

/// `+ - * / %`: of numbers only.
pub(super) fn arithmetic<'a>(
    operator: BinaryOperator,
    left: &Value<'_>,
    right: &Value<'_>,
) -> Value<'a> {
    let (Some(left), Some(right)) = (left.as_number(), right.as_number()) else {
        return Value::Undefined;
    };
    let (left, right) = (left.as_f64(), right.as_f64());
    let result = match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply => left * right,
        BinaryOperator::Divide => left / right,
        _ => left % right,
    };
    Value::from(result)
}

/// `& | ^ << >> >>>`: of numbers only, cut to 32 bits as JavaScript does.
pub(super) fn bitwise<'a>(
    operator: BinaryOperator,
    left: &Value<'_>,
    right: &Value<'_>,
) -> Value<'a> {
    let (Some(left), Some(right)) = (left.as_number(), right.as_number()) else {
        return Value::Undefined;
    };
    let (left, right) = (to_int32(left), to_int32(right));
    let shift = right.cast_unsigned() & 31;
    let result = match operator {
        BinaryOperator::BitwiseAnd => left & right,
        BinaryOperator::BitwiseOr => left | right,
        BinaryOperator::BitwiseXor => left ^ right,
        BinaryOperator::ShiftLeft => left.wrapping_shl(shift),
        BinaryOperator::ShiftRight => left.wrapping_shr(shift),
        _ => return Value::Number(Number::from(left.cast_unsigned().wrapping_shr(shift))),
    };
    Value::Number(Number::from(result))
}

/// `~`.
pub(super) fn bitwise_not<'a>(operand: &Value<'_>) -> Value<'a> {
    operand.as_number().map_or(Value::Undefined, |number| {
        Value::Number(Number::from(!to_int32(number)))
    })
}

/// `-`.
pub(super) fn negate<'a>(operand: &Value<'_>) -> Value<'a> {
    operand
        .as_number()
        .map_or(Value::Undefined, |number| Value::from(-number.as_f64()))
}

/// `||`: of strings only.
pub(super) fn concat<'a>(left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
    match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => Value::String(Text::from([left, right].concat())),
        _ => Value::Undefined,
    }
}

/// The low 32 bits of the truncated number; zero for what is not finite.
#[expect(
    clippy::cast_possible_truncation,
    reason = "taking the low bits is the operation"
)]
fn to_int32(number: Number) -> i32 {
    const TWO_POW_32: f64 = 4_294_967_296.0;
    let value = number.as_f64();
    if !value.is_finite() {
        return 0;
    }
    let low = value.trunc() % TWO_POW_32;
    low as i64 as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_cut_as_in_javascript() {
        let check = |value: Value<'_>, expected: i32| {
            assert_eq!(bitwise_not(&value), Value::from(i64::from(expected)));
        };
        check(Value::from(130_679_749_712_577_953_i64), -1_022_657_953);
        check(Value::from(-1i64), 0);
        check(Value::from(i64::MIN), -1);
        check(Value::from(1.9), -2);
        check(Value::from(f64::NAN), -1);
        check(Value::from(1e30), -1);
    }
}
