//! What the binder knows while it walks: names in scope, slots, complaints.

use super::order::OrderKeyOrigin;
use super::{Origin, RankPlan};
use crate::ast::{Direction, Expression, Name};
use crate::expr::{AggregateCall, DOCUMENT, Slot};
use crate::schema::Schema;
use crate::syntax::{Code, Diagnostic, Span};

/// A name that can be used in expressions.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    pub(super) name: Box<str>,
    pub(super) slot: Slot,
    pub(super) origin: Origin,
}

/// Whether expressions are about single rows or about groups of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Rows,
    Groups,
}

/// One query that is being bound.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) aliases: Vec<Alias>,
    pub(super) phase: Phase,
    /// The keys of GROUP BY with their slots.
    pub(super) keys: Vec<(Expression, Slot)>,
    /// The aggregates met so far in this query.
    pub(super) aggregates: Vec<AggregateCall>,
}

/// A walk over one query text.
#[derive(Debug)]
pub(super) struct Binder<'s> {
    pub(super) schema: &'s Schema,
    pub(super) contexts: Vec<Context>,
    pub(super) parameters: Vec<Box<str>>,
    pub(super) slots: usize,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) uses_document: bool,
    pub(super) udf_calls: usize,
    /// The most JOINs of one FROM clause.
    pub(super) joins: usize,
    /// Inside the query of a computed property, where no other one is known.
    pub(super) inside_computed: bool,
    /// What the top query ranks by.
    pub(super) rank: Option<RankPlan>,
    /// What the top query orders by.
    pub(super) order_origins: Vec<(OrderKeyOrigin, Direction)>,
}

impl<'s> Binder<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            contexts: Vec::new(),
            parameters: Vec::new(),
            slots: DOCUMENT + 1,
            errors: Vec::new(),
            uses_document: false,
            udf_calls: 0,
            joins: 0,
            inside_computed: false,
            rank: None,
            order_origins: Vec::new(),
        }
    }

    pub(super) fn new_slot(&mut self) -> Slot {
        let slot = self.slots;
        self.slots += 1;
        slot
    }

    pub(super) fn complain(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::at(code, span, message));
    }

    /// Complains about something for which no code of the service is known.
    pub(super) fn complain_plainly(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(Diagnostic::limit(span, message));
    }

    pub(super) fn enter(&mut self) {
        self.contexts.push(Context {
            aliases: Vec::new(),
            phase: Phase::Rows,
            keys: Vec::new(),
            aggregates: Vec::new(),
        });
    }

    pub(super) fn leave(&mut self) -> Option<Context> {
        self.contexts.pop()
    }

    /// Gives a name to a slot in the innermost query; without one, the slot can be reached by `*` only.
    pub(super) fn declare(&mut self, name: Option<&Name>, slot: Slot, origin: Origin) {
        if let Some(context) = self.contexts.last_mut() {
            let name = name.map(|name| name.text.clone()).unwrap_or_default();
            context.aliases.push(Alias { name, slot, origin });
        }
    }

    /// What a name means, from the innermost query outwards, and whether that query speaks of groups.
    pub(super) fn resolve(&self, name: &str) -> Option<(&Alias, Phase)> {
        self.contexts.iter().rev().find_map(|context| {
            let alias = context
                .aliases
                .iter()
                .rev()
                .find(|alias| *alias.name == *name)?;
            Some((alias, context.phase))
        })
    }

    /// Whether no name at all is in scope, so that FROM can only mean the container.
    pub(super) fn nothing_in_scope(&self) -> bool {
        self.contexts
            .iter()
            .all(|context| context.aliases.is_empty())
    }

    pub(super) fn unresolved(&mut self, name: &str, span: Span) {
        self.complain(
            Code::UnresolvedIdentifier,
            span,
            format!("Identifier '{name}' could not be resolved."),
        );
    }

    /// The index of a parameter.
    pub(super) fn parameter(&mut self, name: &str) -> usize {
        if let Some(index) = self.parameters.iter().position(|known| **known == *name) {
            return index;
        }
        self.parameters.push(name.into());
        self.parameters.len() - 1
    }
}
