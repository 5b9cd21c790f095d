//! Strings inside JSON text: finding their end fast, and decoding them.

use std::borrow::Cow;

use super::error::DocumentError;

/// A part of the text, by byte offsets: from `start` to before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    /// First byte.
    pub(super) start: usize,
    /// One past the last byte.
    pub(super) end: usize,
}

impl Span {
    /// The bytes of the span.
    pub(super) fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Where a string ends, and whether it holds escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StringEnd {
    /// One past the closing quote.
    pub(super) after: usize,
    /// Whether a backslash occurs.
    pub(super) escaped: bool,
}

/// Walks a string whose first character stands at `at` (after the opening quote).
///
/// # Errors
/// A syntax error when it does not end, holds a control character, or a wrong escape.
pub(super) fn skip_string(text: &[u8], mut at: usize) -> Result<StringEnd, DocumentError> {
    let mut escaped = false;
    loop {
        at = skip_plain(text, at);
        match text.get(at) {
            Some(b'"') => {
                return Ok(StringEnd {
                    after: at + 1,
                    escaped,
                });
            }
            Some(b'\\') => {
                escaped = true;
                at = skip_escape(text, at + 1)?;
            }
            Some(byte) if *byte < 0x20 => {
                return Err(DocumentError::Syntax {
                    expected: "control character in a string",
                    at,
                });
            }
            Some(_) => at += 1,
            None => {
                return Err(DocumentError::Syntax {
                    expected: "string without end",
                    at,
                });
            }
        }
    }
}

/// Walks over whole words that hold neither quote, backslash nor control character.
fn skip_plain(text: &[u8], mut at: usize) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(LOW * 0x20) & !word;
        let quote = word ^ (LOW * 0x22);
        let quote = quote.wrapping_sub(LOW) & !quote;
        let slash = word ^ (LOW * 0x5c);
        let slash = slash.wrapping_sub(LOW) & !slash;
        let found = (control | quote | slash) & HIGH;
        if found != 0 {
            // The lowest set bit is exact; higher ones may be borrows of it.
            return at + usize::try_from(found.trailing_zeros() / 8).unwrap_or(0);
        }
        at += 8;
    }
    at
}

/// Walks an escape whose letter stands at `at`.
fn skip_escape(text: &[u8], at: usize) -> Result<usize, DocumentError> {
    match text.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => match text.get(at + 1..at + 5) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(at + 5),
            _ => Err(DocumentError::Syntax {
                expected: "\\u without four hex digits",
                at,
            }),
        },
        _ => Err(DocumentError::Syntax {
            expected: "unknown escape",
            at,
        }),
    }
}

/// Decodes a string literal, quotes included; `None` when it holds half of a surrogate pair.
pub(super) fn decode(literal: &[u8]) -> Option<Cow<'_, str>> {
    let inner = literal.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !inner.contains(&b'\\') {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice::<String>(literal)
        .ok()
        .map(Cow::Owned)
}
