//! ORDER BY RANK: one score, or several fused.

use super::context::Binder;
use super::query::Place;
use crate::ast::{
    Call, Collection, Expression, ExpressionKind, Literal, OrderBy, Query, SourceKind,
    UnaryOperator,
};
use crate::expr::{Expr, VectorExpr};
use crate::syntax::{Code, Span};

/// What ranks the rows of a query.
#[derive(Clone, Debug)]
pub(crate) struct RankPlan {
    /// The scores, at least one.
    pub(crate) components: Vec<Component>,
    /// One weight for each score; empty when none are given.
    pub(crate) weights: Vec<f64>,
    /// The condition of WHERE: it does not narrow the statistics, so it is checked after they are taken.
    pub(crate) filter: Option<Expr>,
}

/// One score.
#[derive(Clone, Debug)]
pub(crate) enum Component {
    /// `FullTextScore(text, terms…)`.
    FullText { text: Expr, terms: Box<[Expr]> },
    /// `VectorDistance(…)`.
    Vector(Box<VectorExpr>),
}

/// Whether a function is `FullTextScore`.
pub(crate) fn is_full_text_score(name: &str) -> bool {
    name.eq_ignore_ascii_case("FullTextScore")
}

/// Whether a function is `VectorDistance`.
pub(crate) fn is_vector_distance(name: &str) -> bool {
    name.eq_ignore_ascii_case("VectorDistance")
}

impl Binder<'_> {
    pub(super) fn rank(&mut self, order_by: &OrderBy, query: &Query, place: Place) {
        if place != Place::Top {
            self.complain(
                Code::RankInSubquery,
                order_by.span,
                "The ORDER BY RANK clause is not supported in subqueries.",
            );
            return;
        }
        self.check_sources(query);
        if let Some(item) = order_by.items.iter().find(|item| item.direction.is_some()) {
            let message =
                "Specifying a sort order (ASC or DESC) in the ORDER BY RANK clause is not allowed.";
            self.complain_plainly(item.expression.span, message);
        }
        let [item] = order_by.items.as_slice() else {
            self.bad_rank(order_by.span);
            return;
        };
        if let Some(plan) = self.rank_plan(&item.expression, order_by.span) {
            self.rank = Some(plan);
        }
    }

    fn check_sources(&mut self, query: &Query) {
        let Some(from) = &query.from else { return };
        if from.sources.len() > 1 {
            self.complain(
                Code::RankWithJoin,
                from.span,
                "The JOIN operator is not allowed with the ORDER BY RANK clause.",
            );
        }
        for source in &from.sources {
            if matches!(source.kind, SourceKind::Elements(_)) {
                let message = "The FROM clause with the IN operator is not allowed with the ORDER BY RANK clause.";
                self.complain(Code::RankWithIn, source.span, message);
            }
            if let Collection::Subquery(_, span) = &source.collection {
                let message =
                    "Subqueries in the FROM clause are not allowed with the ORDER BY RANK clause.";
                self.complain(Code::RankWithSubquery, *span, message);
            }
        }
    }

    fn bad_rank(&mut self, span: Span) {
        let message = "The ORDER BY RANK clause must be followed by a VectorDistance and/or a FullTextScore function call.";
        self.complain(Code::RankFunction, span, message);
    }

    fn rank_plan(&mut self, expression: &Expression, clause: Span) -> Option<RankPlan> {
        let ExpressionKind::Call(call) = &expression.kind else {
            self.bad_rank(clause);
            return None;
        };
        if !call.name.text.eq_ignore_ascii_case("RRF") {
            let component = self.component(call, expression.span, clause)?;
            return Some(RankPlan {
                components: vec![component],
                weights: Vec::new(),
                filter: None,
            });
        }
        let (scores, weights) = split_weights(&call.arguments);
        let mut components = Vec::new();
        for score in scores {
            match &score.kind {
                ExpressionKind::Call(inner) if !inner.name.text.eq_ignore_ascii_case("RRF") => {
                    components.push(self.component(inner, score.span, clause)?);
                }
                _ => {
                    self.bad_rank(clause);
                    return None;
                }
            }
        }
        if components.len() < 2 {
            self.bad_rank(clause);
            return None;
        }
        let weights = match weights {
            Some(weights) if weights.len() == components.len() => weights,
            None => Vec::new(),
            Some(_) => {
                let message = "The last parameter of the RRF function is an optional array of weights. It must hold as many \
                               numbers as there are component scores.";
                self.complain(Code::RankWeights, clause, message);
                return None;
            }
        };
        Some(RankPlan {
            components,
            weights,
            filter: None,
        })
    }

    fn component(&mut self, call: &Call, span: Span, clause: Span) -> Option<Component> {
        if is_vector_distance(&call.name.text) {
            let arguments = self.expressions(&call.arguments);
            if !(2..=4).contains(&arguments.len()) {
                self.complain(
                    Code::ArgumentCount,
                    span,
                    "The VECTORDISTANCE function requires 2 to 4 argument(s).",
                );
                return None;
            }
            return Some(Component::Vector(Box::new(self.vector(call, arguments))));
        }
        if is_full_text_score(&call.name.text) {
            let mut arguments = self.expressions(&call.arguments).into_vec();
            if arguments.len() < 2 {
                self.complain(
                    Code::ArgumentCount,
                    span,
                    "The FULLTEXTSCORE function requires at least 2 argument(s).",
                );
                return None;
            }
            let text = arguments.remove(0);
            return Some(Component::FullText {
                text,
                terms: arguments.into(),
            });
        }
        self.bad_rank(clause);
        None
    }
}

/// The scores of RRF, and the weights when the last argument is an array of numbers; an empty list for a broken array.
pub(crate) fn split_weights(arguments: &[Expression]) -> (&[Expression], Option<Vec<f64>>) {
    match arguments.split_last() {
        Some((
            Expression {
                kind: ExpressionKind::Array(elements),
                ..
            },
            scores,
        )) => {
            let weights: Option<Vec<f64>> = elements.iter().map(number).collect();
            (scores, Some(weights.unwrap_or_default()))
        }
        _ => (arguments, None),
    }
}

/// A literal number, with or without a sign.
fn number(expression: &Expression) -> Option<f64> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::Number(number)) => Some(number.as_f64()),
        ExpressionKind::Unary {
            operator: UnaryOperator::Plus,
            operand,
        } => number(operand),
        _ => None,
    }
}
