//! JSON text to binary JSON: the subset of the format that the published Rust client writes.
//!
//! Small integers stand in their marker, others have 8 bytes; strings are plain; arrays and objects carry length
//! and count. Nothing is packed or referred to, so every reader understands it.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::BinaryJsonError;
use super::marker::{
    ARRAY, FALSE, LITERAL_INT_END, NULL, NUMBER_F64, NUMBER_I64, NUMBER_U64, OBJECT, PREAMBLE,
    SHORT_STRING, SHORT_STRING_LAST, STRING_1, STRING_2, STRING_4, TRUE, WITH_COUNT,
};

/// The most arrays and objects inside one another.
const MAX_DEPTH: usize = 128;

/// Encodes JSON text. The order of members, and duplicates among them, stay. Integers of up to 64 bits keep all
/// their digits, larger ones and fractions become doubles.
///
/// ```
/// use cosmokit_protocol::wire::binary_json::{decode, encode};
///
/// let binary = encode(br#"{ "n": 9007199254740993 }"#)?;
/// assert_eq!(decode(&binary)?, br#"{"n":9007199254740993}"#);
/// # Ok::<(), cosmokit_protocol::wire::binary_json::BinaryJsonError>(())
/// ```
///
/// # Errors
/// [`BinaryJsonError::NotJson`] when `text` is not one JSON value, or nested beyond the depth of the JSON reader
/// (127); [`BinaryJsonError::TooLarge`] beyond 4 GiB.
pub fn encode(text: &[u8]) -> Result<Vec<u8>, BinaryJsonError> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let mut out = Vec::with_capacity(text.len().saturating_add(16));
    out.push(PREAMBLE);
    Encoder {
        out: &mut out,
        depth: 0,
    }
    .deserialize(&mut reader)
    .map_err(|error| not_json(&error))?;
    reader.end().map_err(|error| not_json(&error))?;
    check_size(out)
}

/// Encodes a JSON value.
///
/// # Errors
/// [`BinaryJsonError::NotJson`] when it is nested more than 128 deep, [`BinaryJsonError::TooLarge`] beyond 4 GiB.
pub fn encode_value(value: &Value) -> Result<Vec<u8>, BinaryJsonError> {
    let mut out = vec![PREAMBLE];
    Encoder {
        out: &mut out,
        depth: 0,
    }
    .deserialize(value)
    .map_err(|error| not_json(&error))?;
    check_size(out)
}

fn not_json(error: &serde_json::Error) -> BinaryJsonError {
    BinaryJsonError::NotJson(error.to_string().into())
}

/// Lengths have at most 4 bytes, so a larger body has broken ones.
fn check_size(out: Vec<u8>) -> Result<Vec<u8>, BinaryJsonError> {
    if u32::try_from(out.len()).is_ok() {
        return Ok(out);
    }
    Err(BinaryJsonError::TooLarge {
        limit: usize::try_from(u32::MAX).unwrap_or(usize::MAX),
    })
}

/// Writes whatever a reader of JSON finds to the end of `out`.
struct Encoder<'o> {
    out: &'o mut Vec<u8>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Encoder<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Encoder<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.out.push(NULL);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.out.push(if value { TRUE } else { FALSE });
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        match u8::try_from(value) {
            Ok(small @ ..LITERAL_INT_END) => self.out.push(small),
            _ => put_number(self.out, NUMBER_I64, value.to_le_bytes()),
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        if let Ok(value) = i64::try_from(value) {
            return self.visit_i64(value);
        }
        put_number(self.out, NUMBER_U64, value.to_le_bytes());
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if value.is_finite() {
            put_number(self.out, NUMBER_F64, value.to_le_bytes());
        } else {
            self.out.push(NULL);
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        put_string(self.out, text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let depth = deeper(self.depth)?;
        let frame = Frame::open(self.out);
        let mut count = 0;
        while elements
            .next_element_seed(Encoder {
                out: self.out,
                depth,
            })?
            .is_some()
        {
            count += 1;
        }
        frame.close(self.out, ARRAY + WITH_COUNT, count);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let depth = deeper(self.depth)?;
        let frame = Frame::open(self.out);
        let mut count = 0;
        while members
            .next_key_seed(Encoder {
                out: self.out,
                depth,
            })?
            .is_some()
        {
            members.next_value_seed(Encoder {
                out: self.out,
                depth,
            })?;
            count += 1;
        }
        frame.close(self.out, OBJECT + WITH_COUNT, count);
        Ok(())
    }
}

fn deeper<E: Error>(depth: usize) -> Result<usize, E> {
    if depth < MAX_DEPTH {
        Ok(depth + 1)
    } else {
        Err(E::custom("nested more than 128 deep"))
    }
}

fn put_number(out: &mut Vec<u8>, marker: u8, bytes: [u8; 8]) {
    out.push(marker);
    out.extend_from_slice(&bytes);
}

fn put_string(out: &mut Vec<u8>, text: &str) {
    if let Ok(length) = u8::try_from(text.len()) {
        if length <= SHORT_STRING_LAST - SHORT_STRING {
            out.push(SHORT_STRING + length);
        } else {
            out.extend_from_slice(&[STRING_1, length]);
        }
    } else if let Ok(length) = u16::try_from(text.len()) {
        out.push(STRING_2);
        out.extend_from_slice(&length.to_le_bytes());
    } else {
        out.push(STRING_4);
        out.extend_from_slice(&saturated(text.len()).to_le_bytes());
    }
    out.extend_from_slice(text.as_bytes());
}

/// A length of 4 bytes; larger ones are refused at the end.
fn saturated(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// An array or object whose length is not known yet. Room for the smallest head is kept before the content; a
/// larger head moves the content, which only happens from 256 bytes on.
struct Frame {
    head: usize,
}

/// Marker, length and count of one byte each.
const SMALL_HEAD: usize = 3;

impl Frame {
    fn open(out: &mut Vec<u8>) -> Self {
        let head = out.len();
        out.extend_from_slice(&[0; SMALL_HEAD]);
        Self { head }
    }

    /// Writes the head; `marker` is the one for a length and count of one byte.
    fn close(self, out: &mut Vec<u8>, marker: u8, count: usize) {
        let length = out.len().saturating_sub(self.head + SMALL_HEAD);
        if let (Ok(length), Ok(count)) = (u8::try_from(length), u8::try_from(count)) {
            if let Some(head) = out.get_mut(self.head..self.head + SMALL_HEAD) {
                head.copy_from_slice(&[marker, length, count]);
            }
            return;
        }
        let mut head = Vec::with_capacity(9);
        if let (Ok(length), Ok(count)) = (u16::try_from(length), u16::try_from(count)) {
            head.push(marker + 1);
            head.extend_from_slice(&length.to_le_bytes());
            head.extend_from_slice(&count.to_le_bytes());
        } else {
            head.push(marker + 2);
            head.extend_from_slice(&saturated(length).to_le_bytes());
            head.extend_from_slice(&saturated(count).to_le_bytes());
        }
        out.splice(self.head..self.head + SMALL_HEAD, head);
    }
}
