//! What operators stand between: literals, names, paths, calls, constructors, subqueries.

use super::super::Diagnostic;
use super::super::token::{Keyword, Sign, TokenKind};
use super::cursor::Cursor;
use super::literal::decode_number;
use crate::ast::{
    Call, Callee, Expression, ExpressionKind, LetIn, Literal, MemberStyle, Name, Property,
    QueryForm,
};
use cosmokit_protocol::value::Number;

/// Words that open a subquery when a query follows; otherwise they are ordinary names.
const QUERY_FORMS: &[(&str, QueryForm)] = &[
    ("ARRAY", QueryForm::Array),
    ("FIRST", QueryForm::First),
    ("LAST", QueryForm::Last),
    ("ALL", QueryForm::All),
];

impl Cursor<'_> {
    /// A primary expression and the members and indexes taken of it, with the height of the tree.
    pub(super) fn postfix_expression(&mut self) -> Result<(Expression, u32), Diagnostic> {
        let outside = std::mem::take(&mut self.inner_height);
        let mut expression = self.primary()?;
        let mut height = self.grow(self.inner_height)?;
        self.inner_height = outside;
        loop {
            let start = expression.span;
            let kind = if self.take_sign(Sign::Dot).is_some() {
                let name = self.expect_name()?.text;
                ExpressionKind::Member {
                    base: Box::new(expression),
                    name,
                    style: MemberStyle::Dot,
                }
            } else if self.take_sign(Sign::OpenBracket).is_some() {
                let kind = self.bracket(expression)?;
                self.expect_sign(Sign::CloseBracket)?;
                kind
            } else {
                return Ok((expression, height));
            };
            expression = Expression {
                kind,
                span: start.to(self.previous()),
            };
            height = self.grow(height)?;
        }
    }

    fn bracket(&mut self, base: Expression) -> Result<ExpressionKind, Diagnostic> {
        let base = Box::new(base);
        let closes = self.peek_at(1).kind == TokenKind::Sign(Sign::CloseBracket);
        if self.peek().kind == TokenKind::String && closes {
            let name = self.string_literal()?;
            return Ok(ExpressionKind::Member {
                base,
                name,
                style: MemberStyle::Bracket,
            });
        }
        Ok(ExpressionKind::Index {
            base,
            index: Box::new(self.expression()?),
        })
    }

    fn primary(&mut self) -> Result<Expression, Diagnostic> {
        let token = self.peek();
        let text = self.slice(token);
        let kind = match token.kind {
            TokenKind::String => ExpressionKind::Literal(Literal::String(self.string_literal()?)),
            TokenKind::Number => {
                let number = decode_number(text).ok_or_else(|| self.unexpected())?;
                self.literal(Literal::Number(number))
            }
            TokenKind::Parameter => {
                self.advance();
                ExpressionKind::Parameter(text.into())
            }
            TokenKind::Keyword(Keyword::True) => self.literal(Literal::Boolean(true)),
            TokenKind::Keyword(Keyword::False) => self.literal(Literal::Boolean(false)),
            TokenKind::Keyword(Keyword::Null) => self.literal(Literal::Null),
            TokenKind::Keyword(Keyword::Undefined) => self.literal(Literal::Undefined),
            TokenKind::Keyword(Keyword::Exists) => {
                self.advance();
                self.subquery(QueryForm::Exists)?
            }
            TokenKind::Keyword(Keyword::Udf) => self.user_function()?,
            TokenKind::Keyword(Keyword::Left | Keyword::Right) => {
                self.advance();
                self.call(
                    Callee::BuiltIn,
                    Name {
                        text: text.into(),
                        span: token.span,
                    },
                )?
            }
            TokenKind::Sign(Sign::OpenParen) => return self.parenthesized(),
            TokenKind::Sign(Sign::OpenBracket) => {
                self.advance();
                let elements = self.expressions(Sign::CloseBracket)?;
                self.expect_sign(Sign::CloseBracket)?;
                ExpressionKind::Array(elements)
            }
            TokenKind::Sign(Sign::OpenBrace) => self.object()?,
            _ if self.is_name(0) => self.name_or_call()?,
            _ => return Err(self.unexpected()),
        };
        Ok(Expression {
            kind,
            span: token.span.to(self.previous()),
        })
    }

    fn literal(&mut self, literal: Literal) -> ExpressionKind {
        self.advance();
        ExpressionKind::Literal(literal)
    }

    fn name_or_call(&mut self) -> Result<ExpressionKind, Diagnostic> {
        let called = self.peek_at(1).kind == TokenKind::Sign(Sign::OpenParen);
        let queried = self.peek_at(2).kind == TokenKind::Keyword(Keyword::Select);
        let form = QUERY_FORMS
            .iter()
            .find(|(word, _)| called && self.at_word(word))
            .map(|(_, form)| *form);
        let name = self.expect_name()?;
        match form {
            Some(form) if queried || form == QueryForm::Array => self.subquery(form),
            _ if called => self.call(Callee::BuiltIn, name),
            _ => Ok(
                constant(&name.text).map_or(ExpressionKind::Identifier(name.text), |number| {
                    ExpressionKind::Literal(Literal::Number(number))
                }),
            ),
        }
    }

    fn user_function(&mut self) -> Result<ExpressionKind, Diagnostic> {
        self.advance();
        self.expect_sign(Sign::Dot)?;
        let name = self.expect_name()?;
        self.call(Callee::User, name)
    }

    fn call(&mut self, callee: Callee, name: Name) -> Result<ExpressionKind, Diagnostic> {
        self.expect_sign(Sign::OpenParen)?;
        let arguments = self.expressions(Sign::CloseParen)?;
        self.expect_sign(Sign::CloseParen)?;
        Ok(ExpressionKind::Call(Box::new(Call {
            callee,
            name,
            arguments,
        })))
    }

    fn subquery(&mut self, form: QueryForm) -> Result<ExpressionKind, Diagnostic> {
        self.expect_sign(Sign::OpenParen)?;
        let query = self.query()?;
        self.expect_sign(Sign::CloseParen)?;
        Ok(ExpressionKind::Subquery(form, Box::new(query)))
    }

    /// `(e)`, which leaves no trace in the tree, `(SELECT …)` or `(LET … IN …)`.
    fn parenthesized(&mut self) -> Result<Expression, Diagnostic> {
        let start = self.peek().span;
        if self.peek_at(1).kind == TokenKind::Keyword(Keyword::Select) {
            let kind = self.subquery(QueryForm::Scalar)?;
            return Ok(Expression {
                kind,
                span: start.to(self.previous()),
            });
        }
        self.advance();
        let binds = self.at_keyword(Keyword::Let)
            && self.is_name(1)
            && self.peek_at(2).kind == TokenKind::Sign(Sign::Equal);
        let expression = if binds {
            self.binding()?
        } else {
            self.expression()?
        };
        self.expect_sign(Sign::CloseParen)?;
        Ok(expression)
    }

    fn binding(&mut self) -> Result<Expression, Diagnostic> {
        let start = self.advance().span;
        let name = self.expect_name()?;
        self.expect_sign(Sign::Equal)?;
        let value = self.comparison()?;
        self.expect_keyword(Keyword::In)?;
        let body = self.expression()?;
        let kind = ExpressionKind::Let(Box::new(LetIn { name, value, body }));
        Ok(Expression {
            kind,
            span: start.to(self.previous()),
        })
    }

    fn object(&mut self) -> Result<ExpressionKind, Diagnostic> {
        self.advance();
        let mut members = Vec::new();
        if self.take_sign(Sign::CloseBrace).is_some() {
            return Ok(ExpressionKind::Object(members));
        }
        loop {
            let name = if self.peek().kind == TokenKind::String {
                self.string_literal()?
            } else {
                self.expect_name()?.text
            };
            self.expect_sign(Sign::Colon)?;
            members.push(Property {
                name,
                value: self.expression()?,
            });
            if self.take_sign(Sign::Comma).is_none() {
                break;
            }
        }
        self.expect_sign(Sign::CloseBrace)?;
        Ok(ExpressionKind::Object(members))
    }
}

/// The numbers that have a name.
fn constant(name: &str) -> Option<Number> {
    match name {
        "NaN" => Some(Number::from(f64::NAN)),
        "Infinity" => Some(Number::from(f64::INFINITY)),
        _ => None,
    }
}
