//! Values to JSON text, and between the engine's values and `serde_json`'s.

use std::fmt;
use std::io::Write;

use cosmokit_protocol::value::Number;
use serde_json::Value as Json;

use super::words::{find, unwritable};
use super::{Array, MAX_VALUE_DEPTH, Object, Raw, Text, Value};

/// A text that should be JSON and is not.
#[derive(Debug, thiserror::Error)]
#[error("not JSON: {0}")]
pub struct NotJson(#[from] serde_json::Error);

/// Whether blanks of documents stay or go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blanks {
    Kept,
    Removed,
}

impl Value<'_> {
    /// Appends the JSON text. Parts of documents are copied as they are written; undefined writes nothing.
    ///
    /// Numbers that JSON cannot write (NaN, the infinities) are written as the strings `"NaN"`, `"Infinity"`,
    /// `"-Infinity"`.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        write(self, Blanks::Kept, 0, out);
    }

    /// Appends the JSON text without any blanks between its parts.
    pub fn write_compact(&self, out: &mut Vec<u8>) {
        write(self, Blanks::Removed, 0, out);
    }

    /// The JSON text; empty for undefined.
    pub fn to_json_text(&self) -> String {
        let mut out = Vec::new();
        self.write_json(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    /// The value as `serde_json` has it; `None` for undefined.
    pub fn to_json(&self) -> Option<Json> {
        serde_json::from_str(&self.to_json_text()).ok()
    }
}

impl From<&Json> for Value<'static> {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Boolean(*value),
            Json::Number(number) => {
                let number = match (number.as_i64(), number.as_u64()) {
                    (Some(value), _) => Number::from(value),
                    (None, Some(value)) => Number::from(value),
                    (None, None) => Number::from(number.as_f64().unwrap_or(f64::NAN)),
                };
                Self::Number(number)
            }
            Json::String(text) => Self::String(text.clone().into()),
            Json::Array(elements) => {
                Self::Array(Array::from_elements(elements.iter().map(Self::from)))
            }
            Json::Object(members) => {
                let members = members
                    .iter()
                    .map(|(name, value)| (Text::from(name.clone()), Self::from(value)));
                Self::Object(Object::Built(members.collect()))
            }
        }
    }
}

fn write(value: &Value<'_>, blanks: Blanks, depth: u32, out: &mut Vec<u8>) {
    match value {
        Value::Undefined => {}
        Value::Null => out.extend_from_slice(b"null"),
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Number(number) if number.is_finite() => {
            write_formatted(format_args!("{number}"), out);
        }
        Value::Number(number) => write_string(&number.to_string(), out),
        Value::String(text) => write_string(text, out),
        Value::Array(Array::Raw(raw)) | Value::Object(Object::Raw(raw)) => {
            write_raw(*raw, blanks, out);
        }
        Value::Array(_) | Value::Object(_) if depth >= MAX_VALUE_DEPTH => {
            out.extend_from_slice(b"null");
        }
        Value::Array(Array::Built(elements)) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                separate(index, out);
                write(element, blanks, depth + 1, out);
            }
            out.push(b']');
        }
        Value::Object(Object::Built(members)) => {
            out.push(b'{');
            for (index, (name, value)) in members.iter().enumerate() {
                separate(index, out);
                write_string(name, out);
                out.push(b':');
                write(value, blanks, depth + 1, out);
            }
            out.push(b'}');
        }
    }
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

fn write_raw(raw: Raw<'_>, blanks: Blanks, out: &mut Vec<u8>) {
    if blanks == Blanks::Kept {
        out.extend_from_slice(raw.bytes());
        return;
    }
    let mut in_string = false;
    let mut escaped = false;
    for byte in raw.bytes() {
        if in_string || !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            out.push(*byte);
        }
        match byte {
            b'"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = in_string && *byte == b'\\' && !escaped;
    }
}

/// Appends a JSON string with its quotes.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(found) = find(rest, 0, unwritable) {
        let (plain, behind) = rest.split_at_checked(found).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let Some((byte, behind)) = behind.split_first() else {
            break;
        };
        write_escape(*byte, out);
        rest = behind;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    let escape: &[u8] = match byte {
        b'"' => b"\\\"",
        b'\\' => b"\\\\",
        b'\n' => b"\\n",
        b'\r' => b"\\r",
        b'\t' => b"\\t",
        0x08 => b"\\b",
        0x0c => b"\\f",
        _ => return write_formatted(format_args!("\\u{byte:04x}"), out),
    };
    out.extend_from_slice(escape);
}

/// Appends formatted text.
fn write_formatted(text: fmt::Arguments<'_>, out: &mut Vec<u8>) {
    out.write_fmt(text).expect("a vector takes everything");
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined => f.write_str("undefined"),
            defined => f.write_str(&defined.to_json_text()),
        }
    }
}
