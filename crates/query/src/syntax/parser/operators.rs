//! Operators by precedence, from loosest to tightest:
//!
//! | level | operators |
//! |---|---|
//! | 1 | `? :`, from the right |
//! | 2 | `??`, from the right |
//! | 3 | OR |
//! | 4 | AND |
//! | 5 | NOT; postfix IN, LIKE, BETWEEN, one of them |
//! | 6 | `= != < <= > >=`, shifts |
//! | 7 | `||` |
//! | 8 | `| & ^ + -` on one level |
//! | 9 | `* / %` |
//! | 10 | unary `- + ~` |
//!
//! The native grammar lets NOT bind like a sign and BETWEEN stand alone beside AND; both readings surprise whoever knows
//! SQL and no recording of the service shows them, so the usual reading is taken (`docs/parity.md`).

use super::super::token::{Keyword, Sign, TokenKind};
use super::super::{Diagnostic, Span};
use super::MAX_HEIGHT;
use super::cursor::Cursor;
use crate::ast::{
    Between, BinaryOperator, Condition, Expression, ExpressionKind, Like, Literal, LogicalOperator,
    Membership, Negation, UnaryOperator,
};
use cosmokit_protocol::value::Number;

const CONDITIONAL: u8 = 1;
const COALESCE: u8 = 2;
const OR: u8 = 3;
const AND: u8 = 4;
const POSTFIX: u8 = 5;
const COMPARISON: u8 = 6;
const CONCAT: u8 = 7;
const ADDITIVE: u8 = 8;
const MULTIPLICATIVE: u8 = 9;
const UNARY: u8 = 10;

/// An infix or postfix operator ahead.
#[derive(Clone, Copy)]
enum Infix {
    Conditional,
    Coalesce,
    Logical(LogicalOperator),
    Binary(BinaryOperator),
    Postfix(Keyword, Negation),
}

/// What stands to the left of the next operator.
struct Operand {
    expression: Expression,
    /// How high the tree is.
    height: u32,
    /// The tightest operator that may follow: nothing tighter than AND follows NOT or a postfix.
    ceiling: u8,
}

