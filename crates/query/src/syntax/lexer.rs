//! Text to tokens. Never fails: what is no token becomes [`TokenKind::Invalid`], and lexing ends there.

use super::Span;
use super::token::{Keyword, Sign, Token, TokenKind};

/// Splits a query text into tokens; the last one is always [`TokenKind::End`].
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: text,
        position: 0,
    };
    let mut tokens = Vec::with_capacity(text.len() / 4 + 2);
    loop {
        let token = lexer.next_token();
        tokens.push(token);
        match token.kind {
            TokenKind::End => return tokens,
            TokenKind::Invalid => {
                tokens.push(Token {
                    kind: TokenKind::End,
                    span: Span::new(token.span.end(), token.span.end()),
                });
                return tokens;
            }
            _ => {}
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    position: u32,
}

impl Lexer<'_> {
    fn next_token(&mut self) -> Token {
        let start = match self.skip_blanks() {
            Ok(()) => self.position,
            Err(token) => return token,
        };
        let (kind, length) = match self.rest.chars().next() {
            None => (TokenKind::End, 0),
            Some('"' | '\'') => string(self.rest),
            Some('@') => match identifier(self.rest.get(1..).unwrap_or_default()) {
                0 => (TokenKind::Invalid, 1),
                length => (TokenKind::Parameter, length + 1),
            },
            Some(first) if first.is_ascii_digit() || starts_fraction(self.rest) => {
                number(self.rest)
            }
            Some(first) if is_identifier_start(first) => word(self.rest),
            Some(first) => sign(self.rest).unwrap_or((TokenKind::Invalid, first.len_utf8())),
        };
        self.advance(length);
        Token {
            kind,
            span: Span::new(start, self.position),
        }
    }

    fn advance(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
        // Texts are limited far below 4 GiB before they come here.
        self.position = self
            .position
            .saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
    }

    /// Skips white space and comments; an unterminated comment is a token of its own.
    fn skip_blanks(&mut self) -> Result<(), Token> {
        loop {
            let trimmed = self.rest.trim_start();
            self.advance(self.rest.len() - trimmed.len());
            if self.rest.starts_with("--") {
                self.advance(self.rest.find(['\n', '\r']).unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                let Some(end) = self.rest.find("*/") else {
                    let start = self.position;
                    self.advance(self.rest.len());
                    return Err(Token {
                        kind: TokenKind::Invalid,
                        span: Span::new(start, self.position),
                    });
                };
                self.advance(end + 2);
            } else {
                return Ok(());
            }
        }
    }
}

fn is_identifier_start(first: char) -> bool {
    first == '_' || first.is_alphabetic()
}

/// The length in bytes of the identifier characters at the start of `text`.
fn identifier(text: &str) -> usize {
    text.find(|c: char| !(c == '_' || c.is_alphanumeric()))
        .unwrap_or(text.len())
}

fn word(text: &str) -> (TokenKind, usize) {
    let length = identifier(text);
    let kind = text
        .get(..length)
        .and_then(Keyword::of)
        .map_or(TokenKind::Identifier, TokenKind::Keyword);
    (kind, length)
}

fn starts_fraction(text: &str) -> bool {
    matches!(text.as_bytes(), [b'.', digit, ..] if digit.is_ascii_digit())
}

/// A decimal or hexadecimal number without sign; a fraction may stand alone (`.5`).
fn number(text: &str) -> (TokenKind, usize) {
    let count = |from: usize, accept: fn(&u8) -> bool| {
        text.as_bytes()
            .iter()
            .skip(from)
            .take_while(|byte| accept(byte))
            .count()
    };
    if text.starts_with("0x") || text.starts_with("0X") {
        let digits = count(2, u8::is_ascii_hexdigit);
        return if digits == 0 {
            (TokenKind::Invalid, 2)
        } else {
            (TokenKind::Number, 2 + digits)
        };
    }
    let mut length = count(0, u8::is_ascii_digit);
    if starts_fraction(text.get(length..).unwrap_or_default()) {
        length += 1 + count(length + 1, u8::is_ascii_digit);
    }
    if let Some(b'e' | b'E') = text.as_bytes().get(length) {
        let sign = usize::from(matches!(text.as_bytes().get(length + 1), Some(b'+' | b'-')));
        let digits = count(length + 1 + sign, u8::is_ascii_digit);
        if digits > 0 {
            length += 1 + sign + digits;
        }
    }
    (TokenKind::Number, length)
}

/// A quoted string up to its closing quote; the content is checked when it is decoded.
fn string(text: &str) -> (TokenKind, usize) {
    let mut characters = text.char_indices();
    let quote = characters.next().map(|(_, quote)| quote);
    while let Some((index, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if Some(character) == quote {
            return (TokenKind::String, index + 1);
        }
    }
    (TokenKind::Invalid, text.len())
}

fn sign(text: &str) -> Option<(TokenKind, usize)> {
    let (sign, length) = Sign::ALL
        .iter()
        .find(|(_, sign)| text.starts_with(sign))
        .map(|(sign, text)| (*sign, text.len()))?;
    Some((TokenKind::Sign(sign), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, TokenKind)]) {
        let tokens = tokenize(text);
        let found: Vec<_> = tokens
            .iter()
            .map(|token| (token.span.slice(text), token.kind))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .copied()
            .chain([("", TokenKind::End)])
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn tokens_of_every_kind() {
        use TokenKind::{Identifier, Invalid, Number, Parameter, String};
        check("SELECT", &[("SELECT", TokenKind::Keyword(Keyword::Select))]);
        check(
            "a.b",
            &[
                ("a", Identifier),
                (".", TokenKind::Sign(Sign::Dot)),
                ("b", Identifier),
            ],
        );
        check(
            "名 _x1 @p",
            &[("名", Identifier), ("_x1", Identifier), ("@p", Parameter)],
        );
        check(
            "1 1.5e+3 .5 0xFF",
            &[
                ("1", Number),
                ("1.5e+3", Number),
                (".5", Number),
                ("0xFF", Number),
            ],
        );
        check(
            "1e x",
            &[("1", Number), ("e", Identifier), ("x", Identifier)],
        );
        check(
            r#"'a\'b' "c'd""#,
            &[(r"'a\'b'", String), (r#""c'd""#, String)],
        );
        check(
            "a -- b\n/* c * / */ d",
            &[("a", Identifier), ("d", Identifier)],
        );
        check("'open", &[("'open", Invalid)]);
        check("a /* open", &[("a", Identifier), ("/* open", Invalid)]);
        check("# x", &[("#", Invalid)]);
        check(
            "a>>>b",
            &[
                ("a", Identifier),
                (">>>", TokenKind::Sign(Sign::ShiftRightUnsigned)),
                ("b", Identifier),
            ],
        );
        check("", &[]);
    }
}
