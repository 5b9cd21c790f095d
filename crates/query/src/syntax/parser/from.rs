//! FROM: collections, paths, iterations, joins.

use super::super::Diagnostic;
use super::super::token::{Keyword, Sign, TokenKind};
use super::cursor::Cursor;
use super::literal::decode_number;
use crate::ast::{Collection, From, PathStep, Source, SourceKind};

impl Cursor<'_> {
    pub(super) fn from(&mut self) -> Result<From, Diagnostic> {
        let start = self.peek().span;
        let mut sources = vec![self.source()?];
        while self.take_keyword(Keyword::Join).is_some() {
            sources.push(self.source()?);
        }
        Ok(From {
            sources,
            span: start.to(self.previous()),
        })
    }

    fn source(&mut self) -> Result<Source, Diagnostic> {
        let start = self.peek().span;
        if self.is_name(0) && self.peek_at(1).kind == TokenKind::Keyword(Keyword::In) {
            let name = self.expect_name()?;
            self.advance();
            let collection = self.collection()?;
            return Ok(Source {
                kind: SourceKind::Elements(name),
                collection,
                span: start.to(self.previous()),
            });
        }
        let collection = self.collection()?;
        let alias = if self.take_keyword(Keyword::As).is_some() || self.is_name(0) {
            Some(self.expect_name()?)
        } else {
            None
        };
        Ok(Source {
            kind: SourceKind::Whole(alias),
            collection,
            span: start.to(self.previous()),
        })
    }

    fn collection(&mut self) -> Result<Collection, Diagnostic> {
        if let Some(start) = self.take_sign(Sign::OpenParen) {
            let query = self.query()?;
            let end = self.expect_sign(Sign::CloseParen)?;
            return Ok(Collection::Subquery(Box::new(query), start.to(end)));
        }
        if self.is_name(0) && self.peek_at(1).kind == TokenKind::Sign(Sign::OpenParen) {
            let (expression, _) = self.postfix_expression()?;
            return Ok(Collection::Call(Box::new(expression)));
        }
        let root = self.expect_name()?;
        let mut steps = Vec::new();
        loop {
            if self.take_sign(Sign::Dot).is_some() {
                steps.push(PathStep::Dot(self.expect_name()?.text));
            } else if self.take_sign(Sign::OpenBracket).is_some() {
                steps.push(self.bracket_step()?);
                self.expect_sign(Sign::CloseBracket)?;
            } else {
                return Ok(Collection::Path { root, steps });
            }
        }
    }

    fn bracket_step(&mut self) -> Result<PathStep, Diagnostic> {
        let token = self.peek();
        if token.kind == TokenKind::String {
            return self.string_literal().map(PathStep::Bracket);
        }
        let index = decode_number(self.slice(token))
            .and_then(|number| u64::try_from(number.as_i64()?).ok());
        match index {
            Some(index) if token.kind == TokenKind::Number => {
                self.advance();
                Ok(PathStep::Index(index))
            }
            _ => Err(self.unexpected()),
        }
    }
}
