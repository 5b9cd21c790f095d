//! The canonical text of a tree: one clause on a line, subqueries indented, every operator in parentheses.
//!
//! This is the form in which the service's planner prints rewritten queries and expressions.

use std::fmt;

use super::expression::{Callee, Negation};
use super::number_text::write_number;
use super::query::{AliasStyle, CountKind};
use super::{
    Alias, Collection, Count, Direction, Expression, ExpressionKind, From, Literal,
    LogicalOperator, MemberStyle, OrderBy, PathStep, Query, QueryForm, Select, Source, SourceKind,
    Specification, UnaryOperator,
};
use crate::syntax::token::Keyword;

/// Collects text; knows how deep subqueries are indented.
#[derive(Debug, Default)]
pub(crate) struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    /// The text of one expression.
    pub(crate) fn expression_text(expression: &Expression) -> String {
        let mut printer = Self::default();
        printer.expression(expression);
        printer.out
    }

    /// The text of a query.
    pub(crate) fn query_text(query: &Query) -> String {
        let mut printer = Self::default();
        printer.query(query);
        printer.out
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
    }

    fn query(&mut self, query: &Query) {
        self.select(&query.select);
        if let Some(from) = &query.from {
            self.line();
            self.from(from);
        }
        if let Some(filter) = &query.filter {
            self.line();
            self.text("WHERE ");
            self.expression(filter);
        }
        if !query.group_by.is_empty() {
            self.line();
            self.text("GROUP BY ");
            self.list(&query.group_by);
        }
        if let Some(order_by) = &query.order_by {
            self.line();
            self.order_by(order_by);
        }
        if let Some(window) = &query.window {
            self.line();
            self.text("OFFSET ");
            self.count(&window.offset);
            self.text(" LIMIT ");
            self.count(&window.limit);
        }
    }

    fn select(&mut self, select: &Select) {
        self.text("SELECT ");
        if select.distinct.is_some() {
            self.text("DISTINCT ");
        }
        if let Some(top) = &select.top {
            self.text("TOP ");
            self.count(&top.count);
            self.text(" ");
        }
        match &select.specification {
            Specification::Star(_) => self.text("*"),
            Specification::Value(expression) => {
                self.text("VALUE ");
                self.expression(expression);
            }
            Specification::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.separate(index);
                    self.expression(&item.expression);
                    if let Some(alias) = &item.alias {
                        self.alias(alias);
                    }
                }
            }
        }
    }

    fn alias(&mut self, alias: &Alias) {
        self.text(" AS ");
        match alias.style {
            AliasStyle::Word => self.text(&alias.text),
            AliasStyle::Quoted => self.quoted(&alias.text),
        }
    }

    fn from(&mut self, from: &From) {
        for (index, source) in from.sources.iter().enumerate() {
            if index == 0 {
                self.text("FROM ");
            } else {
                self.line();
                self.text("JOIN ");
            }
            self.source(source);
        }
    }

    fn source(&mut self, source: &Source) {
        if let SourceKind::Elements(name) = &source.kind {
            self.text(&name.text);
            self.text(" IN ");
        }
        match &source.collection {
            Collection::Path { root, steps } => {
                self.text(&root.text);
                steps.iter().for_each(|step| self.step(step));
            }
            Collection::Subquery(query, _) => self.nested(query),
            Collection::Call(expression) => self.expression(expression),
        }
        if let SourceKind::Whole(Some(name)) = &source.kind {
            self.text(" AS ");
            self.text(&name.text);
        }
    }

    fn step(&mut self, step: &PathStep) {
        match step {
            PathStep::Dot(name) => self.member(name, MemberStyle::Dot),
            PathStep::Bracket(name) => self.member(name, MemberStyle::Bracket),
            PathStep::Index(index) => self.text(&format!("[{index}]")),
        }
    }

    fn member(&mut self, name: &str, style: MemberStyle) {
        if style == MemberStyle::Dot && Keyword::of(name).is_none() {
            self.text(".");
            self.text(name);
        } else {
            self.text("[");
            self.quoted(name);
            self.text("]");
        }
    }

    /// A query in parentheses, on lines of its own.
    fn nested(&mut self, query: &Query) {
        self.text("(");
        self.indent += 1;
        self.line();
        self.query(query);
        self.indent -= 1;
        self.line();
        self.text(")");
    }

    fn order_by(&mut self, order_by: &OrderBy) {
        self.text(if order_by.rank.is_some() {
            "ORDER BY RANK "
        } else {
            "ORDER BY "
        });
        for (index, item) in order_by.items.iter().enumerate() {
            self.separate(index);
            self.expression(&item.expression);
            match item.direction {
                None => {}
                Some(Direction::Ascending) => self.text(" ASC"),
                Some(Direction::Descending) => self.text(" DESC"),
            }
        }
    }

    fn count(&mut self, count: &Count) {
        match &count.kind {
            CountKind::Number(number) => write_number(*number, &mut self.out),
            CountKind::Parameter(name) => self.text(name),
        }
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.text(", ");
        }
    }

    fn list(&mut self, expressions: &[Expression]) {
        for (index, expression) in expressions.iter().enumerate() {
            self.separate(index);
            self.expression(expression);
        }
    }

    fn quoted(&mut self, text: &str) {
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
                    self.text(&format!("\\u{:04x}", u32::from(control)))
                }
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    fn expression(&mut self, expression: &Expression) {
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

    fn literal(&mut self, literal: &Literal) {
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

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Printer::query_text(self))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Printer::expression_text(self))
    }
}
