//! A JSON value as the bytes it is written in.

use cosmokit_protocol::value::Number;

use super::scan::{split_value, string_end, trim_start};
use super::{Array, Object, Text, Value};

/// One JSON value, as bytes without blanks around it.
///
/// Made from documents that were checked when they were written. Of two members with one name, the first counts.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a>(&'a [u8]);

impl<'a> Raw<'a> {
    /// The value in `bytes`, which hold nothing else but blanks.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.trim_ascii())
    }

    /// The bytes of the value.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The members, when this is an object; nothing otherwise.
    pub fn members(self) -> Members<'a> {
        Members {
            rest: self.0.strip_prefix(b"{").unwrap_or_default(),
        }
    }

    /// The elements, when this is an array; nothing otherwise.
    pub fn elements(self) -> Elements<'a> {
        Elements {
            rest: self.0.strip_prefix(b"[").unwrap_or_default(),
        }
    }

    /// The member of an object by name.
    pub fn member(self, name: &str) -> Option<Raw<'a>> {
        self.members()
            .find(|(key, _)| key.is(name))
            .map(|(_, value)| value)
    }

    /// The element of an array by position.
    pub fn element(self, index: usize) -> Option<Raw<'a>> {
        self.elements().nth(index)
    }

    /// The value. Scalars are read now, containers when somebody looks into them; bytes that are no JSON are undefined.
    pub fn value(self) -> Value<'a> {
        match self.0.first() {
            Some(b'{') => Value::Object(Object::Raw(self)),
            Some(b'[') => Value::Array(Array::Raw(self)),
            Some(b'"') => {
                let content = self
                    .0
                    .strip_prefix(b"\"")
                    .and_then(|rest| rest.strip_suffix(b"\""));
                content
                    .and_then(|content| RawText(content).text())
                    .map_or(Value::Undefined, Value::String)
            }
            Some(b't') => Value::Boolean(true),
            Some(b'f') => Value::Boolean(false),
            Some(b'n') => Value::Null,
            _ => Number::parse_bytes(self.0).map_or(Value::Undefined, Value::Number),
        }
    }
}

/// The content of a JSON string, escapes still in it.
#[derive(Clone, Copy, Debug)]
pub struct RawText<'a>(&'a [u8]);

impl<'a> RawText<'a> {
    /// Whether this is the text `name`.
    pub fn is(self, name: &str) -> bool {
        if self.0 == name.as_bytes() {
            return !name.contains('\\');
        }
        self.0.len() > name.len()
            && self.0.contains(&b'\\')
            && self.text().is_some_and(|text| &*text == name)
    }

    /// The text; `None` when the bytes are no UTF-8 or an escape is broken.
    pub fn text(self) -> Option<Text<'a>> {
        let text = std::str::from_utf8(self.0).ok()?;
        if !self.0.contains(&b'\\') {
            return Some(Text::Borrowed(text));
        }
        let quoted = format!("\"{text}\"");
        serde_json::from_str::<String>(&quoted).ok().map(Text::from)
    }
}

/// The members of an object, in their order.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Members<'a> {
    type Item = (RawText<'a>, Raw<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = after_separator(self.rest).strip_prefix(b"\"")?;
        let (key, rest) = rest.split_at_checked(string_end(rest)?)?;
        let key = RawText(key.strip_suffix(b"\"")?);
        let rest = trim_start(trim_start(rest).strip_prefix(b":")?);
        let (value, rest) = split_value(rest)?;
        self.rest = rest;
        Some((key, Raw(value)))
    }
}

/// The elements of an array, in their order.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = Raw<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = after_separator(self.rest);
        if rest.starts_with(b"]") {
            return None;
        }
        let (value, rest) = split_value(rest)?;
        self.rest = rest;
        (!value.is_empty()).then_some(Raw(value))
    }
}

/// Skips blanks, one comma, and blanks.
fn after_separator(bytes: &[u8]) -> &[u8] {
    let bytes = trim_start(bytes);
    bytes.strip_prefix(b",").map_or(bytes, trim_start)
}
