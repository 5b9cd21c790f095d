//! The number of an increment.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::Number;

/// The number that an increment adds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum CosmosNumber {
    /// An integer, added exactly as long as the sum fits 64 bits.
    Int(i64),
    /// A double; not finite ones cannot be sent.
    Float(f64),
}

impl CosmosNumber {
    /// The number as documents hold it.
    pub fn to_number(self) -> Number {
        match self {
            Self::Int(value) => Number::from(value),
            Self::Float(value) => Number::from(value),
        }
    }
}

impl From<i64> for CosmosNumber {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for CosmosNumber {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<f64> for CosmosNumber {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl Serialize for CosmosNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Int(value) => serializer.serialize_i64(value),
            Self::Float(value) => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for CosmosNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Ok(Self::Int(value)),
            (None, Some(value)) => Ok(Self::Float(value)),
            (None, None) => Err(D::Error::custom("an increment is a finite number")),
        }
    }
}
