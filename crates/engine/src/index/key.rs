//! Keys of index entries: values as bytes whose order is that of the values.
//!
//! | value | bytes |
//! |---|---|
//! | undefined, null, false, true | `01`, `02`, `03`, `04` |
//! | number | `05`, the nearest double (sign bit flipped, or all bits of a negative), what an integer has above it + 2^15 |
//! | string | `06`, UTF-8 with `00` as `00 FF`, `00 00` |
//! | array, object | `07`, `08`, structural hash |
//!
//! Cells are their numbers, eight bytes; they stand in indexes of their own.
//! Keys of several paths follow each other; of a path in descending order all bits are inverted.

use std::{cmp::Ordering, ops::Bound, sync::Arc};

use cosmokit_protocol::value::{Number, TypeRank};
use cosmokit_query::{
    ast::Direction,
    value::{OrderKey, Value},
};

/// Longest key that needs no allocation of its own: any number, most ids and words.
const SHORT: usize = 22;

/// A key.
#[derive(Clone, Debug)]
pub(crate) enum IndexKey {
    /// How many bytes, and they.
    Short(u8, [u8; SHORT]),
    Long(Arc<[u8]>),
}

impl IndexKey {
    /// The key of these values.
    pub(crate) fn of<'k>(values: impl IntoIterator<Item = (&'k OrderKey, Direction)>) -> Self {
        let mut bytes = Vec::with_capacity(32);
        for (value, direction) in values {
            let start = bytes.len();
            write(value, &mut bytes);
            if direction == Direction::Descending {
                for byte in bytes.iter_mut().skip(start) {
                    *byte = !*byte;
                }
            }
        }
        Self::from_bytes(&bytes)
    }

    /// The key of one value as an item has it; without an allocation when it is short.
    pub(crate) fn of_found(value: &Value<'_>, direction: Direction) -> Self {
        let rest: &[&[u8]] = match value {
            Value::Undefined | Value::Null | Value::Boolean(_) => &[],
            Value::Number(number) => {
                let (double, above) = parts(*number);
                &[&double.to_be_bytes(), &above.to_be_bytes()]
            }
            Value::String(text) if text.len() + 3 <= SHORT && !text.contains('\0') => {
                &[text.as_bytes(), &[0, 0]]
            }
            _ => return Self::of([(&OrderKey::from(value), direction)]),
        };
        let mut short = [0; SHORT];
        let tag = first_tag(value.rank()) + u8::from(value.is_true());
        let bytes = std::iter::once(&tag).chain(rest.iter().copied().flatten());
        let mut length = 0;
        for (place, byte) in short.iter_mut().zip(bytes) {
            *place = match direction {
                Direction::Ascending => *byte,
                Direction::Descending => !*byte,
            };
            length += 1;
        }
        Self::Short(length, short)
    }

    /// The key of one value.
    pub(crate) fn of_value(value: &OrderKey) -> Self {
        Self::of([(value, Direction::Ascending)])
    }

    /// The key of a cell of the globe or the plane.
    pub(crate) fn of_cell(cell: u64) -> Self {
        Self::from_bytes(&cell.to_be_bytes())
    }

    /// The place before all keys of a type.
    pub(crate) fn before_type(rank: TypeRank) -> Self {
        Self::from_bytes(&[first_tag(rank)])
    }

    /// The place behind all keys of a type.
    pub(crate) fn behind_type(rank: TypeRank) -> Self {
        let tag = first_tag(rank) + u8::from(rank == TypeRank::Boolean) + 1;
        Self::from_bytes(&[tag])
    }

    /// The places before and behind all strings that start with `prefix`.
    pub(crate) fn around_prefix(prefix: &str) -> (Self, Self) {
        let mut bytes = vec![first_tag(TypeRank::String)];
        write_text(prefix, &mut bytes);
        (
            Self::from_bytes(&bytes),
            Self::from_bytes(&successor(bytes)),
        )
    }

    /// The key of these bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut short = [0; SHORT];
        match (short.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(bytes);
                Self::Short(length, short)
            }
            _ => Self::Long(bytes.into()),
        }
    }

    /// The key without the first bytes, which are those of other paths.
    pub(crate) fn behind(&self, bytes: usize) -> Self {
        if bytes == 0 {
            return self.clone();
        }
        Self::from_bytes(self.bytes().get(bytes..).unwrap_or_default())
    }

    /// The key with bytes of other paths before it.
    pub(crate) fn led_by(&self, bytes: &[u8]) -> Self {
        Self::from_bytes(&[bytes, self.bytes()].concat())
    }

    /// The number that the key is of, to the nearest double, when it begins with one.
    pub(crate) fn number(&self) -> Option<f64> {
        let (tag, rest) = self.bytes().split_first()?;
        let bits = u64::from_be_bytes(*rest.first_chunk()?);
        let bits = if bits >> 63 == 0 {
            !bits
        } else {
            bits & !(1 << 63)
        };
        (*tag == first_tag(TypeRank::Number)).then(|| f64::from_bits(bits))
    }

    /// The text that the key is of, when it is of one text without zeros.
    pub(crate) fn text(&self) -> Option<&str> {
        let (tag, rest) = self.bytes().split_first()?;
        let text = rest.strip_suffix(&[0, 0])?;
        let is_text = *tag == first_tag(TypeRank::String);
        std::str::from_utf8(text).ok().filter(|_| is_text)
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Short(length, bytes) => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(bytes) => bytes,
        }
    }
}

