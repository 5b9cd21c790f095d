//! The total order across types that ORDER BY, MIN, MAX and every merge share.
//!
//! undefined < null < boolean < number < string < array < object. Scalars are ordered here; arrays and objects are ordered
//! by a structural hash, which the query engine computes. Strings compare by their UTF-8 bytes, so without any culture.

use super::Number;

/// The place of a type in the order across types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeRank {
    /// No value at all.
    Undefined,
    /// `null`.
    Null,
    /// `false` and `true`.
    Boolean,
    /// Any number.
    Number,
    /// Any string.
    String,
    /// Any array.
    Array,
    /// Any object.
    Object,
}

/// A value without parts, borrowed, in the order across types.
///
/// ```
/// use cosmokit_protocol::value::{Number, Scalar};
/// assert!(Scalar::Undefined < Scalar::Null);
/// assert!(Scalar::Boolean(true) < Scalar::Number(Number::from(-1)));
/// assert!(Scalar::Number(Number::from(7)) < Scalar::String(""));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar<'a> {
    /// No value at all.
    Undefined,
    /// `null`.
    Null,
    /// `false` sorts before `true`.
    Boolean(bool),
    /// Numbers by value.
    Number(Number),
    /// Strings by their UTF-8 bytes.
    String(&'a str),
}

impl Scalar<'_> {
    /// The type of the value.
    pub fn rank(&self) -> TypeRank {
        match self {
            Self::Undefined => TypeRank::Undefined,
            Self::Null => TypeRank::Null,
            Self::Boolean(_) => TypeRank::Boolean,
            Self::Number(_) => TypeRank::Number,
            Self::String(_) => TypeRank::String,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_precedes_the_next() {
        let ascending = [
            Scalar::Undefined,
            Scalar::Null,
            Scalar::Boolean(false),
            Scalar::Boolean(true),
            Scalar::Number(Number::from(f64::NEG_INFINITY)),
            Scalar::Number(Number::from(-1.5)),
            Scalar::Number(Number::ZERO),
            Scalar::Number(Number::from(i64::MAX)),
            Scalar::String(""),
            Scalar::String("A"),
            Scalar::String("a"),
            Scalar::String("aa"),
            Scalar::String("\u{E000}"),
            Scalar::String("\u{1F600}"),
        ];
        for (index, left) in ascending.iter().enumerate() {
            for (other, right) in ascending.iter().enumerate() {
                assert_eq!(left.cmp(right), index.cmp(&other), "{left:?} ? {right:?}");
                assert!(left.rank() <= right.rank() || index > other);
            }
        }
    }
}
