//! A JSON value as the bytes it is written in.

use cosmokit_protocol::value::Number;

use super::scan::{behind_blanks, has_escape, string_end, value_end};
use super::{Array, Object, Text, Value};

/// One JSON value, as bytes without blanks around it.
///
/// Made from documents that were checked when they were written. Of two members with one name, the first counts.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a>(&'a [u8]);

impl<'a> Raw<'a> {
    /// No value.
    pub(crate) const NOTHING: Self = Self(&[]);

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
            bytes: if self.0.first() == Some(&b'{') {
                self.0
            } else {
                &[]
            },
            at: 1,
        }
    }

    /// The elements, when this is an array; nothing otherwise.
    pub fn elements(self) -> Elements<'a> {
        Elements {
            bytes: if self.0.first() == Some(&b'[') {
                self.0
            } else {
                &[]
            },
            at: 1,
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
                    .and_then(|content| RawText::of(content).text())
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
pub struct RawText<'a> {
    content: &'a [u8],
    escaped: bool,
}

impl<'a> RawText<'a> {
    fn of(content: &'a [u8]) -> Self {
        Self {
            content,
            escaped: has_escape(content),
        }
    }

    /// Whether this is the text `name`.
    #[inline]
    pub fn is(self, name: &str) -> bool {
        if self.escaped {
            self.text().is_some_and(|text| &*text == name)
        } else {
            self.content == name.as_bytes()
        }
    }

    /// The text; `None` when the bytes are no UTF-8 or an escape is broken.
    pub fn text(self) -> Option<Text<'a>> {
        let text = std::str::from_utf8(self.content).ok()?;
        if !self.escaped {
            return Some(Text::Borrowed(text));
        }
        let quoted = format!("\"{text}\"");
        serde_json::from_str::<String>(&quoted).ok().map(Text::from)
    }
}

/// The members of an object, in their order.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Members<'a> {
    type Item = (RawText<'a>, Raw<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.bytes;
        let quote = behind_separator(bytes, self.at);
        if bytes.get(quote) != Some(&b'"') {
            return None;
        }
        let key = string_end(bytes, quote + 1)?;
        let colon = behind_blanks(bytes, key.quote + 1);
        if bytes.get(colon) != Some(&b':') {
            return None;
        }
        let start = behind_blanks(bytes, colon + 1);
        let end = value_end(bytes, start)?;
        self.at = end;
        let name = RawText {
            content: bytes.get(quote + 1..key.quote)?,
            escaped: key.escaped,
        };
        Some((name, Raw(bytes.get(start..end)?)))
    }
}

/// The elements of an array, in their order.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Raw<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let start = behind_separator(self.bytes, self.at);
        let end = value_end(self.bytes, start)?;
        self.at = end;
        self.bytes
            .get(start..end)
            .filter(|value| !value.is_empty())
            .map(Raw)
    }
}

/// Skips blanks, one comma, and blanks.
#[inline]
fn behind_separator(bytes: &[u8], at: usize) -> usize {
    let at = behind_blanks(bytes, at);
    if bytes.get(at) == Some(&b',') {
        behind_blanks(bytes, at + 1)
    } else {
        at
    }
}
