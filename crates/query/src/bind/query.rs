//! Clauses.

use super::Origin;
use super::context::{Binder, Phase};
use crate::ast::{
    CountKind, ExpressionKind, Literal, Query, QueryForm, Select, SelectItem, SourceKind,
    Specification, Top,
};
use crate::expr::{CountPlan, Expr, Projection, QueryPlan, Scope};
use crate::syntax::{Code, Span};
use crate::value::Text;

/// Where a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the whole query.
    Top,
    /// In FROM or JOIN.
    Source,
    /// In an expression.
    Expression(QueryForm),
}

/// Counts of TOP, OFFSET and LIMIT are below this.
const MAX_COUNT: u64 = 1 << 32;

impl Binder<'_> {
    /// Binds a query; also tells where its rows come from.
    pub(super) fn query(&mut self, query: &Query, place: Place) -> (QueryPlan, Origin) {
        self.enter();
        let sources = match &query.from {
            Some(from) => self.from(from, place == Place::Top && counts_distinct(query)),
            None => Box::default(),
        };
        let filter = query.filter.as_ref().map(|filter| self.expression(filter));
        let grouped = self.group_keys(query);
        let order = self.order_by(query, place);
        let distinct = query.select.distinct.map(|_| Scope::Evaluation);
        let (projection, origin) = self.select(&query.select, query);
        let top = query.select.top.as_ref().map(|top| self.top(top, place));
        let window = query.window.as_ref().map(|window| {
            if place != Place::Top {
                let message = "'OFFSET LIMIT' clause is not supported in subqueries.";
                self.complain(Code::OffsetInSubquery, window.span, message);
            }
            let offset = (
                Code::OffsetCount,
                "The OFFSET count value exceeds the maximum allowed value.",
            );
            let limit = (
                Code::LimitCount,
                "The LIMIT count value exceeds the maximum allowed value.",
            );
            (
                self.count(&window.offset.kind, window.offset.span, offset),
                self.count(&window.limit.kind, window.limit.span, limit),
            )
        });
        let grouping = self.finish_grouping(grouped);
        (
            QueryPlan {
                sources,
                filter,
                grouping,
                projection,
                distinct,
                order,
                top,
                window,
            },
            origin,
        )
    }

    fn top(&mut self, top: &Top, place: Place) -> CountPlan {
        if place != Place::Top {
            self.complain(
                Code::TopInSubquery,
                top.span,
                "'TOP' is not supported in subqueries.",
            );
        }
        let complaint = (
            Code::TopCount,
            "The count value provided for a TOP clause must be an integer.",
        );
        self.count(&top.count.kind, top.count.span, complaint)
    }

    fn count(&mut self, kind: &CountKind, span: Span, (code, message): (Code, &str)) -> CountPlan {
        match kind {
            CountKind::Parameter(name) => CountPlan::Parameter(self.parameter(name)),
            CountKind::Number(number) => {
                let count = number
                    .as_i64()
                    .and_then(|count| u64::try_from(count).ok())
                    .filter(|count| *count < MAX_COUNT);
                if count.is_none() {
                    self.complain(code, span, message);
                }
                CountPlan::Fixed(count.unwrap_or(0))
            }
        }
    }

    fn select(&mut self, select: &Select, query: &Query) -> (Projection, Origin) {
        match &select.specification {
            Specification::Star(span) => self.star(*span, query),
            Specification::Value(expression) => {
                let origin = if query.group_by.is_empty() {
                    self.origin(expression)
                } else {
                    Origin::Computed
                };
                (Projection::Value(self.expression(expression)), origin)
            }
            Specification::List(items) => self.columns(items),
        }
    }

    fn star(&mut self, span: Span, query: &Query) -> (Projection, Origin) {
        let sources = query.from.as_ref().map_or(0, |from| from.sources.len());
        if !query.group_by.is_empty() {
            self.complain(
                Code::StarWithGroupBy,
                span,
                "'SELECT *' is not allowed with GROUP BY.",
            );
        } else if sources == 0 {
            self.complain_plainly(span, "'SELECT *' is not valid if FROM clause is omitted.");
        } else if sources > 1 {
            self.complain_plainly(span, "'SELECT *' is only valid with a single input set.");
        }
        match self
            .contexts
            .last()
            .and_then(|context| context.aliases.first())
        {
            Some(alias) => (
                Projection::Value(Expr::slot(alias.slot)),
                alias.origin.clone(),
            ),
            None => (Projection::Value(Expr::UNDEFINED), Origin::Computed),
        }
    }

    fn columns(&mut self, items: &[SelectItem]) -> (Projection, Origin) {
        let mut unnamed = 0;
        let mut columns: Vec<(Text<'static>, Expr)> = Vec::new();
        let mut origins = Vec::new();
        for item in items {
            let name = column_name(item, &mut unnamed);
            let origin = self.origin(&item.expression);
            let expr = self.expression(&item.expression);
            columns.retain(|(other, _)| **other != *name);
            origins.push((Box::from(name.as_str()), origin));
            columns.push((Text::from(name), expr));
        }
        (Projection::Columns(columns.into()), Origin::Object(origins))
    }

    /// Whether the innermost query speaks of groups.
    pub(super) fn speaks_of_groups(&self) -> bool {
        self.contexts
            .last()
            .is_some_and(|context| context.phase == Phase::Groups)
    }
}

/// The name of a column: its alias, the last member of its path, or `$n` counted over the columns without a name.
pub(crate) fn column_name(item: &SelectItem, unnamed: &mut usize) -> String {
    let given = item
        .alias
        .as_ref()
        .map(|alias| &*alias.text)
        .or_else(|| item.expression.column_name());
    given.map_or_else(
        || {
            *unnamed += 1;
            format!("${unnamed}")
        },
        str::to_owned,
    )
}

/// Whether the query counts the rows of a DISTINCT subquery: those are then distinct over all documents.
pub(crate) fn counts_distinct(query: &Query) -> bool {
    let Some(from) = &query.from else {
        return false;
    };
    let [source] = from.sources.as_slice() else {
        return false;
    };
    let crate::ast::Collection::Subquery(inner, _) = &source.collection else {
        return false;
    };
    let SourceKind::Whole(alias) = &source.kind else {
        return false;
    };
    let expression = match &query.select.specification {
        Specification::Value(expression) => expression,
        Specification::List(items) => match items.as_slice() {
            [item] => &item.expression,
            _ => return false,
        },
        Specification::Star(_) => return false,
    };
    let counts = expression.aggregate() == Some(crate::aggregate::AggregateKind::Count)
        && expression
            .children()
            .first()
            .is_some_and(|argument| match &argument.kind {
                ExpressionKind::Literal(literal) => *literal != Literal::Undefined,
                ExpressionKind::Identifier(name) => {
                    alias.as_ref().is_some_and(|alias| alias.text == *name)
                }
                _ => false,
            });
    counts
        && inner.select.distinct.is_some()
        && query.filter.is_none()
        && query.group_by.is_empty()
        && query.order_by.is_none()
        && query.select.distinct.is_none()
}