impl PartialEq for IndexKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for IndexKey {}

impl PartialOrd for IndexKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IndexKey {
    fn cmp(&self, other: &Self) -> Ordering {
        // Mostly the first bytes decide; behind the end of a short key there are zeros.
        if let (Self::Short(_, one), Self::Short(_, other)) = (self, other) {
            let first = |bytes: &[u8; SHORT]| bytes.first_chunk().copied().map(u64::from_be_bytes);
            let order = first(one).cmp(&first(other));
            if order.is_ne() {
                return order;
            }
        }
        self.bytes().cmp(other.bytes())
    }
}

/// An entry of an index: a key that an item has, and the item's ordinal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IndexEntry {
    /// The key.
    pub(crate) key: IndexKey,
    /// The item.
    pub(crate) ordinal: u64,
}

/// Keys between two places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRange {
    /// Where it begins.
    pub(crate) low: Bound<IndexKey>,
    /// Where it ends.
    pub(crate) high: Bound<IndexKey>,
}

impl KeyRange {
    /// The keys of several paths of which the first have these bytes.
    pub(crate) fn under(bytes: &[u8]) -> Self {
        Self::half_open(
            IndexKey::from_bytes(bytes),
            IndexKey::from_bytes(&successor(bytes.to_vec())),
        )
    }

    /// The keys of several paths of which the first have these bytes and the next lies in a range.
    pub(crate) fn under_range(bytes: &[u8], range: &Self) -> Self {
        let joined = |key: &IndexKey| [bytes, key.bytes()].concat();
        let whole = Self::under(bytes);
        // More values follow: what begins with a key belongs to it.
        let low = match &range.low {
            Bound::Included(key) => Bound::Included(IndexKey::from_bytes(&joined(key))),
            Bound::Excluded(key) => Bound::Included(IndexKey::from_bytes(&successor(joined(key)))),
            Bound::Unbounded => whole.low,
        };
        let high = match &range.high {
            Bound::Included(key) => Bound::Excluded(IndexKey::from_bytes(&successor(joined(key)))),
            Bound::Excluded(key) => Bound::Excluded(IndexKey::from_bytes(&joined(key))),
            Bound::Unbounded => whole.high,
        };
        Self { low, high }
    }

    /// One key.
    pub(crate) fn one(key: IndexKey) -> Self {
        Self {
            low: Bound::Included(key.clone()),
            high: Bound::Included(key),
        }
    }

    /// Keys from `low` on, before `high`.
    pub(crate) fn half_open(low: IndexKey, high: IndexKey) -> Self {
        Self {
            low: Bound::Included(low),
            high: Bound::Excluded(high),
        }
    }

    /// Every key of a value that is there.
    pub(crate) fn defined() -> Self {
        Self {
            low: Bound::Included(IndexKey::before_type(TypeRank::Null)),
            high: Bound::Unbounded,
        }
    }

