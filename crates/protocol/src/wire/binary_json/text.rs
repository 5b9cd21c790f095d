//! The many forms of a string: plain, fixed, packed, referred to.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE};

use super::BinaryJsonError;
use super::cursor::{Cursor, Width};
use super::marker::{
    BASE64_1, BASE64_2, BASE64_URL_1, BASE64_URL_2, BLOB_1, BLOB_2, BLOB_4, DATE_TIME,
    DICTIONARY_STRING, DICTIONARY_STRING_LAST, GUID, GUID_LOWER, GUID_QUOTED, GUID_UPPER,
    HEX_LOWER, HEX_UPPER, PACKED_4, PACKED_5, PACKED_6, PACKED_7_1, PACKED_7_2, REFERENCE_1,
    REFERENCE_2, REFERENCE_3, REFERENCE_4, SHORT_STRING, SHORT_STRING_LAST, STRING_1, STRING_2,
    STRING_4, SYSTEM_STRING, SYSTEM_STRINGS,
};

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";
const DATE: &[u8; 16] = b" 0123456789:-.TZ";

/// A string or what becomes one; `None`, with nothing read, when the next value is something else.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cow<'a, str>>, BinaryJsonError> {
    let offset = cursor.offset();
    let Some(marker) = cursor.peek() else {
        return Err(BinaryJsonError::Truncated { offset });
    };
    let mut after = cursor.clone();
    after.byte()?;
    let found = match marker {
        GUID => Some(Cow::Owned(guid_value(&mut after)?)),
        BLOB_1 => Some(blob(&mut after, Width::One)?),
        BLOB_2 => Some(blob(&mut after, Width::Two)?),
        BLOB_4 => Some(blob(&mut after, Width::Four)?),
        REFERENCE_1 => Some(reference(&mut after, Width::One, offset)?),
        REFERENCE_2 => Some(reference(&mut after, Width::Two, offset)?),
        REFERENCE_3 => Some(reference(&mut after, Width::Three, offset)?),
        REFERENCE_4 => Some(reference(&mut after, Width::Four, offset)?),
        _ => own(&mut after, marker, offset)?,
    };
    if found.is_some() {
        *cursor = after;
    }
    Ok(found)
}

/// The name of a member, which is a string and no blob.
pub(super) fn read_name<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, BinaryJsonError> {
    let offset = cursor.offset();
    let marker = cursor.peek().unwrap_or_default();
    match marker {
        GUID | BLOB_1 | BLOB_2 | BLOB_4 => Err(BinaryJsonError::Marker { marker, offset }),
        _ => read(cursor)?.ok_or(BinaryJsonError::Marker { marker, offset }),
    }
}

/// A string that stands where its marker is; `None` for other markers.
fn own<'a>(
    cursor: &mut Cursor<'a>,
    marker: u8,
    offset: usize,
) -> Result<Option<Cow<'a, str>>, BinaryJsonError> {
    let text = match marker {
        SYSTEM_STRING..DICTIONARY_STRING => {
            let index = usize::from(marker - SYSTEM_STRING);
            Cow::Borrowed(SYSTEM_STRINGS.get(index).copied().unwrap_or_default())
        }
        DICTIONARY_STRING..=DICTIONARY_STRING_LAST => {
            return Err(BinaryJsonError::DictionaryString { offset });
        }
        BASE64_1 => base64(cursor, Width::One, &STANDARD, offset)?,
        BASE64_2 => base64(cursor, Width::Two, &STANDARD, offset)?,
        BASE64_URL_1 => base64(cursor, Width::One, &URL_SAFE, offset)?,
        BASE64_URL_2 => base64(cursor, Width::Two, &URL_SAFE, offset)?,
        GUID_LOWER => Cow::Owned(guid_text(cursor, LOWER)?),
        GUID_UPPER => Cow::Owned(guid_text(cursor, UPPER)?),
        GUID_QUOTED => Cow::Owned(format!("\"{}\"", guid_text(cursor, LOWER)?)),
        HEX_LOWER => nibbles(cursor, LOWER, offset)?,
        HEX_UPPER => nibbles(cursor, UPPER, offset)?,
        DATE_TIME => nibbles(cursor, DATE, offset)?,
        PACKED_4 => packed(cursor, 4, Width::One, offset)?,
        PACKED_5 => packed(cursor, 5, Width::One, offset)?,
        PACKED_6 => packed(cursor, 6, Width::One, offset)?,
        PACKED_7_1 => packed(cursor, 7, Width::One, offset)?,
        PACKED_7_2 => packed(cursor, 7, Width::Two, offset)?,
        SHORT_STRING..=SHORT_STRING_LAST => {
            plain(cursor, usize::from(marker - SHORT_STRING), offset)?
        }
        STRING_1 => prefixed(cursor, Width::One, offset)?,
        STRING_2 => prefixed(cursor, Width::Two, offset)?,
        STRING_4 => prefixed(cursor, Width::Four, offset)?,
        _ => return Ok(None),
    };
    Ok(Some(text))
}

fn plain<'a>(
    cursor: &mut Cursor<'a>,
    length: usize,
    offset: usize,
) -> Result<Cow<'a, str>, BinaryJsonError> {
    let bytes = cursor.take(length)?;
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|_| BinaryJsonError::String { offset })
}

