//! Function calls.

use super::context::Binder;
use super::{Origin, rank};
use crate::aggregate::AggregateKind;
use crate::ast::{Call, Callee, Expression, ExpressionKind, Literal};
use crate::expr::{Expr, Step, VectorExpr};
use crate::function::{Function, Metric, find};
use crate::syntax::{Code, Span};

impl Binder<'_> {
    pub(super) fn call(&mut self, call: &Call, span: Span) -> Expr {
        if call.callee == Callee::User {
            self.udf_calls += 1;
            let arguments = self.expressions(&call.arguments);
            return Expr::User(call.name.text.clone(), arguments);
        }
        if let Some(kind) = AggregateKind::of(&call.name.text) {
            return self.aggregate(kind, call, span);
        }
        let arguments = self.expressions(&call.arguments);
        let name = &call.name.text;
        if rank::is_full_text_score(name) {
            self.complain(
                Code::ScoreOutsideRank,
                span,
                "The FullTextScore function is only allowed in the ORDER BY RANK clause.",
            );
            return Expr::UNDEFINED;
        }
        let Some(function) = find(name) else {
            let message = format!("'{name}' is not a recognized built-in function name.");
            self.complain(Code::UnknownFunction, call.name.span, message);
            return Expr::UNDEFINED;
        };
        if !self.accepts(function, arguments.len(), span) {
            return Expr::UNDEFINED;
        }
        if function.name == "VECTORDISTANCE" {
            return Expr::Vector(Box::new(self.vector(call, arguments)));
        }
        Expr::Call(function, arguments)
    }

    fn accepts(&mut self, function: &Function, count: usize, span: Span) -> bool {
        let fits = function.arity.accepts(count);
        if !fits {
            let message = format!(
                "The {} function requires {} argument(s).",
                function.name, function.arity
            );
            self.complain(Code::ArgumentCount, span, message);
        }
        fits
    }

    /// Binds `VectorDistance`, for which the container's policy says how to compare.
    pub(super) fn vector(&mut self, call: &Call, arguments: Box<[Expr]>) -> VectorExpr {
        if let Some(options) = call.arguments.get(3) {
            self.check_options(options);
        }
        let metric = self.metric(call);
        let mut arguments = arguments.into_vec().into_iter();
        let mut next = || arguments.next().unwrap_or(Expr::UNDEFINED);
        let (left, right) = (next(), next());
        VectorExpr {
            left,
            right,
            brute_force: arguments.next(),
            options: arguments.next(),
            metric,
        }
    }

    /// The metric that options name, or else the policy for one of the two paths.
    pub(super) fn metric(&self, call: &Call) -> Metric {
        if let Some(metric) = call
            .arguments
            .get(3)
            .and_then(|options| option(options, "distanceFunction"))
            .and_then(literal_text)
            && let Some(metric) = Metric::of(metric)
        {
            return metric;
        }
        let paths =
            call.arguments
                .iter()
                .take(2)
                .filter_map(|argument| match self.origin(argument) {
                    Origin::Document(steps) => Some(steps),
                    _ => None,
                });
        let named = paths.filter_map(|steps| {
            let names: Option<Vec<&str>> = steps
                .iter()
                .map(|step| match step {
                    Step::Member(name) => Some(&**name),
                    Step::Element(_) => None,
                })
                .collect();
            let names = names?;
            let known = self
                .schema
                .vectors
                .iter()
                .any(|(segments, _)| segments.iter().map(|s| &**s).eq(names.iter().copied()));
            known.then(|| self.schema.metric(&names))
        });
        named.into_iter().next().unwrap_or(Metric::Cosine)
    }

    fn check_options(&mut self, options: &Expression) {
        let Some(value) = option(options, "searchListSizeMultiplier") else {
            return;
        };
        let number = match &value.kind {
            ExpressionKind::Literal(Literal::Number(number)) => *number,
            _ => return,
        };
        if !(1.0..=100.0).contains(&number.as_f64()) {
            let message = format!(
                "The 'searchListSizeMultiplier' value {number} specified in the VectorDistance function is outside the supported \
                 range. The value must be between 1 and 100."
            );
            self.complain(Code::SearchListSize, options.span, message);
        }
    }
}

/// A member of a literal object of options.
fn option<'e>(options: &'e Expression, name: &str) -> Option<&'e Expression> {
    match &options.kind {
        ExpressionKind::Object(members) => members
            .iter()
            .find(|member| *member.name == *name)
            .map(|member| &member.value),
        _ => None,
    }
}

fn literal_text(expression: &Expression) -> Option<&str> {
    match &expression.kind {
        ExpressionKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}
