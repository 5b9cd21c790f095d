//! The values of number and string tokens.

use std::borrow::Cow;

use cosmokit_protocol::value::Number;

use super::super::Diagnostic;
use super::super::token::TokenKind;
use super::cursor::{Cursor, invalid_string};

impl Cursor<'_> {
    /// The content of the current token, which must be a string.
    pub(super) fn string_literal(&mut self) -> Result<Box<str>, Diagnostic> {
        let token = self.peek();
        if token.kind != TokenKind::String {
            return Err(self.unexpected());
        }
        let text = self.slice(token);
        let content = decode_string(text).ok_or_else(|| invalid_string(text, token.span))?;
        self.advance();
        Ok(content.into())
    }
}

/// The value of a number token: decimal, hexadecimal, with or without leading digits.
pub(super) fn decode_number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    let significant = text.trim_start_matches('0');
    let starts_with_digit = significant.starts_with(|first: char| first.is_ascii_digit());
    Number::parse(&if starts_with_digit {
        Cow::Borrowed(significant)
    } else {
        Cow::Owned(format!("0{significant}"))
    })
}

/// The content of a string token, quotes included; `None` for a broken `\u`.
///
/// An undocumented escape keeps its backslash, so that `'\d'` reaches a regular expression as written.
pub(super) fn decode_string(token: &str) -> Option<String> {
    let inner = token.get(1..token.len().checked_sub(1)?)?;
    let mut content = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            content.push(character);
            continue;
        }
        match characters.next()? {
            'n' => content.push('\n'),
            'r' => content.push('\r'),
            't' => content.push('\t'),
            'b' => content.push('\u{8}'),
            'f' => content.push('\u{c}'),
            same @ ('"' | '\'' | '\\' | '/') => content.push(same),
            'u' => content.push(unicode_escape(&mut characters)?),
            other => content.extend(['\\', other]),
        }
    }
    Some(content)
}

/// The character of `XXXX` after `\u`, joined with a following low surrogate; a lone surrogate is replaced.
fn unicode_escape(characters: &mut std::str::Chars<'_>) -> Option<char> {
    let first = hex_unit(characters)?;
    let mut ahead = characters.clone();
    if (0xD800..0xDC00).contains(&first)
        && ahead.next() == Some('\\')
        && ahead.next() == Some('u')
        && let Some(second) = hex_unit(&mut ahead)
        && let Some(Ok(joined)) = char::decode_utf16([first, second]).next()
    {
        *characters = ahead;
        return Some(joined);
    }
    Some(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn hex_unit(characters: &mut std::str::Chars<'_>) -> Option<u16> {
    (0..4).try_fold(0u16, |unit, _| {
        let digit = characters.next()?.to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_decode() {
        let check = |token: &str, expected: Option<&str>| {
            assert_eq!(decode_string(token).as_deref(), expected, "{token}");
        };
        check(r"'a'", Some("a"));
        check(r#""\"\'\\\/""#, Some(r#""'\/"#));
        check(r"'\b\f\n\r\t'", Some("\u{8}\u{c}\n\r\t"));
        check(r"'\u0041\ud83d\ude00'", Some("A😀"));
        check(r"'\ud83d'", Some("\u{FFFD}"));
        check(r"'\ud83dx'", Some("\u{FFFD}x"));
        check(r"'\u00g0'", None);
        check(r"'\u00'", None);
        check(r"'\d'", Some(r"\d"));
    }

    #[test]
    fn numbers_decode() {
        let check = |text: &str, expected: f64| {
            assert_eq!(
                decode_number(text).unwrap(),
                Number::from(expected),
                "{text}"
            );
        };
        check("0", 0.0);
        check("007", 7.0);
        check(".5", 0.5);
        check("00.5", 0.5);
        check("0x1F", 31.0);
        check("1e3", 1000.0);
        check("0e1", 0.0);
        assert!(decode_number("0x").is_none());
    }
}