impl Cursor<'_> {
    /// Parses a whole expression.
    pub(super) fn expression(&mut self) -> Result<Expression, Diagnostic> {
        self.operand(CONDITIONAL).map(|operand| operand.expression)
    }

    /// Parses an expression of a level that a list of values may hold.
    pub(super) fn comparison(&mut self) -> Result<Expression, Diagnostic> {
        self.operand(COMPARISON).map(|operand| operand.expression)
    }

    fn operand(&mut self, level: u8) -> Result<Operand, Diagnostic> {
        self.nested(|cursor| {
            let mut left = cursor.prefix()?;
            while let Some((infix, at)) = cursor.infix() {
                if at < level || at > left.ceiling {
                    break;
                }
                left = cursor.apply(infix, at, left)?;
            }
            cursor.inner_height = cursor.inner_height.max(left.height);
            Ok(left)
        })
    }

    fn prefix(&mut self) -> Result<Operand, Diagnostic> {
        let start = self.peek().span;
        let operator = match self.peek().kind {
            TokenKind::Keyword(Keyword::Not) => UnaryOperator::Not,
            TokenKind::Sign(Sign::Minus) => UnaryOperator::Minus,
            TokenKind::Sign(Sign::Plus) => UnaryOperator::Plus,
            TokenKind::Sign(Sign::Tilde) => UnaryOperator::BitwiseNot,
            _ => {
                let (expression, height) = self.postfix_expression()?;
                return Ok(Operand {
                    expression,
                    height,
                    ceiling: u8::MAX,
                });
            }
        };
        self.advance();
        let level = if operator == UnaryOperator::Not {
            POSTFIX
        } else {
            UNARY
        };
        let operand = self.operand(level)?;
        let ceiling = if operator == UnaryOperator::Not {
            AND
        } else {
            u8::MAX
        };
        let span = start.to(self.previous());
        let kind = match (operator, operand.expression.kind) {
            (UnaryOperator::Minus, ExpressionKind::Literal(Literal::Number(number))) => {
                ExpressionKind::Literal(Literal::Number(negated(number)))
            }
            (operator, kind) => {
                let operand = Box::new(Expression {
                    kind,
                    span: operand.expression.span,
                });
                ExpressionKind::Unary { operator, operand }
            }
        };
        let height = self.grow(operand.height)?;
        Ok(Operand {
            expression: Expression { kind, span },
            height,
            ceiling,
        })
    }

    /// The operator ahead and its level.
    fn infix(&self) -> Option<(Infix, u8)> {
        let token = self.peek();
        let found = match token.kind {
            TokenKind::Sign(Sign::Question) => (Infix::Conditional, CONDITIONAL),
            TokenKind::Sign(Sign::Coalesce) => (Infix::Coalesce, COALESCE),
            TokenKind::Keyword(Keyword::Or) => (Infix::Logical(LogicalOperator::Or), OR),
            TokenKind::Keyword(Keyword::And) => (Infix::Logical(LogicalOperator::And), AND),
            TokenKind::Keyword(word @ (Keyword::In | Keyword::Like | Keyword::Between)) => {
                (Infix::Postfix(word, Negation::Plain), POSTFIX)
            }
            TokenKind::Keyword(Keyword::Not) => match self.peek_at(1).kind {
                TokenKind::Keyword(word @ (Keyword::In | Keyword::Like | Keyword::Between)) => {
                    (Infix::Postfix(word, Negation::Not), POSTFIX)
                }
                _ => return None,
            },
            TokenKind::Sign(sign) => {
                let (operator, level) = binary_operator(sign)?;
                (Infix::Binary(operator), level)
            }
            _ => return None,
        };
        Some(found)
    }

    fn apply(&mut self, infix: Infix, level: u8, left: Operand) -> Result<Operand, Diagnostic> {
        let start = left.expression.span;
        let sign = self.advance();
        let (kind, height) = match infix {
            Infix::Conditional => self.conditional(left)?,
            Infix::Coalesce => self.binary(BinaryOperator::Coalesce, left, level)?,
            Infix::Binary(operator) => self.binary(operator, left, level + 1)?,
            Infix::Logical(operator) => self.logical(operator, left, level + 1)?,
            Infix::Postfix(word, negation) => self.postfix(word, negation, left)?,
        };
        let ceiling = if level == POSTFIX { AND } else { u8::MAX };
        let height = grown(height, sign.span)?;
        Ok(Operand {
            expression: Expression {
                kind,
                span: start.to(self.previous()),
            },
            height,
            ceiling,
        })
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: Operand,
        level: u8,
    ) -> Result<(ExpressionKind, u32), Diagnostic> {
        let right = self.operand(level)?;
        let height = left.height.max(right.height);
        let (left, right) = (Box::new(left.expression), Box::new(right.expression));
        Ok((
            ExpressionKind::Binary {
                operator,
                left,
                right,
            },
            height,
        ))
    }

    /// Appends to a chain of the same operator, so that a long filter is one flat node.
    fn logical(
        &mut self,
        operator: LogicalOperator,
        left: Operand,
        level: u8,
    ) -> Result<(ExpressionKind, u32), Diagnostic> {
        let right = self.operand(level)?;
        let (mut operands, height) = match left.expression.kind {
            ExpressionKind::Logical {
                operator: same,
                operands,
            } if same == operator => (operands, left.height - 1),
            kind => (
                vec![Expression {
                    kind,
                    span: left.expression.span,
                }],
                left.height,
            ),
        };
        operands.push(right.expression);
        Ok((
            ExpressionKind::Logical { operator, operands },
            height.max(right.height),
        ))
    }

    fn conditional(&mut self, test: Operand) -> Result<(ExpressionKind, u32), Diagnostic> {
        let then = self.operand(CONDITIONAL)?;
        self.expect_sign(Sign::Colon)?;
        let otherwise = self.operand(CONDITIONAL)?;
        let height = test.height.max(then.height).max(otherwise.height);
        let condition = Condition {
            test: test.expression,
            then: then.expression,
            otherwise: otherwise.expression,
        };
        Ok((ExpressionKind::Conditional(Box::new(condition)), height))
    }

    fn postfix(
        &mut self,
        word: Keyword,
        negation: Negation,
        left: Operand,
    ) -> Result<(ExpressionKind, u32), Diagnostic> {
        if negation == Negation::Not {
            self.advance();
        }
        let (value, height) = (left.expression, left.height);
        match word {
            Keyword::In => {
                self.expect_sign(Sign::OpenParen)?;
                let list = self.expressions(Sign::CloseParen)?;
                if list.is_empty() {
                    return Err(self.unexpected());
                }
                self.expect_sign(Sign::CloseParen)?;
                Ok((
                    ExpressionKind::In(Box::new(Membership {
                        negation,
                        value,
                        list,
                    })),
                    height,
                ))
            }
            Keyword::Like => {
                let pattern = self.operand(CONCAT)?;
                let escape = match self.take_keyword(Keyword::Escape) {
                    Some(_) => Some(self.operand(CONCAT)?.expression),
                    None => None,
                };
                let like = Like {
                    negation,
                    value,
                    pattern: pattern.expression,
                    escape,
                };
                Ok((
                    ExpressionKind::Like(Box::new(like)),
                    height.max(pattern.height),
                ))
            }
            _ => {
                let low = self.operand(CONCAT)?;
                self.expect_keyword(Keyword::And)?;
                let high = self.operand(CONCAT)?;
                let height = height.max(low.height).max(high.height);
                let between = Between {
                    negation,
                    value,
                    low: low.expression,
                    high: high.expression,
                };
                Ok((ExpressionKind::Between(Box::new(between)), height))
            }
        }
    }

    /// Expressions separated by commas, up to but without `close`; may be empty.
    pub(super) fn expressions(&mut self, close: Sign) -> Result<Vec<Expression>, Diagnostic> {
        let mut list = Vec::new();
        if self.at_sign(close) {
            return Ok(list);
        }
        loop {
            list.push(self.expression()?);
            if self.take_sign(Sign::Comma).is_none() {
                return Ok(list);
            }
        }
    }

    pub(super) fn grow(&self, height: u32) -> Result<u32, Diagnostic> {
        grown(height, self.peek().span)
    }
}