fn prefixed<'a>(
    cursor: &mut Cursor<'a>,
    width: Width,
    offset: usize,
) -> Result<Cow<'a, str>, BinaryJsonError> {
    let length = cursor.unsigned(width)?;
    plain(cursor, length, offset)
}

/// The string at another offset, which must be an earlier one and no reference itself.
fn reference<'a>(
    cursor: &mut Cursor<'a>,
    width: Width,
    offset: usize,
) -> Result<Cow<'a, str>, BinaryJsonError> {
    let target = cursor.unsigned(width)?;
    let broken = BinaryJsonError::Reference { offset, target };
    if target == 0 || target >= offset {
        return Err(broken);
    }
    let mut there = cursor.at_offset(target);
    let marker = there.byte()?;
    own(&mut there, marker, target)?.ok_or(broken)
}

/// Bytes as base64: number of groups of four characters, padding, bytes. Padding above 2 is the complement of a
/// padding that the text leaves out.
fn base64<'a>(
    cursor: &mut Cursor<'a>,
    width: Width,
    alphabet: &GeneralPurpose,
    offset: usize,
) -> Result<Cow<'a, str>, BinaryJsonError> {
    let broken = BinaryJsonError::Length { offset };
    let groups = cursor.unsigned(width)?;
    let stored = cursor.byte()?;
    let (padding, written) = if stored > 2 {
        (!stored, false)
    } else {
        (stored, true)
    };
    let padding = usize::from(padding);
    if padding > 2 || (padding > 0 && groups == 0) {
        return Err(broken);
    }
    let bytes = cursor.take((groups * 3).checked_sub(padding).ok_or(broken)?)?;
    let mut text = alphabet.encode(bytes);
    if !written {
        text.truncate(groups * 4 - padding);
    }
    Ok(Cow::Owned(text))
}

fn blob<'a>(cursor: &mut Cursor<'a>, width: Width) -> Result<Cow<'a, str>, BinaryJsonError> {
    let length = cursor.unsigned(width)?;
    Ok(Cow::Owned(STANDARD.encode(cursor.take(length)?)))
}

/// The digits of two nibbles, the low one first.
fn digits(byte: u8, table: &[u8; 16]) -> [char; 2] {
    let digit =
        |nibble: u8| char::from(table.get(usize::from(nibble)).copied().unwrap_or_default());
    [digit(byte & 0x0F), digit(byte >> 4)]
}

/// Sixteen bytes of two digits each, the low nibble first, in groups of 8-4-4-4-12 digits.
fn guid_text(cursor: &mut Cursor<'_>, table: &[u8; 16]) -> Result<String, BinaryJsonError> {
    let bytes: [u8; 16] = cursor.array()?;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.extend(digits(byte, table));
    }
    Ok(text)
}

/// A GUID as .NET keeps it: the first three groups little-endian.
fn guid_value(cursor: &mut Cursor<'_>) -> Result<String, BinaryJsonError> {
    Ok(uuid::Uuid::from_bytes_le(cursor.array()?)
        .hyphenated()
        .to_string())
}

/// Characters out of a table of sixteen: their number, then two in a byte, the low nibble first.
fn nibbles<'a>(
    cursor: &mut Cursor<'a>,
    table: &[u8; 16],
    offset: usize,
) -> Result<Cow<'a, str>, BinaryJsonError> {
    let length = cursor.unsigned(Width::One)?;
    let bytes = cursor.take(length.div_ceil(2))?;
    let odd_rest = if length % 2 == 1 {
        bytes.last().map_or(0, |byte| byte >> 4)
    } else {
        0
    };
    if odd_rest != 0 {
        return Err(BinaryJsonError::String { offset });
    }
    Ok(Cow::Owned(
        bytes
            .iter()
            .flat_map(|byte| digits(*byte, table))
            .take(length)
            .collect(),
    ))
}

/// ASCII characters of so many bits each: their number, for less than 7 bits the character that 0 stands for,
/// then a stream of bits, the lowest first.
fn packed<'a>(
    cursor: &mut Cursor<'a>,
    bits: u32,
    width: Width,
    offset: usize,
) -> Result<Cow<'a, str>, BinaryJsonError> {
    let length = cursor.unsigned(width)?;
    let base = if bits < 7 {
        u32::from(cursor.byte()?)
    } else {
        0
    };
    let bits_each = usize::try_from(bits).map_err(|_| BinaryJsonError::Length { offset })?;
    let mut bytes = cursor.take((length * bits_each).div_ceil(8))?.iter();
    let mut text = String::with_capacity(length);
    let (mut window, mut filled) = (0u32, 0u32);
    for _ in 0..length {
        if filled < bits {
            window |= u32::from(bytes.next().copied().unwrap_or_default()) << filled;
            filled += 8;
        }
        let code = base + (window & ((1 << bits) - 1));
        window >>= bits;
        filled -= bits;
        let ascii = char::from_u32(code)
            .filter(char::is_ascii)
            .ok_or(BinaryJsonError::String { offset })?;
        text.push(ascii);
    }
    Ok(Cow::Owned(text))
}
