//! A partition key: up to three values, stored inline.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::{PartitionKeyError, PartitionKeyValue};

/// The key of a logical partition, a prefix of one in a hierarchy, or the empty key.
///
/// Whatever makes a [`PartitionKeyValue`] makes a key of one value; tuples of two and three make hierarchical
/// keys; [`TryFrom`] takes floats and a `Vec` of values. Fewer values than the container has paths address
/// every partition below that prefix, where an operation allows it.
///
/// ```
/// use cosmokit_protocol::partition::{PartitionKey, PartitionKeyValue};
///
/// let tenant = String::from("contoso");
/// assert_eq!(PartitionKey::from(tenant.as_str()).to_header(), r#"["contoso"]"#);
/// assert_eq!(PartitionKey::from((tenant, 7, None::<&str>)).to_header(), r#"["contoso",7,null]"#);
/// assert_eq!(PartitionKey::from(PartitionKey::UNDEFINED).to_header(), "[{}]");
/// assert!(PartitionKey::try_from(f64::NAN).is_err());
/// ```
#[derive(Clone)]
pub struct PartitionKey {
    values: [PartitionKeyValue; PartitionKey::MAX_VALUES],
    len: u8,
}

impl PartitionKey {
    /// The most values a key can have.
    pub const MAX_VALUES: usize = 3;

    /// JSON null as a value.
    pub const NULL: PartitionKeyValue = PartitionKeyValue::NULL;

    /// The absent property as a value.
    pub const UNDEFINED: PartitionKeyValue = PartitionKeyValue::UNDEFINED;

    /// The key without values. It is a key of its own only in containers whose partition key is a system key
    /// (containers migrated from before partitioning).
    pub const EMPTY: Self = Self {
        values: [
            PartitionKeyValue::UNDEFINED,
            PartitionKeyValue::UNDEFINED,
            PartitionKeyValue::UNDEFINED,
        ],
        len: 0,
    };

    /// The values, outermost level first.
    pub fn values(&self) -> &[PartitionKeyValue] {
        self.values.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether `other` equals this key or continues it with further levels.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        other.values().starts_with(self.values())
    }

    /// Appends a value.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::TooManyValues`] when the key has three values already.
    pub fn push(&mut self, value: impl Into<PartitionKeyValue>) -> Result<(), PartitionKeyError> {
        let room = self.values.get_mut(usize::from(self.len));
        *room.ok_or(PartitionKeyError::TooManyValues {
            actual: Self::MAX_VALUES + 1,
        })? = value.into();
        self.len += 1;
        Ok(())
    }
}

impl PartialEq for PartitionKey {
    fn eq(&self, other: &Self) -> bool {
        self.values() == other.values()
    }
}

impl Eq for PartitionKey {}

impl PartialOrd for PartitionKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PartitionKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.values().cmp(other.values())
    }
}

impl Hash for PartitionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.values().hash(state);
    }
}

impl fmt::Debug for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values()).finish()
    }
}

impl<T: Into<PartitionKeyValue>> From<T> for PartitionKey {
    fn from(value: T) -> Self {
        Self {
            values: [value.into(), Self::UNDEFINED, Self::UNDEFINED],
            len: 1,
        }
    }
}

impl<A, B> From<(A, B)> for PartitionKey
where
    A: Into<PartitionKeyValue>,
    B: Into<PartitionKeyValue>,
{
    fn from((first, second): (A, B)) -> Self {
        Self {
            values: [first.into(), second.into(), Self::UNDEFINED],
            len: 2,
        }
    }
}

impl<A, B, C> From<(A, B, C)> for PartitionKey
where
    A: Into<PartitionKeyValue>,
    B: Into<PartitionKeyValue>,
    C: Into<PartitionKeyValue>,
{
    fn from((first, second, third): (A, B, C)) -> Self {
        Self {
            values: [first.into(), second.into(), third.into()],
            len: 3,
        }
    }
}

impl<T: Into<PartitionKeyValue>> From<(T,)> for PartitionKey {
    fn from((only,): (T,)) -> Self {
        Self::from(only)
    }
}

impl TryFrom<Vec<PartitionKeyValue>> for PartitionKey {
    type Error = PartitionKeyError;

    /// # Errors
    ///
    /// [`PartitionKeyError::TooManyValues`] for more than three values.
    fn try_from(values: Vec<PartitionKeyValue>) -> Result<Self, PartitionKeyError> {
        let actual = values.len();
        if actual > Self::MAX_VALUES {
            return Err(PartitionKeyError::TooManyValues { actual });
        }
        let mut key = Self::EMPTY;
        for value in values {
            key.push(value)?;
        }
        Ok(key)
    }
}

impl TryFrom<&[PartitionKeyValue]> for PartitionKey {
    type Error = PartitionKeyError;

    /// # Errors
    ///
    /// [`PartitionKeyError::TooManyValues`] for more than three values.
    fn try_from(values: &[PartitionKeyValue]) -> Result<Self, PartitionKeyError> {
        Self::try_from(values.to_vec())
    }
}

macro_rules! try_from_numbers {
    ($($number:ty),+) => {$(
        impl TryFrom<$number> for PartitionKey {
            type Error = PartitionKeyError;

            /// # Errors
            ///
            /// As for [`PartitionKeyValue`].
            fn try_from(value: $number) -> Result<Self, PartitionKeyError> {
                PartitionKeyValue::try_from(value).map(Self::from)
            }
        }
    )+};
}

try_from_numbers!(
    f32,
    f64,
    i128,
    u128,
    Option<f32>,
    Option<f64>,
    Option<i128>,
    Option<u128>
);
