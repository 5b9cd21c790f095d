//! The point of the hash space that a key becomes: its bytes, its text, its order.
//!
//! How values turn into bytes is the business of `encode`; which range owns a point, of the range map.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::encode::PointBytes;
use super::{
    PartitionKey, PartitionKeyDefinition, PartitionKeyError, PartitionKeyKind, PartitionKeyValue,
    PartitionKeyVersion, encode,
};
use crate::value::short::ShortBytes;

/// A point of the hash space that partition key ranges divide: the effective partition key (EPK).
///
/// Written as an even number of upper-case hexadecimal digits. Points compare as byte strings in which trailing
/// zero bytes do not count, because the service hands out the same bound padded or trimmed. Up to 48 bytes
/// (every hash of version 2) are stored inline.
#[derive(Clone)]
pub struct EffectivePartitionKey(PointBytes);

impl EffectivePartitionKey {
    /// The lowest point, printed as the empty text; also the point of the empty key.
    pub const MIN: Self = Self(ShortBytes::EMPTY);

    /// The upper bound of the hash space, `FF`; no key has it.
    pub const MAX: Self = Self(ShortBytes::of_byte(0xFF));

    /// The point of a complete key, or [`MIN`](Self::MIN) for the empty key.
    ///
    /// For the points below a prefix of a hierarchical key see [`EpkRange::prefix`](super::EpkRange::prefix).
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::WrongNumberOfValues`] when the key has fewer or more values than the definition has
    /// paths.
    pub fn of(
        key: &PartitionKey,
        definition: &PartitionKeyDefinition,
    ) -> Result<Self, PartitionKeyError> {
        if !key.is_empty() && !definition.is_complete(key) {
            let (paths, values) = (definition.paths().len(), key.len());
            return Err(PartitionKeyError::WrongNumberOfValues { paths, values });
        }
        Ok(Self::of_values(
            key.values(),
            definition.kind(),
            definition.version(),
        ))
    }

    /// The point of any number of values; what [`of`](Self::of) computes after its checks.
    ///
    /// `MultiHash` always hashes with version 2, and `Range` does not hash.
    pub fn of_values(
        values: &[PartitionKeyValue],
        kind: PartitionKeyKind,
        version: PartitionKeyVersion,
    ) -> Self {
        if values.is_empty() {
            return Self::MIN;
        }
        let bytes = match (kind, version) {
            (PartitionKeyKind::MultiHash, _) => encode::multi_hash(values),
            (PartitionKeyKind::Hash, PartitionKeyVersion::V2) => {
                ShortBytes::from_slice(&encode::hash_v2(values))
            }
            (PartitionKeyKind::Hash, PartitionKeyVersion::V1) => encode::hash_v1(values),
            (PartitionKeyKind::Range, _) => encode::ordered(values),
        };
        Self(bytes)
    }

    /// A point from its bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(ShortBytes::from_slice(bytes))
    }

    /// Reads hexadecimal digits of either case; every byte is kept, trailing zeros too.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::InvalidHex`] for an odd number of digits or anything that is no digit.
    pub fn from_hex(text: &str) -> Result<Self, PartitionKeyError> {
        let invalid = || PartitionKeyError::InvalidHex {
            text: text.chars().take(64).collect(),
        };
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        if !odd.is_empty() {
            return Err(invalid());
        }
        let mut bytes = ShortBytes::EMPTY;
        for [high, low] in pairs {
            let byte = hex_digit(*high)
                .zip(hex_digit(*low))
                .map(|(high, low)| high << 4 | low);
            bytes.push(byte.ok_or_else(invalid)?);
        }
        Ok(Self(bytes))
    }

    /// The bytes, trailing zeros included.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The text: upper-case hexadecimal digits, two per byte.
    pub fn to_hex(&self) -> String {
        let mut text = String::with_capacity(2 * self.as_bytes().len());
        self.hex_digits().for_each(|digit| text.push(digit));
        text
    }

    /// The point after this one among points of the same width: the exclusive end of a range that holds only
    /// this point. Always greater than this point.
    #[must_use]
    pub fn successor(&self) -> Self {
        let mut next = self.0.clone();
        if next.as_slice().is_empty() {
            let mut first = [0; 16];
            first[15] = 1;
            return Self::from_bytes(&first);
        }
        for byte in next.as_mut_slice().iter_mut().rev() {
            let (value, carried) = byte.overflowing_add(1);
            *byte = value;
            if !carried {
                return Self(next);
            }
        }
        self.with_last_byte(1) // all bytes are FF, which no hash is: the next point is a longer one
    }

    fn hex_digits(&self) -> impl Iterator<Item = char> {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digit =
            |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
        let digits = move |byte: &u8| [digit(byte >> 4), digit(byte & 0x0F)];
        self.as_bytes().iter().flat_map(digits)
    }

    /// This point with one more byte.
    pub(super) fn with_last_byte(&self, byte: u8) -> Self {
        let mut longer = self.0.clone();
        longer.push(byte);
        Self(longer)
    }

    /// The bytes that count in comparisons.
    fn significant(&self) -> &[u8] {
        let mut bytes = self.as_bytes();
        while let [rest @ .., 0] = bytes {
            bytes = rest;
        }
        bytes
    }
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl PartialEq for EffectivePartitionKey {
    fn eq(&self, other: &Self) -> bool {
        self.significant() == other.significant()
    }
}

impl Eq for EffectivePartitionKey {}

impl PartialOrd for EffectivePartitionKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EffectivePartitionKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.significant().cmp(other.significant())
    }
}

impl Hash for EffectivePartitionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.significant().hash(state);
    }
}

/// Compares with a hexadecimal text, trailing zeros aside.
impl PartialEq<str> for EffectivePartitionKey {
    fn eq(&self, other: &str) -> bool {
        Self::from_hex(other).is_ok_and(|other| *self == other)
    }
}

/// Compares with a hexadecimal text, trailing zeros aside.
impl PartialEq<&str> for EffectivePartitionKey {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for EffectivePartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hex_digits()
            .try_for_each(|digit| fmt::Write::write_char(f, digit))
    }
}

impl fmt::Debug for EffectivePartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl FromStr for EffectivePartitionKey {
    type Err = PartitionKeyError;

    fn from_str(text: &str) -> Result<Self, PartitionKeyError> {
        Self::from_hex(text)
    }
}

impl TryFrom<&str> for EffectivePartitionKey {
    type Error = PartitionKeyError;

    fn try_from(text: &str) -> Result<Self, PartitionKeyError> {
        Self::from_hex(text)
    }
}

impl TryFrom<String> for EffectivePartitionKey {
    type Error = PartitionKeyError;

    fn try_from(text: String) -> Result<Self, PartitionKeyError> {
        Self::from_hex(&text)
    }
}

impl Serialize for EffectivePartitionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EffectivePartitionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::from_hex(&text).map_err(D::Error::custom)
    }
}
