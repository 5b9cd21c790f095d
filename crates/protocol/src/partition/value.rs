//! One value of a partition key: undefined, null, a boolean, a number or a string.
//!
//! Integers are kept exactly for the wire; equality, order and hashing follow the service, which reads every
//! number as an IEEE double. `-0.0` keeps its sign, because the service hashes it apart from `0`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::PartitionKeyError;
use crate::value::short::ShortText;

/// One value of a partition key.
///
/// Made by `From` from strings (borrowed or owned), booleans, every integer of up to 64 bits and options of
/// them (`None` is null); by `TryFrom` from floats and 128-bit integers, which may have no form in JSON.
/// Strings of up to 22 bytes are stored inline.
///
/// Two values are equal exactly when the service puts them into the same logical partition: `1` equals `1.0`,
/// and two integers beyond 2^53 that share their nearest double are equal although they print differently.
///
/// The order is the one of the service: undefined, null, false, true, numbers, strings.
#[derive(Clone)]
pub struct PartitionKeyValue(Repr);

#[derive(Clone)]
enum Repr {
    Undefined,
    Null,
    Bool(bool),
    Number(Number),
    String(ShortText<22>),
}

/// A finite number in the form it was given in.
#[derive(Clone, Copy)]
pub(super) enum Number {
    Signed(i64),
    Unsigned(u64),
    /// Never NaN or infinite.
    Double(f64),
}

impl Number {
    #[expect(
        clippy::cast_precision_loss,
        reason = "the service reads every number as the nearest double"
    )]
    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Signed(value) => value as f64,
            Self::Unsigned(value) => value as f64,
            Self::Double(value) => value,
        }
    }
}

/// A value seen by what it is; what encoders match on.
pub(super) enum Kind<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(Number),
    String(&'a str),
}

impl PartitionKeyValue {
    /// JSON null.
    pub const NULL: Self = Self(Repr::Null);

    /// The property is absent from the item, or holds an array or an object.
    pub const UNDEFINED: Self = Self(Repr::Undefined);

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The number as the service hashes it, when this is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match &self.0 {
            Repr::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }

    /// The truth value, when this is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.0 {
            Repr::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether this is JSON null.
    pub fn is_null(&self) -> bool {
        matches!(self.0, Repr::Null)
    }

    /// Whether the property is absent.
    pub fn is_undefined(&self) -> bool {
        matches!(self.0, Repr::Undefined)
    }

    pub(super) fn kind(&self) -> Kind<'_> {
        match &self.0 {
            Repr::Undefined => Kind::Undefined,
            Repr::Null => Kind::Null,
            Repr::Bool(value) => Kind::Bool(*value),
            Repr::Number(number) => Kind::Number(*number),
            Repr::String(text) => Kind::String(text.as_str()),
        }
    }

    fn rank(&self) -> u8 {
        match self.0 {
            Repr::Undefined => 0,
            Repr::Null => 1,
            Repr::Bool(false) => 2,
            Repr::Bool(true) => 3,
            Repr::Number(_) => 4,
            Repr::String(_) => 5,
        }
    }
}

impl PartialEq for PartitionKeyValue {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for PartitionKeyValue {}

impl PartialOrd for PartitionKeyValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PartitionKeyValue {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Number(left), Repr::Number(right)) => left.as_f64().total_cmp(&right.as_f64()),
            (Repr::String(left), Repr::String(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Hash for PartitionKeyValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match &self.0 {
            Repr::Number(number) => number.as_f64().to_bits().hash(state),
            Repr::String(text) => text.hash(state),
            _ => {}
        }
    }
}

impl fmt::Display for PartitionKeyValue {
    /// Prints the value as it stands in the partition key header.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::header::write_value(self, f)
    }
}

impl fmt::Debug for PartitionKeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Undefined => f.write_str("undefined"),
            Repr::String(text) => fmt::Debug::fmt(text, f),
            _ => fmt::Display::fmt(self, f),
        }
    }
}

impl From<bool> for PartitionKeyValue {
    fn from(value: bool) -> Self {
        Self(Repr::Bool(value))
    }
}

