//! Walks over expressions.

use super::{Callee, Expression, ExpressionKind};
use crate::aggregate::AggregateKind;

impl Expression {
    /// The expressions directly inside this one, in the order of the text; subqueries are not entered.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::Literal(_)
            | ExpressionKind::Parameter(_)
            | ExpressionKind::Identifier(_)
            | ExpressionKind::Verbatim(_)
            | ExpressionKind::Subquery(..) => Vec::new(),
            ExpressionKind::Member { base, .. } => vec![base],
            ExpressionKind::Index { base, index } => vec![base, index],
            ExpressionKind::Array(elements) => elements.iter().collect(),
            ExpressionKind::Object(members) => members.iter().map(|member| &member.value).collect(),
            ExpressionKind::Unary { operand, .. } => vec![operand],
            ExpressionKind::Binary { left, right, .. } => vec![left, right],
            ExpressionKind::Logical { operands, .. } => operands.iter().collect(),
            ExpressionKind::Conditional(parts) => vec![&parts.test, &parts.then, &parts.otherwise],
            ExpressionKind::Between(parts) => vec![&parts.value, &parts.low, &parts.high],
            ExpressionKind::In(parts) => std::iter::once(&parts.value).chain(&parts.list).collect(),
            ExpressionKind::Like(parts) => [&parts.value, &parts.pattern]
                .into_iter()
                .chain(&parts.escape)
                .collect(),
            ExpressionKind::Call(call) => call.arguments.iter().collect(),
            ExpressionKind::Let(parts) => vec![&parts.value, &parts.body],
        }
    }

    /// Whether this expression or one inside it, outside of subqueries, fulfils a condition.
    pub fn any(&self, holds: &dyn Fn(&Self) -> bool) -> bool {
        holds(self) || self.children().into_iter().any(|child| child.any(holds))
    }

    /// The aggregate that this expression calls.
    pub fn aggregate(&self) -> Option<AggregateKind> {
        match &self.kind {
            ExpressionKind::Call(call) if call.callee == Callee::BuiltIn => {
                AggregateKind::of(&call.name.text)
            }
            _ => None,
        }
    }

    /// Whether an aggregate is called here or inside, outside of subqueries.
    pub fn has_aggregate(&self) -> bool {
        self.any(&|expression| expression.aggregate().is_some())
    }

    /// Whether this is a subquery of any form, or holds one.
    pub fn has_subquery(&self) -> bool {
        self.any(&|expression| matches!(expression.kind, ExpressionKind::Subquery(..)))
    }

    /// Whether two expressions say the same, however members are written.
    pub fn says_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (
                ExpressionKind::Member {
                    base: left,
                    name: left_name,
                    ..
                },
                ExpressionKind::Member {
                    base: right,
                    name: right_name,
                    ..
                },
            ) => left_name == right_name && left.says_same(right),
            (left, right) if std::mem::discriminant(left) == std::mem::discriminant(right) => {
                let (left_children, right_children) = (self.children(), other.children());
                if left_children.is_empty() {
                    return self == other;
                }
                left_children.len() == right_children.len()
                    && same_shape(left, right)
                    && left_children
                        .iter()
                        .zip(right_children)
                        .all(|(left, right)| left.says_same(right))
            }
            _ => false,
        }
    }
}

/// Whether two nodes of one kind differ in nothing but their children.
fn same_shape(left: &ExpressionKind, right: &ExpressionKind) -> bool {
    match (left, right) {
        (ExpressionKind::Object(left), ExpressionKind::Object(right)) => left
            .iter()
            .map(|member| &member.name)
            .eq(right.iter().map(|member| &member.name)),
        (
            ExpressionKind::Unary { operator: left, .. },
            ExpressionKind::Unary {
                operator: right, ..
            },
        ) => left == right,
        (
            ExpressionKind::Binary { operator: left, .. },
            ExpressionKind::Binary {
                operator: right, ..
            },
        ) => left == right,
        (
            ExpressionKind::Logical { operator: left, .. },
            ExpressionKind::Logical {
                operator: right, ..
            },
        ) => left == right,
        (ExpressionKind::Between(left), ExpressionKind::Between(right)) => {
            left.negation == right.negation
        }
        (ExpressionKind::In(left), ExpressionKind::In(right)) => left.negation == right.negation,
        (ExpressionKind::Like(left), ExpressionKind::Like(right)) => {
            left.negation == right.negation && left.escape.is_some() == right.escape.is_some()
        }
        (ExpressionKind::Call(left), ExpressionKind::Call(right)) => {
            left.callee == right.callee && left.name.text.eq_ignore_ascii_case(&right.name.text)
        }
        (ExpressionKind::Let(left), ExpressionKind::Let(right)) => left.name == right.name,
        _ => true,
    }
}
