//! From a key to its point in the hash space.
//!
//! The encodings that are hashed and the order-preserving one of version 1 live here; the hash functions are in
//! [`murmur3`](super::murmur3).
//!
//! | value | marker | payload hashed | payload of the V1 text |
//! |---|---|---|---|
//! | undefined, null, false, true | `00`…`03` | – | – |
//! | number | `05` | IEEE double, little-endian | order-preserving groups of 7 bits |
//! | string | `08` | UTF-8, then `FF` (V2) or `00` (V1) | every byte + 1, then `00` when it fits |

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::value::Kind;
use super::{
    PartitionKey, PartitionKeyDefinition, PartitionKeyError, PartitionKeyKind, PartitionKeyValue,
    PartitionKeyVersion, murmur3,
};
use crate::value::short::ShortBytes;

/// Components up to this many bytes are encoded on the stack.
type Scratch = ShortBytes<128>;

/// A point of the hash space that partition key ranges divide: the effective partition key (EPK).
///
/// Written as an even number of upper-case hexadecimal digits. Points compare as byte strings in which trailing
/// zero bytes do not count, because the service hands out the same bound padded or trimmed. Up to 48 bytes
/// (every hash of version 2) are stored inline.
#[derive(Clone)]
pub struct EffectivePartitionKey(ShortBytes<48>);

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
    pub fn of(key: &PartitionKey, definition: &PartitionKeyDefinition) -> Result<Self, PartitionKeyError> {
        if !key.is_empty() && !definition.is_complete(key) {
            let (paths, values) = (definition.paths().len(), key.len());
            return Err(PartitionKeyError::WrongNumberOfValues { paths, values });
        }
        Ok(Self::of_values(key.values(), definition.kind(), definition.version()))
    }

    /// The point of any number of values; what [`of`](Self::of) computes after its checks.
    ///
    /// `MultiHash` always hashes with version 2, and `Range` does not hash.
    pub fn of_values(values: &[PartitionKeyValue], kind: PartitionKeyKind, version: PartitionKeyVersion) -> Self {
        if values.is_empty() {
            return Self::MIN;
        }
        let bytes = match (kind, version) {
            (PartitionKeyKind::MultiHash, _) => multi_hash(values),
            (PartitionKeyKind::Hash, PartitionKeyVersion::V2) => ShortBytes::from_slice(&hash_v2(values)),
            (PartitionKeyKind::Hash, PartitionKeyVersion::V1) => hash_v1(values),
            (PartitionKeyKind::Range, _) => {
                let mut bytes = ShortBytes::EMPTY;
                values.iter().for_each(|value| write_ordered(value, Truncation::BytesOnly, &mut bytes));
                bytes
            }
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
        let invalid = || PartitionKeyError::InvalidHex { text: text.chars().take(64).collect() };
        let (pairs, odd) = text.as_bytes().as_chunks::<2>();
        if !odd.is_empty() {
            return Err(invalid());
        }
        let mut bytes = ShortBytes::EMPTY;
        for [high, low] in pairs {
            let byte = hex_digit(*high).zip(hex_digit(*low)).map(|(high, low)| high << 4 | low);
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
        fmt::Write::write_fmt(&mut text, format_args!("{self}")).expect("writing to a String cannot fail");
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

/// Version 2: the 128-bit hash of all values, high half first, with the two top bits cleared.
fn hash_v2(values: &[PartitionKeyValue]) -> [u8; 16] {
    let mut encoded = Scratch::EMPTY;
    values.iter().for_each(|value| write_hashed(value, PartitionKeyVersion::V2, &mut encoded));
    let (low, high) = murmur3::x64_128(encoded.as_slice(), 0);
    let point = (u128::from(high) << 64 | u128::from(low)) & (u128::MAX >> 2);
    point.to_be_bytes()
}

fn multi_hash(values: &[PartitionKeyValue]) -> ShortBytes<48> {
    let mut bytes = ShortBytes::EMPTY;
    values.iter().for_each(|value| bytes.extend_from_slice(&hash_v2(std::slice::from_ref(value))));
    bytes
}

/// Version 1: the 32-bit hash as an ordered number, then the values themselves in ordered form.
fn hash_v1(values: &[PartitionKeyValue]) -> ShortBytes<48> {
    let mut encoded = Scratch::EMPTY;
    values.iter().for_each(|value| write_hashed(value, PartitionKeyVersion::V1, &mut encoded));
    let hash = murmur3::x86_32(encoded.as_slice(), 0);
    let mut bytes = ShortBytes::EMPTY;
    write_ordered_number(f64::from(hash), &mut bytes);
    values.iter().for_each(|value| write_ordered(value, Truncation::Utf16Units, &mut bytes));
    bytes
}

fn marker(kind: &Kind<'_>) -> u8 {
    match kind {
        Kind::Undefined => 0x00,
        Kind::Null => 0x01,
        Kind::Bool(false) => 0x02,
        Kind::Bool(true) => 0x03,
        Kind::Number(_) => 0x05,
        Kind::String(_) => 0x08,
    }
}

fn write_hashed(value: &PartitionKeyValue, version: PartitionKeyVersion, out: &mut Scratch) {
    let kind = value.kind();
    out.push(marker(&kind));
    match (kind, version) {
        (Kind::Number(number), _) => out.extend_from_slice(&number.as_f64().to_le_bytes()),
        (Kind::String(text), PartitionKeyVersion::V2) => {
            out.extend_from_slice(text.as_bytes());
            out.push(0xFF);
        }
        (Kind::String(text), PartitionKeyVersion::V1) => {
            out.extend_from_slice(truncate_utf16(text).as_bytes());
            out.push(0x00);
        }
        _ => {}
    }
}

/// How a string is shortened before it is written in ordered form.
#[derive(Clone, Copy)]
enum Truncation {
    /// To the first 100 UTF-16 units, then to 101 bytes.
    Utf16Units,
    /// To 101 bytes only.
    BytesOnly,
}

fn write_ordered<const N: usize>(value: &PartitionKeyValue, truncation: Truncation, out: &mut ShortBytes<N>) {
    const MAX_TERMINATED_BYTES: usize = 100;
    match value.kind() {
        Kind::Number(number) => write_ordered_number(number.as_f64(), out),
        Kind::String(text) => {
            let text = match truncation {
                Truncation::Utf16Units => truncate_utf16(text),
                Truncation::BytesOnly => Cow::Borrowed(text),
            };
            out.push(marker(&value.kind()));
            // UTF-8 holds no FF, so adding one cannot wrap.
            text.bytes().take(MAX_TERMINATED_BYTES + 1).for_each(|byte| out.push(byte.wrapping_add(1)));
            if text.len() <= MAX_TERMINATED_BYTES {
                out.push(0x00);
            }
        }
        kind => out.push(marker(&kind)),
    }
}

/// A double in an encoding whose byte order is the numeric order: the top 8 bits, then groups of 7 bits that say
/// in their lowest bit whether another group follows.
pub(super) fn write_ordered_number<const N: usize>(number: f64, out: &mut ShortBytes<N>) {
    const SIGN: u64 = 1 << 63;
    let bits = number.to_bits();
    let ordered = if bits < SIGN { bits ^ SIGN } else { (!bits).wrapping_add(1) };
    let [top, ..] = ordered.to_be_bytes();
    out.push(0x05);
    out.push(top);
    let mut rest = ordered << 8;
    loop {
        let [group, ..] = rest.to_be_bytes();
        rest <<= 7;
        if rest == 0 {
            out.push(group & 0xFE);
            return;
        }
        out.push(group | 1);
    }
}

/// Reads what [`write_ordered_number`] wrote, from the front of `bytes`.
pub(super) fn read_ordered_number(bytes: &[u8]) -> Option<f64> {
    const SIGN: u64 = 1 << 63;
    let [0x05, top, groups @ ..] = bytes else { return None };
    let mut ordered = u64::from(*top) << 56;
    for (group, shift) in groups.iter().zip([49, 42, 35, 28, 21, 14, 7, 0]) {
        ordered |= u64::from(group >> 1) << shift;
        if group & 1 == 0 {
            break;
        }
    }
    let bits = if ordered & SIGN == 0 { (!ordered).wrapping_add(1) } else { ordered ^ SIGN };
    Some(f64::from_bits(bits)).filter(|number| number.is_finite())
}

/// The first 100 UTF-16 units of `text`; a surrogate pair that is cut in two becomes U+FFFD.
fn truncate_utf16(text: &str) -> Cow<'_, str> {
    const MAX_UNITS: usize = 100;
    if text.len() <= MAX_UNITS {
        return Cow::Borrowed(text); // never more units than bytes
    }
    let mut units = 0;
    for (at, ch) in text.char_indices() {
        let head = text.get(..at).unwrap_or_default();
        if units == MAX_UNITS {
            return Cow::Borrowed(head);
        }
        units += ch.len_utf16();
        if units > MAX_UNITS {
            return Cow::Owned([head, "\u{FFFD}"].concat());
        }
    }
    Cow::Borrowed(text)
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
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or_default());
        for byte in self.as_bytes() {
            fmt::Write::write_char(f, digit(byte >> 4))?;
            fmt::Write::write_char(f, digit(byte & 0x0F))?;
        }
        Ok(())
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
