//! Distances between vectors.

use super::table::{Arity, Function, IndexUse};
use crate::ast::Direction;
use crate::value::Value;

/// How two vectors are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// Cosine of the angle: one for the same direction.
    Cosine,
    /// Dot product.
    DotProduct,
    /// Distance in a straight line: zero for the same point.
    Euclidean,
}

pub(super) const TABLE: &[Function] = &[Function::strict(
    "VECTORDISTANCE",
    Arity::between(2, 4),
    IndexUse::Vector,
    |a, _| {
        let options = a.get(3).unwrap_or(&Value::Undefined);
        let metric = metric_of(options).unwrap_or(Metric::Cosine);
        a.first()
            .zip(a.get(1))
            .and_then(|(left, right)| distance(left, right, metric))
            .into()
    },
)];

impl Metric {
    /// The metric of a name, in any case.
    pub fn of(name: &str) -> Option<Self> {
        [
            ("cosine", Self::Cosine),
            ("dotproduct", Self::DotProduct),
            ("euclidean", Self::Euclidean),
        ]
        .into_iter()
        .find(|(text, _)| text.eq_ignore_ascii_case(name))
        .map(|(_, metric)| metric)
    }

    /// The direction in which the most similar comes first.
    pub fn nearest_first(self) -> Direction {
        match self {
            Self::Euclidean => Direction::Ascending,
            Self::Cosine | Self::DotProduct => Direction::Descending,
        }
    }
}

/// The metric that an object of options names.
pub(crate) fn metric_of(options: &Value<'_>) -> Option<Metric> {
    options
        .member("distanceFunction")
        .as_str()
        .and_then(Metric::of)
}

/// The distance; `None` unless both are arrays of as many numbers, and for the cosine of a vector of zeros.
pub(crate) fn distance(left: &Value<'_>, right: &Value<'_>, metric: Metric) -> Option<f64> {
    let (left, right) = (left.as_array()?.iter(), right.as_array()?.iter());
    let element = |value: Value<'_>| element(&value);
    of_elements(left.map(element), right.map(element), metric)
}

/// The distance of vectors that were read before.
pub(crate) fn distance_of(left: &[f32], right: &[f32], metric: Metric) -> Option<f64> {
    let element = |element: &f32| Some(f64::from(*element));
    of_elements(left.iter().map(element), right.iter().map(element), metric)
}

/// The elements of a vector; `None` of anything that is no array of numbers.
pub(crate) fn elements(value: &Value<'_>) -> Option<Box<[f32]>> {
    let elements = value.as_array()?.iter();
    elements.map(|element| single(&element)).collect()
}

fn of_elements(
    mut left: impl Iterator<Item = Option<f64>>,
    mut right: impl Iterator<Item = Option<f64>>,
    metric: Metric,
) -> Option<f64> {
    let (mut dot, mut squares, mut left_squares, mut right_squares) = (0.0, 0.0, 0.0, 0.0);
    let mut count = 0usize;
    loop {
        match (left.next(), right.next()) {
            (None, None) => break,
            (Some(left), Some(right)) => {
                let (left, right) = (left?, right?);
                count += 1;
                dot += left * right;
                squares += (left - right) * (left - right);
                left_squares += left * left;
                right_squares += right * right;
            }
            _ => return None,
        }
    }
    let distance = match metric {
        Metric::Cosine => dot / f64::sqrt(left_squares * right_squares),
        Metric::DotProduct => dot,
        Metric::Euclidean => f64::sqrt(squares),
    };
    // A vector of zeros has no direction, and JSON no word for what is beyond all numbers.
    Some(distance).filter(|distance| count > 0 && distance.is_finite())
}

fn element(value: &Value<'_>) -> Option<f64> {
    single(value).map(f64::from)
}

/// An element as vectors hold it: in single precision, which every other type of element fits into.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the recorded distances are of vectors in single precision"
)]
fn single(value: &Value<'_>) -> Option<f32> {
    value.as_number().map(|number| number.as_f64() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn recorded_distances() {
        let check = |left: serde_json::Value,
                     right: serde_json::Value,
                     metric: Metric,
                     expected: Option<f64>| {
            assert_eq!(
                distance(&Value::from(&left), &Value::from(&right), metric),
                expected,
                "{left} {right} {metric:?}"
            );
        };
        check(
            json!([1, 2, 3]),
            json!([2, 3, 4]),
            Metric::Cosine,
            Some(0.992_583_333_970_930_2),
        );
        check(
            json!([1, 2, 3]),
            json!([2, 3, 4]),
            Metric::DotProduct,
            Some(20.0),
        );
        check(
            json!([1, 2, 3]),
            json!([2, 3, 4]),
            Metric::Euclidean,
            Some(1.732_050_807_568_877_2),
        );
        check(json!([1, 2]), json!([2, 3, 4]), Metric::Cosine, None);
        check(json!([1, "2"]), json!([2, 3]), Metric::Cosine, None);
        check(json!([[1], [2]]), json!([2, 3]), Metric::Cosine, None);
        check(json!("AQID"), json!([1]), Metric::Cosine, None);
        check(json!([]), json!([]), Metric::Cosine, None);
        check(json!([0, 0]), json!([1, 2]), Metric::Cosine, None);
        check(json!([0, 0]), json!([1, 2]), Metric::DotProduct, Some(0.0));
        check(json!([1e300]), json!([1]), Metric::DotProduct, None);
    }
}
