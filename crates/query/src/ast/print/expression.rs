//! The text of expressions: every operator in parentheses.

use super::Printer;
use crate::ast::number_text::write_number;
use crate::ast::{
    Callee, Expression, ExpressionKind, Literal, LogicalOperator, Negation, QueryForm,
    UnaryOperator,
};

impl Printer {
    pub(super) fn list(&mut self, expressions: &[Expression]) {
        for (index, expression) in expressions.iter().enumerate() {
            self.separate(index);
            self.expression(expression);
        }
    }

    pub(super) fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text("\\\""),
                '\\' => self.text("\\\\"),
                '\n' => self.text("\\n"),
                '\r' => self.text("\\r"),
                '\t' => self.text("\\t"),
                '\u{8}' => self.text("\\b"),
                '\u{c}' => self.text("\\f"),
                control if u32::from(control) < 0x20 => {
                    self.text(&format!("\\u{:04x}", u32::from(control)));
                }
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    pub(super) fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Literal(literal) => self.literal(literal),
            ExpressionKind::Parameter(name)
            | ExpressionKind::Identifier(name)
            | ExpressionKind::Verbatim(name) => {
                self.text(name);
            }
            ExpressionKind::Member { base, name, style } => {
                self.base(base);
                self.member(name, *style);
            }
            ExpressionKind::Index { base, index } => {
                self.base(base);
                self.text("[");
                self.expression(index);
                self.text("]");
            }
            ExpressionKind::Array(elements) => {
                self.text("[");
                self.list(elements);
                self.text("]");
            }
            ExpressionKind::Object(members) => {
                self.text("{");
                for (index, member) in members.iter().enumerate() {
                    self.separate(index);
                    self.quoted(&member.name);
                    self.text(": ");
                    self.expression(&member.value);
                }
                self.text("}");
            }
            ExpressionKind::Subquery(form, query) => {
                self.text(form.as_str());
                self.nested(query);
            }
            ExpressionKind::Call(call) => {
                if call.callee == Callee::User {
                    self.text("udf.");
                }
                self.text(&call.name.text);
                self.text("(");
                self.list(&call.arguments);
                self.text(")");
            }
            operator => {
                self.text("(");
                self.operator(operator);
                self.text(")");
            }
        }
    }

    /// What a member is taken of: a bare negative number would bind the wrong way.
    fn base(&mut self, base: &Expression) {
        let negative = matches!(&base.kind, ExpressionKind::Literal(Literal::Number(number))
            if number.as_f64().is_sign_negative());
        if negative {
            self.text("(");
            self.expression(base);
            self.text(")");
        } else {
            self.expression(base);
        }
    }

    pub(super) fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Undefined => self.text("undefined"),
            Literal::Null => self.text("null"),
            Literal::Boolean(true) => self.text("true"),
            Literal::Boolean(false) => self.text("false"),
            Literal::Number(number) => write_number(*number, &mut self.out),
            Literal::String(text) => self.quoted(text),
        }
    }

    /// An operator and its operands, without the parentheses around them.
    fn operator(&mut self, kind: &ExpressionKind) {
        match kind {
            ExpressionKind::Unary { operator, operand } => {
                self.text(operator.as_str());
                self.text(" ");
                self.expression(operand);
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => {
                self.expression(left);
                self.text(" ");
                self.text(operator.as_str());
                self.text(" ");
                self.expression(right);
            }
            ExpressionKind::Logical { operator, operands } => {
                for (index, operand) in operands.iter().enumerate() {
                    if index > 0 {
                        self.text(operator.as_str());
                    }
                    self.expression(operand);
                }
            }
            ExpressionKind::Conditional(condition) => {
                self.expression(&condition.test);
                self.text(" ? ");
                self.expression(&condition.then);
                self.text(" : ");
                self.expression(&condition.otherwise);
            }
            ExpressionKind::Between(between) => {
                self.expression(&between.value);
                self.text(between.negation.as_str());
                self.text("BETWEEN ");
                self.expression(&between.low);
                self.text(" AND ");
                self.expression(&between.high);
            }
            ExpressionKind::In(membership) => {
                self.expression(&membership.value);
                self.text(membership.negation.as_str());
                self.text("IN (");
                self.list(&membership.list);
                self.text(")");
            }
            ExpressionKind::Like(like) => {
                self.expression(&like.value);
                self.text(like.negation.as_str());
                self.text("LIKE ");
                self.expression(&like.pattern);
                if let Some(escape) = &like.escape {
                    self.text(" ESCAPE ");
                    self.expression(escape);
                }
            }
            ExpressionKind::Let(binding) => {
                self.text("LET ");
                self.text(&binding.name.text);
                self.text(" = ");
                self.expression(&binding.value);
                self.text(" IN ");
                self.expression(&binding.body);
            }
            _ => {}
        }
    }
}

impl LogicalOperator {
    const fn as_str(self) -> &'static str {
        match self {
            Self::And => " AND ",
            Self::Or => " OR ",
        }
    }
}

impl UnaryOperator {
    /// The sign or the word of the operator.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::BitwiseNot => "~",
            Self::Not => "NOT",
        }
    }
}

impl Negation {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => " ",
            Self::Not => " NOT ",
        }
    }
}

impl QueryForm {
    /// The word before the parenthesis; empty for a scalar subquery.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "",
            Self::Exists => "EXISTS",
            Self::Array => "ARRAY",
            Self::First => "FIRST",
            Self::Last => "LAST",
            Self::All => "ALL",
        }
    }
}
