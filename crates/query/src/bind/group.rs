//! GROUP BY and aggregates.

use super::context::{Binder, Phase};
use crate::aggregate::AggregateKind;
use crate::ast::{Call, Expression, Query, Specification};
use crate::expr::{AggregateCall, Expr, Grouping, Slot};
use crate::syntax::{Code, Span};

/// The keys of GROUP BY, bound; `None` for a query without groups.
pub(super) type Keys = Option<Box<[(Slot, Expr)]>>;

impl Binder<'_> {
    /// Binds the keys, and lets what follows speak of groups when there are keys or aggregates.
    pub(super) fn group_keys(&mut self, query: &Query) -> Keys {
        if query.group_by.is_empty() && !selects_aggregate(query) {
            return None;
        }
        let mut keys = Vec::new();
        for key in &query.group_by {
            let expr = self.expression(key);
            keys.push((self.new_slot(), expr));
        }
        if let Some(context) = self.contexts.last_mut() {
            context.phase = Phase::Groups;
            context.keys = query
                .group_by
                .iter()
                .cloned()
                .zip(keys.iter().map(|(slot, _)| *slot))
                .collect();
        }
        Some(keys.into())
    }

    /// Leaves the query, with its keys and the aggregates that were met.
    pub(super) fn finish_grouping(&mut self, keys: Keys) -> Option<Grouping> {
        let context = self.leave();
        let keys = keys?;
        let aggregates = context
            .map(|context| context.aggregates)
            .unwrap_or_default();
        let sorted = matches!(&*keys, [(_, Expr::Path { .. })]);
        Some(Grouping {
            keys,
            aggregates: aggregates.into(),
            sorted,
        })
    }

    /// The slot of the group key that an expression repeats.
    pub(super) fn repeated_key(&self, expression: &Expression) -> Option<Slot> {
        let speaking = self
            .contexts
            .iter()
            .rev()
            .filter(|context| context.phase == Phase::Groups);
        let mut keys = speaking.flat_map(|context| &context.keys);
        keys.find(|(key, _)| key.says_same(expression))
            .map(|(_, slot)| *slot)
    }

    /// Binds the call of an aggregate.
    pub(super) fn aggregate(&mut self, kind: AggregateKind, call: &Call, span: Span) -> Expr {
        let [argument] = call.arguments.as_slice() else {
            let message = format!("The {} function requires 1 argument(s).", kind.query_name());
            self.complain(Code::ArgumentCount, span, message);
            return Expr::UNDEFINED;
        };
        // Inside of subqueries the service takes an aggregate over what a further subquery gives.
        let at_the_top = self.contexts.len() == 1;
        if argument.has_aggregate() || at_the_top && argument.has_subquery() {
            let message = "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.";
            self.complain(Code::NestedAggregate, span, message);
            return Expr::UNDEFINED;
        }
        if !self.speaks_of_groups() {
            let message = format!(
                "The aggregate function {} is only allowed in the SELECT clause.",
                kind.query_name()
            );
            self.complain_plainly(span, message);
            return Expr::UNDEFINED;
        }
        self.set_phase(Phase::Rows);
        let argument = self.expression(argument);
        self.set_phase(Phase::Groups);
        let slot = self.new_slot();
        if let Some(context) = self.contexts.last_mut() {
            context.aggregates.push(AggregateCall {
                kind,
                argument,
                slot,
            });
        }
        Expr::slot(slot)
    }

    fn set_phase(&mut self, phase: Phase) {
        if let Some(context) = self.contexts.last_mut() {
            context.phase = phase;
        }
    }
}

/// Whether the select list calls an aggregate, outside of subqueries.
pub(crate) fn selects_aggregate(query: &Query) -> bool {
    match &query.select.specification {
        Specification::Star(_) => false,
        Specification::Value(expression) => expression.has_aggregate(),
        Specification::List(items) => items.iter().any(|item| item.expression.has_aggregate()),
    }
}