/// The height of a tree with one more level on top.
fn grown(height: u32, place: Span) -> Result<u32, Diagnostic> {
    if height >= MAX_HEIGHT {
        let message =
            format!("The SQL query exceeded the maximum of {MAX_HEIGHT} chained operators.");
        return Err(Diagnostic::limit(place, message));
    }
    Ok(height + 1)
}

fn binary_operator(sign: Sign) -> Option<(BinaryOperator, u8)> {
    let found = match sign {
        Sign::Equal => (BinaryOperator::Equal, COMPARISON),
        Sign::NotEqual | Sign::NotEqualOther => (BinaryOperator::NotEqual, COMPARISON),
        Sign::Less => (BinaryOperator::Less, COMPARISON),
        Sign::LessOrEqual => (BinaryOperator::LessOrEqual, COMPARISON),
        Sign::Greater => (BinaryOperator::Greater, COMPARISON),
        Sign::GreaterOrEqual => (BinaryOperator::GreaterOrEqual, COMPARISON),
        Sign::ShiftLeft => (BinaryOperator::ShiftLeft, COMPARISON),
        Sign::ShiftRight => (BinaryOperator::ShiftRight, COMPARISON),
        Sign::ShiftRightUnsigned => (BinaryOperator::ShiftRightUnsigned, COMPARISON),
        Sign::Concat => (BinaryOperator::Concat, CONCAT),
        Sign::Pipe => (BinaryOperator::BitwiseOr, ADDITIVE),
        Sign::Ampersand => (BinaryOperator::BitwiseAnd, ADDITIVE),
        Sign::Caret => (BinaryOperator::BitwiseXor, ADDITIVE),
        Sign::Plus => (BinaryOperator::Add, ADDITIVE),
        Sign::Minus => (BinaryOperator::Subtract, ADDITIVE),
        Sign::Star => (BinaryOperator::Multiply, MULTIPLICATIVE),
        Sign::Slash => (BinaryOperator::Divide, MULTIPLICATIVE),
        Sign::Percent => (BinaryOperator::Modulo, MULTIPLICATIVE),
        _ => return None,
    };
    Some(found)
}

fn negated(number: Number) -> Number {
    match number.as_i64() {
        Some(value) if value != 0 => value
            .checked_neg()
            .map_or(Number::from(-number.as_f64()), Number::from),
        _ => Number::from(-number.as_f64()),
    }
}
