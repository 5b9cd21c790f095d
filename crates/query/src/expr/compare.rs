//! Comparison operators: values of different types are not equal, and have no order among each other.

use std::cmp::Ordering;

use super::Truth;
use crate::ast::BinaryOperator;
use crate::value::Value;

/// `=`: deep equality; undefined when an operand is.
pub(crate) fn equality(left: &Value<'_>, right: &Value<'_>) -> Truth {
    match (left, right) {
        (Value::Undefined, _) | (_, Value::Undefined) => Truth::Undefined,
        (Value::Number(left), Value::Number(right)) if left.is_nan() || right.is_nan() => {
            Truth::False
        }
        _ => Truth::from(left == right),
    }
}

/// How two values of one primitive type stand to each other; `None` for anything else.
fn ordered(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// `=`, `!=`, `<` and their like.
pub(super) fn compare(operator: BinaryOperator, left: &Value<'_>, right: &Value<'_>) -> Truth {
    match operator {
        BinaryOperator::Equal => equality(left, right),
        BinaryOperator::NotEqual => equality(left, right).not(),
        _ if is_nan(left) || is_nan(right) => {
            ordered(left, right).map_or(Truth::Undefined, |_| Truth::False)
        }
        _ => ordered(left, right).map_or(Truth::Undefined, |ordering| {
            Truth::from(holds(operator, ordering))
        }),
    }
}

fn is_nan(value: &Value<'_>) -> bool {
    value
        .as_number()
        .is_some_and(cosmokit_protocol::value::Number::is_nan)
}

fn holds(operator: BinaryOperator, ordering: Ordering) -> bool {
    match operator {
        BinaryOperator::Less => ordering.is_lt(),
        BinaryOperator::LessOrEqual => ordering.is_le(),
        BinaryOperator::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    }
}

/// `value BETWEEN low AND high`.
pub(super) fn between(value: &Value<'_>, low: &Value<'_>, high: &Value<'_>) -> Truth {
    compare(BinaryOperator::GreaterOrEqual, value, low).and(compare(
        BinaryOperator::LessOrEqual,
        value,
        high,
    ))
}
