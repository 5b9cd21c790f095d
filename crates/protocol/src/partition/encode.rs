//! From values to the bytes of a hash point: what is hashed, and the order-preserving form of version 1.
//!
//! | value | marker | payload that is hashed | payload in ordered form |
//! |---|---|---|---|
//! | undefined, null, false, true | `00`…`03` | – | – |
//! | number | `05` | IEEE double, little-endian | 8 bits, then groups of 7 bits |
//! | string | `08` | UTF-8, then `FF` (V2) or `00` (V1) | every byte + 1, then `00` when it fits |

use std::borrow::Cow;

use super::value::Kind;
use super::{PartitionKeyValue, PartitionKeyVersion, murmur3};
use crate::value::short::ShortBytes;

/// The bytes of a point; the inline room holds every hash of version 2.
pub(super) type PointBytes = ShortBytes<48>;

/// Values of up to this many bytes are encoded on the stack.
type Scratch = ShortBytes<128>;

/// Version 2: the 128-bit hash of all values, high half first, with the two top bits cleared.
pub(super) fn hash_v2(values: &[PartitionKeyValue]) -> [u8; 16] {
    let mut encoded = Scratch::EMPTY;
    for value in values {
        write_hashed(value, PartitionKeyVersion::V2, &mut encoded);
    }
    let (low, high) = murmur3::x64_128(encoded.as_slice(), 0);
    let point = (u128::from(high) << 64 | u128::from(low)) & (u128::MAX >> 2);
    point.to_be_bytes()
}

/// `MultiHash`: the version 2 hash of each value, one after the other.
pub(super) fn multi_hash(values: &[PartitionKeyValue]) -> PointBytes {
    let mut bytes = ShortBytes::EMPTY;
    for value in values {
        bytes.extend_from_slice(&hash_v2(std::slice::from_ref(value)));
    }
    bytes
}

/// Version 1: the 32-bit hash as an ordered number, then the values themselves in ordered form.
pub(super) fn hash_v1(values: &[PartitionKeyValue]) -> PointBytes {
    let mut encoded = Scratch::EMPTY;
    for value in values {
        write_hashed(value, PartitionKeyVersion::V1, &mut encoded);
    }
    let hash = murmur3::x86_32(encoded.as_slice(), 0);
    let mut bytes = ShortBytes::EMPTY;
    write_ordered_number(f64::from(hash), &mut bytes);
    for value in values {
        write_ordered(value, Truncation::Utf16Units, &mut bytes);
    }
    bytes
}

/// `Range`: the values in ordered form, without any hash.
pub(super) fn ordered(values: &[PartitionKeyValue]) -> PointBytes {
    let mut bytes = ShortBytes::EMPTY;
    for value in values {
        write_ordered(value, Truncation::BytesOnly, &mut bytes);
    }
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

fn write_ordered<const N: usize>(
    value: &PartitionKeyValue,
    truncation: Truncation,
    out: &mut ShortBytes<N>,
) {
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
            text.bytes()
                .take(MAX_TERMINATED_BYTES + 1)
                .for_each(|byte| out.push(byte.wrapping_add(1)));
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
    let ordered = if bits < SIGN {
        bits ^ SIGN
    } else {
        (!bits).wrapping_add(1)
    };
    let [top, ..] = ordered.to_be_bytes();
    out.push(0x05);
    out.push(top);
    let mut rest = ordered << 8;
    loop {
        let [group, ..] = rest.to_be_bytes();
        rest <<= 7;
        if rest == 0 {
            out.push(group); // its lowest bit is zero, or more would be left
            return;
        }
        out.push(group | 1);
    }
}

/// Reads what [`write_ordered_number`] wrote, from the front of `bytes`.
pub(super) fn read_ordered_number(bytes: &[u8]) -> Option<f64> {
    const SIGN: u64 = 1 << 63;
    let [0x05, top, groups @ ..] = bytes else {
        return None;
    };
    let mut ordered = u64::from(*top) << 56;
    for (group, shift) in groups.iter().zip([49, 42, 35, 28, 21, 14, 7, 0]) {
        ordered |= u64::from(group >> 1) << shift;
        if group & 1 == 0 {
            break;
        }
    }
    let bits = if ordered & SIGN == 0 {
        (!ordered).wrapping_add(1)
    } else {
        ordered ^ SIGN
    };
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
