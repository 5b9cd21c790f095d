//! Values reduced to what their order depends on: the keys of ORDER BY and of resume positions.

use std::cmp::Ordering;

use cosmokit_protocol::value::{Number, TypeRank};

use super::{Value, structural_hash};

/// A value in the total order across types, without ties to a document.
///
/// Arrays and objects are reduced to their structural hash, by whose bytes they are ordered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderKey {
    /// No value.
    Undefined,
    /// `null`.
    Null,
    /// `false` before `true`.
    Boolean(bool),
    /// Numbers by value.
    Number(Number),
    /// Strings by their UTF-8 bytes.
    String(Box<str>),
    /// An array by its hash.
    Array([u8; 16]),
    /// An object by its hash.
    Object([u8; 16]),
}

impl OrderKey {
    /// The place of the type in the order across types.
    pub fn rank(&self) -> TypeRank {
        match self {
            Self::Undefined => TypeRank::Undefined,
            Self::Null => TypeRank::Null,
            Self::Boolean(_) => TypeRank::Boolean,
            Self::Number(_) => TypeRank::Number,
            Self::String(_) => TypeRank::String,
            Self::Array(_) => TypeRank::Array,
            Self::Object(_) => TypeRank::Object,
        }
    }

    /// Compares with the key of a value, without making that.
    pub(crate) fn cmp_value(&self, value: &Value<'_>) -> Ordering {
        match (self, value) {
            (Self::Boolean(left), Value::Boolean(right)) => left.cmp(right),
            (Self::Number(left), Value::Number(right)) => left.cmp(right),
            (Self::String(left), Value::String(right)) => (**left).cmp(right),
            (Self::Array(left), Value::Array(_)) | (Self::Object(left), Value::Object(_)) => {
                left.cmp(&structural_hash(value).to_bytes())
            }
            _ => self.rank().cmp(&value.rank()),
        }
    }
}

impl From<&Value<'_>> for OrderKey {
    fn from(value: &Value<'_>) -> Self {
        match value {
            Value::Undefined => Self::Undefined,
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(*value),
            Value::Number(number) => Self::Number(*number),
            Value::String(text) => Self::String((&**text).into()),
            Value::Array(_) => Self::Array(structural_hash(value).to_bytes()),
            Value::Object(_) => Self::Object(structural_hash(value).to_bytes()),
        }
    }
}

impl Value<'_> {
    /// Compares in the total order across types.
    pub fn total_cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
            (Value::Number(left), Value::Number(right)) => left.cmp(right),
            (Value::String(left), Value::String(right)) => left.cmp(right),
            (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => {
                OrderKey::from(self).cmp_value(other)
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}
