//! A query that is ready to run.

use super::context::Binder;
use super::group::selects_aggregate;
use super::order::OrderKeyOrigin;
use super::query::Place;
use super::{MAX_JOINS, MAX_UDF_CALLS, RankPlan};
use crate::ast::{Direction, Expression, Query, Specification};
use crate::error::QueryError;
use crate::expr::QueryPlan;
use crate::schema::Schema;
use crate::syntax::{Code, Diagnostic, parse};
use crate::value::Value;

/// A query bound to a container: what it reads, what it computes, in which order.
///
/// It holds no data and no parameter values, can be shared between threads, and be run any number of times.
#[derive(Debug)]
pub struct Program {
    pub(crate) plan: QueryPlan,
    pub(crate) rank: Option<RankPlan>,
    pub(crate) parameters: Vec<Box<str>>,
    pub(crate) slots: usize,
    pub(crate) schema: Schema,
    pub(crate) shape: Shape,
    pub(crate) order_origins: Vec<(OrderKeyOrigin, Direction)>,
}

/// What a query is like, for whoever plans it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Whether rows come from documents; otherwise the query gives the same without any.
    pub(crate) reads_documents: bool,
    /// Whether an aggregate is part of a larger expression.
    pub(crate) composes_aggregates: bool,
}

impl Program {
    /// Parses and binds a query text.
    ///
    /// # Errors
    /// Everything that is wrong with the text, or why nothing can serve it.
    pub fn compile(text: &str, schema: &Schema) -> Result<Self, QueryError> {
        let query = parse(text).map_err(|diagnostic| QueryError::invalid(text, diagnostic))?;
        Self::bind(text, &query, schema)
    }

    /// Binds a tree; `text` is what it was parsed from.
    ///
    /// # Errors
    /// As for [`Program::compile`].
    pub fn bind(text: &str, query: &Query, schema: &Schema) -> Result<Self, QueryError> {
        let mut binder = Binder::new(schema);
        let (plan, _) = binder.query(query, Place::Top);
        if binder.udf_calls > MAX_UDF_CALLS {
            let message = format!(
                "The SQL query exceeded the maximum number of user-defined function calls. The allowed limit is {MAX_UDF_CALLS}."
            );
            binder.complain(Code::TooManyUdfCalls, query.span, message);
        }
        if binder.joins > MAX_JOINS {
            let message = format!(
                "The SQL query exceeded the maximum number of joins. The allowed limit is {MAX_JOINS}."
            );
            binder.errors.push(Diagnostic::limit(query.span, message));
        }
        if !binder.errors.is_empty() {
            return Err(QueryError::Invalid {
                text: text.into(),
                diagnostics: binder.errors,
            });
        }
        binder.check_order(text)?;
        let mut plan = plan;
        if let Some(rank) = &mut binder.rank {
            rank.filter = plan.filter.take();
        }
        let shape = Shape {
            reads_documents: binder.uses_document,
            composes_aggregates: composes_aggregates(query),
        };
        Ok(Self {
            plan,
            rank: binder.rank,
            parameters: binder.parameters,
            slots: binder.slots,
            schema: schema.clone(),
            shape,
            order_origins: binder.order_origins,
        })
    }

    /// The names of the parameters that the query uses, `@` included.
    pub fn parameters(&self) -> impl ExactSizeIterator<Item = &str> {
        self.parameters.iter().map(|name| &**name)
    }

    /// Values for the parameters of this program, in its order; what is not given is undefined.
    pub fn arguments<'v>(
        &self,
        given: impl IntoIterator<Item = (&'v str, Value<'static>)>,
    ) -> Vec<Value<'static>> {
        let mut values = vec![Value::Undefined; self.parameters.len()];
        for (name, value) in given {
            let index = self.parameters.iter().position(|known| **known == *name);
            if let Some(place) = index.and_then(|index| values.get_mut(index)) {
                *place = value;
            }
        }
        values
    }

    /// Whether rows come from documents. Otherwise the query gives its rows without reading any.
    pub fn reads_documents(&self) -> bool {
        self.shape.reads_documents
    }

    /// Whether it has WHERE.
    pub fn has_filter(&self) -> bool {
        let ranked = self.rank.as_ref().and_then(|rank| rank.filter.as_ref());
        self.plan.filter.as_ref().or(ranked).is_some()
    }

    /// Whether it has ORDER BY RANK.
    pub fn is_ranked(&self) -> bool {
        self.rank.is_some()
    }

    /// Whether no row is known before the last document: GROUP BY, aggregates, ORDER BY.
    pub fn holds_rows(&self) -> bool {
        let plan = &self.plan;
        plan.grouping.is_some() || !plan.order.is_empty() || self.rank.is_some()
    }

    /// Whether each document gives its rows whatever the others are: the query can then go on behind any document.
    pub fn is_streaming(&self) -> bool {
        let plan = &self.plan;
        let holds = plan.grouping.is_some()
            || plan.distinct.is_some()
            || !plan.order.is_empty()
            || self.rank.is_some();
        self.reads_documents() && !holds && plan.top.is_none() && plan.window.is_none()
    }
}

/// Whether an aggregate stands anywhere but alone as a selected value or column.
fn composes_aggregates(query: &Query) -> bool {
    let composed =
        |expression: &Expression| expression.aggregate().is_none() && expression.has_aggregate();
    selects_aggregate(query)
        && match &query.select.specification {
            Specification::Star(_) => false,
            Specification::Value(expression) => composed(expression),
            Specification::List(items) => items.iter().any(|item| composed(&item.expression)),
        }
}