    /// Whether this is one key, of which items come in the order of insertion.
    pub(crate) fn single(&self) -> Option<&IndexKey> {
        match (&self.low, &self.high) {
            (Bound::Included(low), Bound::Included(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// The bounds of the entries.
    pub(crate) fn entries(&self) -> (Bound<IndexEntry>, Bound<IndexEntry>) {
        let at = |key: &IndexKey, ordinal| IndexEntry {
            key: key.clone(),
            ordinal,
        };
        let low = match &self.low {
            Bound::Included(key) => Bound::Included(at(key, 0)),
            Bound::Excluded(key) => Bound::Excluded(at(key, u64::MAX)),
            Bound::Unbounded => Bound::Unbounded,
        };
        let high = match &self.high {
            Bound::Included(key) => Bound::Included(at(key, u64::MAX)),
            Bound::Excluded(key) => Bound::Excluded(at(key, 0)),
            Bound::Unbounded => Bound::Unbounded,
        };
        (low, high)
    }

    /// Leaves only what lies in another range too.
    pub(crate) fn narrow(&mut self, other: &Self) {
        let low = |bound: &Bound<IndexKey>| match bound {
            Bound::Included(key) => Some((key.clone(), 0)),
            Bound::Excluded(key) => Some((key.clone(), 1)),
            Bound::Unbounded => None,
        };
        if low(&other.low) > low(&self.low) {
            self.low = other.low.clone();
        }
        // No end is behind every end; of equal ends, the one without its key comes first.
        let high = |bound: &Bound<IndexKey>| match bound {
            Bound::Included(key) => (false, Some((key.clone(), 1))),
            Bound::Excluded(key) => (false, Some((key.clone(), 0))),
            Bound::Unbounded => (true, None),
        };
        if high(&other.high) < high(&self.high) {
            self.high = other.high.clone();
        }
    }

    /// Whether no key can lie in it.
    pub(crate) fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Bound::Included(low), Bound::Included(high)) => low > high,
            (Bound::Included(low) | Bound::Excluded(low), Bound::Excluded(high))
            | (Bound::Excluded(low), Bound::Included(high)) => low >= high,
            _ => false,
        }
    }
}

const fn first_tag(rank: TypeRank) -> u8 {
    match rank {
        TypeRank::Undefined => 1,
        TypeRank::Null => 2,
        TypeRank::Boolean => 3,
        TypeRank::Number => 5,
        TypeRank::String => 6,
        TypeRank::Array => 7,
        TypeRank::Object => 8,
    }
}

fn write(value: &OrderKey, bytes: &mut Vec<u8>) {
    bytes.push(first_tag(value.rank()) + u8::from(*value == OrderKey::Boolean(true)));
    match value {
        OrderKey::Undefined | OrderKey::Null | OrderKey::Boolean(_) => {}
        OrderKey::Number(number) => {
            let (double, above) = parts(*number);
            bytes.extend_from_slice(&double.to_be_bytes());
            bytes.extend_from_slice(&above.to_be_bytes());
        }
        OrderKey::String(text) => {
            write_text(text, bytes);
            bytes.extend_from_slice(&[0, 0]);
        }
        OrderKey::Array(hash) | OrderKey::Object(hash) => bytes.extend_from_slice(hash),
    }
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    for byte in text.bytes() {
        bytes.push(byte);
        if byte == 0 {
            bytes.push(0xFF);
        }
    }
}

/// The nearest double as bits in the order of numbers, and how far an integer lies above it.
fn parts(number: Number) -> (u64, u16) {
    const MIDDLE: u16 = 1 << 15;
    // NaN, which no document holds, sorts first; zero has one sign.
    let double = number.as_f64() + 0.0;
    let bits = if number.is_nan() {
        return (0, MIDDLE);
    } else if double.is_sign_negative() {
        !double.to_bits()
    } else {
        double.to_bits() | 1 << 63
    };
    let above = match number.as_i64() {
        Some(exact) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a double that is near a 64-bit integer fits 128 bits"
            )]
            let near = double as i128;
            i16::try_from(i128::from(exact) - near).unwrap_or_default()
        }
        None => 0,
    };
    (bits, MIDDLE.wrapping_add_signed(above))
}

/// The shortest bytes that sort behind everything which starts with these.
fn successor(mut bytes: Vec<u8>) -> Vec<u8> {
    while let Some(last) = bytes.pop() {
        if let Some(next) = last.checked_add(1) {
            bytes.push(next);
            return bytes;
        }
    }
    // No key starts with this byte alone.
    vec![0xFF; 1]
}
