//! The clauses of a query as text; expressions are next door.

use std::fmt;

use super::super::number_text::write_number;
use super::super::query::{AliasStyle, CountKind};
use super::super::{
    Alias, Collection, Count, Direction, Expression, From, MemberStyle, OrderBy, PathStep, Query,
    Select, Source, SourceKind, Specification,
};
use crate::syntax::token::Keyword;

/// Collects text; knows how deep subqueries are indented.
#[derive(Debug, Default)]
pub(crate) struct Printer {
    pub(super) out: String,
    pub(super) indent: usize,
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

    pub(super) fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    pub(super) fn line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
    }

    pub(super) fn query(&mut self, query: &Query) {
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

    pub(super) fn select(&mut self, select: &Select) {
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

    pub(super) fn alias(&mut self, alias: &Alias) {
        self.text(" AS ");
        match alias.style {
            AliasStyle::Word => self.text(&alias.text),
            AliasStyle::Quoted => self.quoted(&alias.text),
        }
    }

    pub(super) fn from(&mut self, from: &From) {
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

    pub(super) fn source(&mut self, source: &Source) {
        if let SourceKind::Elements(name) = &source.kind {
            self.text(&name.text);
            self.text(" IN ");
        }
        match &source.collection {
            Collection::Path { root, steps } => {
                self.text(&root.text);
                for step in steps {
                    self.step(step);
                }
            }
            Collection::Subquery(query, _) => self.nested(query),
            Collection::Call(expression) => self.expression(expression),
        }
        if let SourceKind::Whole(Some(name)) = &source.kind {
            self.text(" AS ");
            self.text(&name.text);
        }
    }

    pub(super) fn step(&mut self, step: &PathStep) {
        match step {
            PathStep::Dot(name) => self.member(name, MemberStyle::Dot),
            PathStep::Bracket(name) => self.member(name, MemberStyle::Bracket),
            PathStep::Index(index) => self.text(&format!("[{index}]")),
        }
    }

    pub(super) fn member(&mut self, name: &str, style: MemberStyle) {
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
    pub(super) fn nested(&mut self, query: &Query) {
        self.text("(");
        self.indent += 1;
        self.line();
        self.query(query);
        self.indent -= 1;
        self.line();
        self.text(")");
    }

    pub(super) fn order_by(&mut self, order_by: &OrderBy) {
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

    pub(super) fn count(&mut self, count: &Count) {
        match &count.kind {
            CountKind::Number(number) => write_number(*number, &mut self.out),
            CountKind::Parameter(name) => self.text(name),
        }
    }

    pub(super) fn separate(&mut self, index: usize) {
        if index > 0 {
            self.text(", ");
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
