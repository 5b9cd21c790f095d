//! The clauses of a query, in their only order.

use super::super::token::{Keyword, Sign, TokenKind};
use super::super::{Diagnostic, Span};
use super::cursor::Cursor;
use super::literal::decode_number;
use crate::ast::{
    Alias, AliasStyle, Count, CountKind, Direction, Expression, ExpressionKind, OffsetLimit,
    OrderBy, OrderItem, Query, Select, SelectItem, Specification, Top,
};

/// Whether a count may be written with a fraction: TOP lets the binder complain, OFFSET and LIMIT do not parse it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fraction {
    Parses,
    Refused,
}

impl Cursor<'_> {
    pub(super) fn query(&mut self) -> Result<Query, Diagnostic> {
        self.nested(Self::query_body)
    }

    fn query_body(&mut self) -> Result<Query, Diagnostic> {
        let start = self.peek().span;
        let select = self.select()?;
        let from = match self.take_keyword(Keyword::From) {
            Some(_) => Some(self.from()?),
            None => None,
        };
        let filter = match self.take_keyword(Keyword::Where) {
            Some(_) => Some(self.expression()?),
            None => None,
        };
        let group_by = self.group_by()?;
        let order_by = self.order_by()?;
        let window = self.offset_limit()?;
        let span = start.to(self.previous());
        Ok(Query {
            select,
            from,
            filter,
            group_by,
            order_by,
            window,
            span,
        })
    }

    fn select(&mut self) -> Result<Select, Diagnostic> {
        let start = self.expect_keyword(Keyword::Select)?;
        let distinct = self.take_keyword(Keyword::Distinct);
        let top = match self.take_keyword(Keyword::Top) {
            Some(word) => {
                let count = self.count(Fraction::Parses)?;
                Some(Top {
                    span: word.to(count.span),
                    count,
                })
            }
            None => None,
        };
        let specification = self.specification()?;
        Ok(Select {
            distinct,
            top,
            specification,
            span: start.to(self.previous()),
        })
    }

    fn specification(&mut self) -> Result<Specification, Diagnostic> {
        if let Some(star) = self.take_sign(Sign::Star) {
            return Ok(Specification::Star(star));
        }
        if self.take_keyword(Keyword::Value).is_some() {
            return Ok(Specification::Value(Box::new(self.expression()?)));
        }
        let mut items = vec![self.select_item()?];
        while self.take_sign(Sign::Comma).is_some() {
            items.push(self.select_item()?);
        }
        Ok(Specification::List(items))
    }

    fn select_item(&mut self) -> Result<SelectItem, Diagnostic> {
        let expression = self.expression()?;
        let explicit = self.take_keyword(Keyword::As).is_some();
        let alias = if self.peek().kind == TokenKind::String {
            Some(Alias {
                text: self.string_literal()?,
                style: AliasStyle::Quoted,
            })
        } else if explicit || self.is_name(0) {
            Some(Alias {
                text: self.expect_name()?.text,
                style: AliasStyle::Word,
            })
        } else {
            None
        };
        Ok(SelectItem { expression, alias })
    }

    fn group_by(&mut self) -> Result<Vec<Expression>, Diagnostic> {
        if self.take_keyword(Keyword::Group).is_none() {
            return Ok(Vec::new());
        }
        self.expect_keyword(Keyword::By)?;
        let mut keys = vec![self.expression()?];
        while self.take_sign(Sign::Comma).is_some() {
            keys.push(self.expression()?);
        }
        Ok(keys)
    }

    fn order_by(&mut self) -> Result<Option<OrderBy>, Diagnostic> {
        let Some(start) = self.take_keyword(Keyword::Order) else {
            return Ok(None);
        };
        self.expect_keyword(Keyword::By)?;
        let rank = if self.at_rank() {
            self.take_keyword(Keyword::Rank)
        } else {
            None
        };
        let mut items = vec![self.order_item(rank)?];
        while self.take_sign(Sign::Comma).is_some() {
            items.push(self.order_item(rank)?);
        }
        Ok(Some(OrderBy {
            rank,
            items,
            span: start.to(self.previous()),
        }))
    }

    /// RANK opens a ranking unless it is used as the name of something.
    fn at_rank(&self) -> bool {
        let names_something = matches!(
            self.peek_at(1).kind,
            TokenKind::Sign(Sign::Dot | Sign::OpenBracket | Sign::Comma)
                | TokenKind::Keyword(Keyword::Asc | Keyword::Desc | Keyword::Offset)
                | TokenKind::End
        );
        self.at_keyword(Keyword::Rank) && !names_something
    }

    fn order_item(&mut self, rank: Option<Span>) -> Result<OrderItem, Diagnostic> {
        let first = self.peek().span;
        let before = self.unexpected();
        let expression = self.expression()?;
        if rank.is_some() && !matches!(expression.kind, ExpressionKind::Call(_)) {
            return Err(Diagnostic {
                span: Some(first),
                ..before
            });
        }
        let direction = if self.take_keyword(Keyword::Asc).is_some() {
            Some(Direction::Ascending)
        } else {
            self.take_keyword(Keyword::Desc)
                .map(|_| Direction::Descending)
        };
        Ok(OrderItem {
            expression,
            direction,
        })
    }

    fn offset_limit(&mut self) -> Result<Option<OffsetLimit>, Diagnostic> {
        let Some(start) = self.take_keyword(Keyword::Offset) else {
            return Ok(None);
        };
        let offset = self.count(Fraction::Refused)?;
        self.expect_keyword(Keyword::Limit)?;
        let limit = self.count(Fraction::Refused)?;
        Ok(Some(OffsetLimit {
            offset,
            limit,
            span: start.to(self.previous()),
        }))
    }

    fn count(&mut self, fraction: Fraction) -> Result<Count, Diagnostic> {
        let token = self.peek();
        let text = self.slice(token);
        let kind = match token.kind {
            TokenKind::Number
                if fraction == Fraction::Parses
                    || text.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                CountKind::Number(decode_number(text).ok_or_else(|| self.unexpected())?)
            }
            TokenKind::Parameter => CountKind::Parameter(text.into()),
            _ => return Err(self.unexpected()),
        };
        self.advance();
        Ok(Count {
            kind,
            span: token.span,
        })
    }
}