impl From<&str> for PartitionKeyValue {
    fn from(value: &str) -> Self {
        Self(Repr::String(value.into()))
    }
}

impl From<String> for PartitionKeyValue {
    fn from(value: String) -> Self {
        Self(Repr::String(value.into()))
    }
}

impl From<&String> for PartitionKeyValue {
    fn from(value: &String) -> Self {
        Self::from(value.as_str())
    }
}

impl From<Cow<'_, str>> for PartitionKeyValue {
    fn from(value: Cow<'_, str>) -> Self {
        match value {
            Cow::Borrowed(text) => Self::from(text),
            Cow::Owned(text) => Self::from(text),
        }
    }
}

impl From<Box<str>> for PartitionKeyValue {
    fn from(value: Box<str>) -> Self {
        Self::from(value.into_string())
    }
}

impl From<i64> for PartitionKeyValue {
    fn from(value: i64) -> Self {
        Self(Repr::Number(Number::Signed(value)))
    }
}

impl From<u64> for PartitionKeyValue {
    fn from(value: u64) -> Self {
        Self(Repr::Number(Number::Unsigned(value)))
    }
}

macro_rules! from_integers {
    ($wide:ty: $($narrow:ty),+) => {$(
        impl From<$narrow> for PartitionKeyValue {
            fn from(value: $narrow) -> Self {
                Self::from(<$wide>::from(value))
            }
        }
    )+};
}

from_integers!(i64: i8, i16, i32, u8, u16, u32);

impl From<isize> for PartitionKeyValue {
    fn from(value: isize) -> Self {
        Self::from(value as i64)
    }
}

impl From<usize> for PartitionKeyValue {
    fn from(value: usize) -> Self {
        Self::from(value as u64)
    }
}

impl TryFrom<f64> for PartitionKeyValue {
    type Error = PartitionKeyError;

    /// # Errors
    ///
    /// [`PartitionKeyError::NonFiniteNumber`] for NaN and the infinities.
    fn try_from(value: f64) -> Result<Self, PartitionKeyError> {
        if value.is_finite() {
            Ok(Self(Repr::Number(Number::Double(value))))
        } else {
            Err(PartitionKeyError::NonFiniteNumber)
        }
    }
}

impl TryFrom<f32> for PartitionKeyValue {
    type Error = PartitionKeyError;

    /// Widens exactly: `0.1_f32` becomes `0.10000000149011612`.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::NonFiniteNumber`] for NaN and the infinities.
    fn try_from(value: f32) -> Result<Self, PartitionKeyError> {
        Self::try_from(f64::from(value))
    }
}

impl TryFrom<i128> for PartitionKeyValue {
    type Error = PartitionKeyError;

    /// # Errors
    ///
    /// [`PartitionKeyError::IntegerOutOfRange`] beyond 64 bits.
    fn try_from(value: i128) -> Result<Self, PartitionKeyError> {
        let narrow = i64::try_from(value)
            .map(Self::from)
            .or_else(|_| u64::try_from(value).map(Self::from));
        narrow.map_err(|_| PartitionKeyError::IntegerOutOfRange(value.to_string()))
    }
}

impl TryFrom<u128> for PartitionKeyValue {
    type Error = PartitionKeyError;

    /// # Errors
    ///
    /// [`PartitionKeyError::IntegerOutOfRange`] beyond 64 bits.
    fn try_from(value: u128) -> Result<Self, PartitionKeyError> {
        u64::try_from(value)
            .map(Self::from)
            .map_err(|_| PartitionKeyError::IntegerOutOfRange(value.to_string()))
    }
}

impl<T: Into<PartitionKeyValue>> From<Option<T>> for PartitionKeyValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::NULL, Into::into)
    }
}

macro_rules! try_from_options {
    ($($number:ty),+) => {$(
        impl TryFrom<Option<$number>> for PartitionKeyValue {
            type Error = PartitionKeyError;

            /// `None` is null.
            ///
            /// # Errors
            ///
            /// As for the number itself.
            fn try_from(value: Option<$number>) -> Result<Self, PartitionKeyError> {
                value.map_or(Ok(Self::NULL), Self::try_from)
            }
        }
    )+};
}

try_from_options!(f32, f64, i128, u128);
