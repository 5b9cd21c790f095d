//! The partition key header: a JSON array, ASCII only, in which `{}` stands for an absent property.

use std::fmt::{self, Write};

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};

use super::value::{Kind, Number};
use super::{PartitionKey, PartitionKeyError, PartitionKeyValue};

impl PartitionKey {
    /// The value of the `x-ms-documentdb-partitionkey` header: compact JSON in ASCII, `[]` for the empty key.
    pub fn to_header(&self) -> String {
        // Brackets; per value a comma and what fits most: a number, or a text in quotes with few escapes.
        let room = |value: &PartitionKeyValue| value.as_str().map_or(20, str::len) + 8;
        let mut out = String::with_capacity(2 + self.values().iter().map(room).sum::<usize>());
        self.write_header(&mut out).unwrap_or_default(); // a String takes everything
        out
    }

    /// Appends what [`to_header`](Self::to_header) returns to `out`.
    ///
    /// # Errors
    ///
    /// Whatever `out` fails with.
    pub fn write_header(&self, out: &mut impl Write) -> fmt::Result {
        out.write_char('[')?;
        for (index, value) in self.values().iter().enumerate() {
            if index > 0 {
                out.write_char(',')?;
            }
            write_value(value, out)?;
        }
        out.write_char(']')
    }

    /// Reads a header value: a JSON array of up to three strings, numbers, booleans, nulls and `{}`.
    ///
    /// # Errors
    ///
    /// [`PartitionKeyError::InvalidHeader`] for anything else, [`PartitionKeyError::TooManyValues`] for more
    /// than three values.
    pub fn from_header(header: &str) -> Result<Self, PartitionKeyError> {
        let mut reader = serde_json::Deserializer::from_str(header);
        let values = reader
            .deserialize_seq(KeyVisitor)
            .and_then(|values| reader.end().map(|()| values));
        values
            .map_err(|error| PartitionKeyError::InvalidHeader {
                reason: error.to_string(),
            })?
            .into_key()
    }
}

impl fmt::Display for PartitionKey {
    /// Prints the header form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_header(f)
    }
}

/// Appends one value in its header form.
pub(super) fn write_value(value: &PartitionKeyValue, out: &mut impl Write) -> fmt::Result {
    match value.kind() {
        Kind::Undefined => out.write_str("{}"),
        Kind::Null => out.write_str("null"),
        Kind::Bool(true) => out.write_str("true"),
        Kind::Bool(false) => out.write_str("false"),
        Kind::Number(number) => write_number(number, out),
        Kind::String(text) => write_ascii_string(text, out),
    }
}

/// Integral numbers print without a fraction; `-0` and exponents stay as JSON allows them.
fn write_number(number: Number, out: &mut impl Write) -> fmt::Result {
    match number {
        Number::Signed(value) => write!(out, "{value}"),
        Number::Unsigned(value) => write!(out, "{value}"),
        Number::Double(value) if value.fract() == 0.0 && value.abs() < 1e16 => {
            write!(out, "{value:.0}")
        }
        Number::Double(value) => write!(out, "{value:?}"),
    }
}

fn write_ascii_string(text: &str, out: &mut impl Write) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.find(|ch: char| !is_plain(ch)) {
        let (plain, special) = rest.split_at(at);
        out.write_str(plain)?;
        let mut chars = special.chars();
        if let Some(ch) = chars.next() {
            write_escaped(ch, out)?;
        }
        rest = chars.as_str();
    }
    out.write_str(rest)?;
    out.write_char('"')
}

fn is_plain(ch: char) -> bool {
    matches!(ch, ' '..='~') && ch != '"' && ch != '\\'
}

fn write_escaped(ch: char, out: &mut impl Write) -> fmt::Result {
    match ch {
        '"' | '\\' => write!(out, "\\{ch}"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ => ch
            .encode_utf16(&mut [0; 2])
            .iter()
            .try_for_each(|unit| write!(out, "\\u{unit:04x}")),
    }
}

/// Values as read; more than fit a key are counted and not kept.
struct ReadValues {
    key: PartitionKey,
    count: usize,
}

impl ReadValues {
    fn into_key(self) -> Result<PartitionKey, PartitionKeyError> {
        if self.count > PartitionKey::MAX_VALUES {
            Err(PartitionKeyError::TooManyValues { actual: self.count })
        } else {
            Ok(self.key)
        }
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = ReadValues;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of partition key values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ReadValues, A::Error> {
        let mut read = ReadValues {
            key: PartitionKey::EMPTY,
            count: 0,
        };
        while let Some(value) = seq.next_element::<PartitionKeyValue>()? {
            read.count += 1;
            if read.count <= PartitionKey::MAX_VALUES {
                read.key.push(value).map_err(A::Error::custom)?;
            }
        }
        Ok(read)
    }
}

impl<'de> Deserialize<'de> for PartitionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_seq(KeyVisitor)?
            .into_key()
            .map_err(D::Error::custom)
    }
}

impl Serialize for PartitionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for value in self.values() {
            seq.serialize_element(value)?;
        }
        seq.end()
    }
}

impl Serialize for PartitionKeyValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.kind() {
            Kind::Undefined => serializer.serialize_map(Some(0))?.end(),
            Kind::Null => serializer.serialize_unit(),
            Kind::Bool(value) => serializer.serialize_bool(value),
            Kind::String(text) => serializer.serialize_str(text),
            Kind::Number(Number::Signed(value)) => serializer.serialize_i64(value),
            Kind::Number(Number::Unsigned(value)) => serializer.serialize_u64(value),
            Kind::Number(Number::Double(value)) => serializer.serialize_f64(value),
        }
    }
}

impl<'de> Deserialize<'de> for PartitionKeyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = PartitionKeyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string, a number, a boolean, null or {}")
    }

    fn visit_unit<E>(self) -> Result<PartitionKeyValue, E> {
        Ok(PartitionKeyValue::NULL)
    }

    fn visit_bool<E>(self, value: bool) -> Result<PartitionKeyValue, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<PartitionKeyValue, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<PartitionKeyValue, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<PartitionKeyValue, E> {
        PartitionKeyValue::try_from(value).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> Result<PartitionKeyValue, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<PartitionKeyValue, E> {
        Ok(value.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PartitionKeyValue, A::Error> {
        match map.next_key::<IgnoredAny>()? {
            None => Ok(PartitionKeyValue::UNDEFINED),
            Some(_) => Err(A::Error::custom(
                "an object with properties is no partition key value",
            )),
        }
    }
}
