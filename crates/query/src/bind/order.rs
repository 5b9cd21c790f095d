//! ORDER BY.

use cosmokit_protocol::resource::{IndexPath, IndexPathEnd, IndexStep};

use super::context::Binder;
use super::expression::may_order;
use super::query::Place;
use super::rank::is_vector_distance;
use super::{Origin, Program};
use crate::ast::{Direction, Expression, ExpressionKind, OrderBy, Query};
use crate::error::{QueryError, Refusal};
use crate::expr::{Expr, OrderPlan, Step};
use crate::syntax::{Code, Diagnostic};

/// What an ORDER BY key is, for whoever serves it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OrderKeyOrigin {
    /// A path of the document.
    Path(Vec<Step>),
    /// A distance between vectors, or a full-text score in the form of rewritten queries.
    Score,
    /// Below an element that a JOIN or an IN brought in.
    Element,
    /// Nothing that can be ordered by.
    Unsupported,
}

impl Binder<'_> {
    /// Binds the keys; ordering by RANK is bound elsewhere and leaves none.
    pub(super) fn order_by(&mut self, query: &Query, place: Place) -> Box<[OrderPlan]> {
        let Some(order_by) = &query.order_by else {
            return Box::default();
        };
        if order_by.rank.is_some() {
            self.rank(order_by, query, place);
            return Box::default();
        }
        if !may_order(place) {
            self.complain(
                Code::OrderByInSubquery,
                order_by.span,
                "'ORDER BY' is not supported in subqueries.",
            );
        }
        let implicit_group = self.speaks_of_groups() && query.group_by.is_empty();
        if place == Place::Top {
            self.order_origins = self.key_origins(order_by);
        }
        if implicit_group {
            // A single row needs no order; its keys are about rows that are gone.
            return Box::default();
        }
        let mut plans = Vec::new();
        for item in &order_by.items {
            let key = self.expression(&item.expression);
            let nearest = match &key {
                Expr::Vector(vector) => vector.metric.nearest_first(),
                _ => Direction::Ascending,
            };
            plans.push(OrderPlan {
                direction: item.direction.unwrap_or(nearest),
                key,
            });
        }
        plans.into()
    }

    fn key_origins(&self, order_by: &OrderBy) -> Vec<(OrderKeyOrigin, Direction)> {
        let single = order_by.items.len() == 1;
        let origin = |expression: &Expression| match (&expression.kind, self.origin(expression)) {
            (ExpressionKind::Call(call), _) if single && is_score(&call.name.text) => {
                OrderKeyOrigin::Score
            }
            (_, Origin::Document(steps)) => OrderKeyOrigin::Path(steps),
            (_, Origin::Element) => OrderKeyOrigin::Element,
            _ => OrderKeyOrigin::Unsupported,
        };
        let items = order_by.items.iter();
        items
            .map(|item| {
                (
                    origin(&item.expression),
                    item.direction.unwrap_or(Direction::Ascending),
                )
            })
            .collect()
    }

    /// Refuses keys that nothing can serve, when the query is otherwise sound.
    pub(super) fn check_order(&self, text: &str) -> Result<(), QueryError> {
        let keys = &self.order_origins;
        if keys
            .iter()
            .any(|(origin, _)| *origin == OrderKeyOrigin::Unsupported)
        {
            let message = "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.";
            return Err(QueryError::invalid(
                text,
                Diagnostic::whole(Code::OrderByPath, message),
            ));
        }
        if keys
            .iter()
            .any(|(origin, _)| *origin == OrderKeyOrigin::Element)
        {
            return Err(QueryError::Refused(Refusal::CorrelatedOrderBy));
        }
        let paths: Vec<(Vec<&str>, Direction)> = keys
            .iter()
            .filter_map(|(origin, direction)| match origin {
                OrderKeyOrigin::Path(steps) => Some((names(steps), *direction)),
                _ => None,
            })
            .collect();
        if paths.len() > 1 && !self.schema.serves(&paths) {
            return Err(QueryError::Refused(Refusal::NoCompositeIndex));
        }
        Ok(())
    }
}

/// Whether a function computes a score that rows can be ordered by.
fn is_score(name: &str) -> bool {
    is_vector_distance(name) || name.eq_ignore_ascii_case("_FullTextScore")
}

/// A path in the words of an indexing policy: any element of an array is `[]`.
fn names(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(Step::name).collect()
}

impl Program {
    /// The document paths that the query orders by, with directions; `None` when it orders by something else.
    pub fn order_paths(&self) -> Option<Vec<(Vec<Box<str>>, Direction)>> {
        self.order_origins
            .iter()
            .map(|(origin, direction)| match origin {
                OrderKeyOrigin::Path(steps) => Some((
                    names(steps).into_iter().map(Box::from).collect(),
                    *direction,
                )),
                _ => None,
            })
            .collect()
    }

    /// The paths of ORDER BY in the words of indexing policies; `None` when it orders by something else.
    pub fn order_index_paths(&self) -> Option<Vec<(IndexPath, Direction)>> {
        let path = |steps: &[Step]| {
            let steps = steps.iter().map(|step| match step {
                Step::Member(name) => IndexStep::Property(name.clone()),
                Step::Element(_) => IndexStep::AnyElement,
            });
            IndexPath::from_steps(steps, IndexPathEnd::Scalar)
        };
        self.order_origins
            .iter()
            .map(|(origin, direction)| match origin {
                OrderKeyOrigin::Path(steps) => Some((path(steps), *direction)),
                _ => None,
            })
            .collect()
    }

    /// Whether each document gives its rows whatever the others are, and only their order and number is of all: the
    /// rows can then be had document by document, in the order of the keys of the documents.
    pub fn is_ordered_by_documents(&self) -> bool {
        let plan = &self.plan;
        let holds = plan.grouping.is_some() || plan.distinct.is_some() || self.rank.is_some();
        let is_ordered = !plan.order.is_empty() && plan.order.len() == self.order_origins.len();
        self.reads_documents() && !holds && is_ordered
    }
}
