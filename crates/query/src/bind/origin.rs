//! Where a value comes from: a path of the document, an element that a JOIN brought in, or a computation.

use super::context::Binder;
use crate::ast::{Expression, ExpressionKind, Literal};
use crate::expr::Step;

/// The origin of a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origin {
    /// A path of the document.
    Document(Vec<Step>),
    /// Below an element of an array that a query iterates over.
    Element,
    /// An object whose members come from somewhere.
    Object(Vec<(Box<str>, Self)>),
    /// Anything else.
    Computed,
}

impl Origin {
    /// The origin of a part.
    pub(crate) fn step(self, step: Step) -> Self {
        match (self, step) {
            (Self::Document(mut steps), step) => {
                steps.push(step);
                Self::Document(steps)
            }
            (Self::Element, _) => Self::Element,
            (Self::Object(members), Step::Member(name)) => members
                .into_iter()
                .find(|(member, _)| *member == name)
                .map_or(Self::Computed, |(_, origin)| origin),
            _ => Self::Computed,
        }
    }
}

impl Binder<'_> {
    /// Where the value of an expression comes from, with the names now in scope.
    pub(super) fn origin(&self, expression: &Expression) -> Origin {
        match &expression.kind {
            ExpressionKind::Identifier(name) => self
                .resolve(name)
                .map_or(Origin::Computed, |(alias, _)| alias.origin.clone()),
            ExpressionKind::Member { base, name, .. } => {
                self.origin(base).step(Step::Member(name.clone()))
            }
            ExpressionKind::Index { base, index } => match literal_step(index) {
                Some(step) => self.origin(base).step(step),
                None => Origin::Computed,
            },
            ExpressionKind::Object(members) => {
                let members = members
                    .iter()
                    .map(|member| (member.name.clone(), self.origin(&member.value)));
                Origin::Object(members.collect())
            }
            _ => Origin::Computed,
        }
    }
}

/// The step that a literal index makes.
pub(super) fn literal_step(index: &Expression) -> Option<Step> {
    match &index.kind {
        ExpressionKind::Literal(Literal::String(name)) => Some(Step::Member(name.clone())),
        ExpressionKind::Literal(Literal::Number(number)) => {
            let position = number
                .as_i64()
                .and_then(|position| usize::try_from(position).ok());
            // A negative or broken index finds nothing, as one behind the end does.
            Some(Step::Element(position.unwrap_or(usize::MAX)))
        }
        _ => None,
    }
}
