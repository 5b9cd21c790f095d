//! A place in the token list, and the small questions that the parser asks of it.

use super::super::token::{Keyword, Sign, Token, TokenKind};
use super::super::{Code, Diagnostic, Span, tokenize};
use super::{MAX_DEPTH, syntax_error};
use crate::ast::Name;

pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    position: usize,
    depth: u32,
    /// The highest tree among the expressions parsed inside the current primary expression.
    pub(super) inner_height: u32,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: tokenize(text),
            position: 0,
            depth: 0,
            inner_height: 0,
        }
    }

    /// The current token; the last one is the end and stays.
    pub(super) fn peek(&self) -> Token {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Token {
        let end = Token {
            kind: TokenKind::End,
            span: Span::default(),
        };
        self.tokens
            .get(self.position + ahead)
            .or(self.tokens.last())
            .copied()
            .unwrap_or(end)
    }

    pub(super) fn advance(&mut self) -> Token {
        let token = self.peek();
        if token.kind != TokenKind::End {
            self.position += 1;
        }
        token
    }

    /// The token before the current one; empty at the start.
    pub(super) fn previous(&self) -> Span {
        self.position
            .checked_sub(1)
            .and_then(|last| self.tokens.get(last))
            .map(|token| token.span)
            .unwrap_or_default()
    }

    pub(super) fn slice(&self, token: Token) -> &'a str {
        token.span.slice(self.text)
    }

    pub(super) fn at_keyword(&self, keyword: Keyword) -> bool {
        self.peek().kind == TokenKind::Keyword(keyword)
    }

    pub(super) fn at_sign(&self, sign: Sign) -> bool {
        self.peek().kind == TokenKind::Sign(sign)
    }

    /// Whether the current token is this word, which is not reserved and means something only here.
    pub(super) fn at_word(&self, word: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Identifier && self.slice(token).eq_ignore_ascii_case(word)
    }

    pub(super) fn take_keyword(&mut self, keyword: Keyword) -> Option<Span> {
        self.at_keyword(keyword).then(|| self.advance().span)
    }

    pub(super) fn take_sign(&mut self, sign: Sign) -> Option<Span> {
        self.at_sign(sign).then(|| self.advance().span)
    }

    pub(super) fn expect_keyword(&mut self, keyword: Keyword) -> Result<Span, Diagnostic> {
        self.take_keyword(keyword).ok_or_else(|| self.unexpected())
    }

    pub(super) fn expect_sign(&mut self, sign: Sign) -> Result<Span, Diagnostic> {
        self.take_sign(sign).ok_or_else(|| self.unexpected())
    }

    pub(super) fn expect_end(&mut self) -> Result<(), Diagnostic> {
        if self.peek().kind == TokenKind::End {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// Whether the token at a distance can name something.
    pub(super) fn is_name(&self, ahead: usize) -> bool {
        match self.peek_at(ahead).kind {
            TokenKind::Identifier => true,
            TokenKind::Keyword(keyword) => keyword.may_be_name(),
            _ => false,
        }
    }

    pub(super) fn expect_name(&mut self) -> Result<Name, Diagnostic> {
        if !self.is_name(0) {
            return Err(self.unexpected());
        }
        let token = self.advance();
        Ok(Name {
            text: self.slice(token).into(),
            span: token.span,
        })
    }

    /// The complaint about the current token.
    pub(super) fn unexpected(&self) -> Diagnostic {
        let token = self.peek();
        let text = self.slice(token);
        match token.kind {
            TokenKind::End => syntax_error(self.previous().slice(self.text), self.previous()),
            TokenKind::Invalid if text.starts_with(['"', '\'']) => invalid_string(text, token.span),
            _ => syntax_error(text, token.span),
        }
    }

    /// Runs a part of the grammar one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, Diagnostic>,
    ) -> Result<T, Diagnostic> {
        if self.depth >= MAX_DEPTH {
            let message =
                format!("The SQL query exceeded the maximum nesting depth of {MAX_DEPTH}.");
            return Err(Diagnostic::limit(self.peek().span, message));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }
}

pub(super) fn invalid_string(text: &str, span: Span) -> Diagnostic {
    Diagnostic::at(
        Code::InvalidToken,
        span,
        format!("Syntax error, invalid string literal token '{text}'."),
    )
}
