//! Deep equality: numbers by value, arrays in order, objects without order.

use super::{Array, MAX_VALUE_DEPTH, Object, Text, Value};

impl PartialEq for Value<'_> {
    /// Deep equality. Undefined equals itself here; what an operator makes of undefined is the operator's matter.
    fn eq(&self, other: &Self) -> bool {
        equal(self, other, 0)
    }
}

fn equal(left: &Value<'_>, right: &Value<'_>, depth: u32) -> bool {
    match (left, right) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Boolean(left), Value::Boolean(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => arrays(left, right, depth),
        (Value::Object(left), Value::Object(right)) => objects(left, right, depth),
        _ => false,
    }
}

fn arrays(left: &Array<'_>, right: &Array<'_>, depth: u32) -> bool {
    if let (Array::Raw(left), Array::Raw(right)) = (left, right) {
        if left.bytes() == right.bytes() {
            return true;
        }
        if depth >= MAX_VALUE_DEPTH {
            return false;
        }
    }
    let (mut left, mut right) = (left.iter(), right.iter());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if equal(&left, &right, depth + 1) => {}
            _ => return false,
        }
    }
}

fn objects(left: &Object<'_>, right: &Object<'_>, depth: u32) -> bool {
    if let (Object::Raw(left), Object::Raw(right)) = (left, right) {
        if left.bytes() == right.bytes() {
            return true;
        }
        if depth >= MAX_VALUE_DEPTH {
            return false;
        }
    }
    let (left, right) = (sorted(left), sorted(right));
    left.len() == right.len()
        && left
            .iter()
            .zip(&right)
            .all(|((left_name, left_value), (right_name, right_value))| {
                left_name == right_name && equal(left_value, right_value, depth + 1)
            })
}

fn sorted<'a>(object: &Object<'a>) -> Vec<(Text<'a>, Value<'a>)> {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_by(|(left, _), (right, _)| left.cmp(right));
    members
}
