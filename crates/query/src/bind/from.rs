//! FROM and JOIN.

use super::Origin;
use super::context::Binder;
use super::query::Place;
use crate::ast::{Collection, From, Name, PathStep, Source, SourceKind};
use crate::expr::{DOCUMENT, Expr, Scope, SourcePlan, Step};

impl Binder<'_> {
    /// Binds the sources from left to right; later ones see the names of earlier ones.
    pub(super) fn from(&mut self, from: &From, count_distinct: bool) -> Box<[SourcePlan]> {
        self.joins = self.joins.max(from.sources.len() - 1);
        let mut plans = Vec::new();
        for (index, source) in from.sources.iter().enumerate() {
            plans.extend(self.source(source, count_distinct && index == 0));
        }
        plans.into()
    }

    fn source(&mut self, source: &Source, count_distinct: bool) -> Option<SourcePlan> {
        match &source.collection {
            Collection::Path { root, steps } => self.path_source(&source.kind, root, steps),
            Collection::Call(expression) => {
                let value = self.expression(expression);
                let slot = self.new_slot();
                match &source.kind {
                    SourceKind::Whole(name) => {
                        self.declare(name.as_ref(), slot, Origin::Computed);
                        Some(SourcePlan::Value(slot, value))
                    }
                    SourceKind::Elements(name) => {
                        self.declare(Some(name), slot, Origin::Element);
                        Some(SourcePlan::Elements(slot, value))
                    }
                }
            }
            Collection::Subquery(query, _) => {
                let (mut plan, origin) = self.query(query, Place::Source);
                if count_distinct {
                    plan.distinct = plan.distinct.map(|_| Scope::Query);
                }
                let slot = self.new_slot();
                let plan = Box::new(plan);
                match &source.kind {
                    SourceKind::Whole(name) => {
                        self.declare(name.as_ref(), slot, origin);
                        Some(SourcePlan::Rows(slot, plan))
                    }
                    SourceKind::Elements(name) => {
                        self.declare(Some(name), slot, Origin::Element);
                        Some(SourcePlan::RowElements(slot, plan))
                    }
                }
            }
        }
    }

    fn path_source(
        &mut self,
        kind: &SourceKind,
        root: &Name,
        steps: &[PathStep],
    ) -> Option<SourcePlan> {
        let (root_slot, root_origin) = match self.resolve(&root.text) {
            Some((alias, _)) => (alias.slot, alias.origin.clone()),
            None if self.nothing_in_scope() => {
                self.uses_document = true;
                (DOCUMENT, Origin::Document(Vec::new()))
            }
            None => {
                self.unresolved(&root.text, root.span);
                (DOCUMENT, Origin::Computed)
            }
        };
        let steps: Vec<Step> = steps.iter().map(step).collect();
        let origin = steps.iter().cloned().fold(root_origin, Origin::step);
        match kind {
            SourceKind::Whole(alias) => {
                let inferred = inferred_name(root, &steps);
                let name = alias.as_ref().or(inferred.as_ref());
                if steps.is_empty() {
                    // The value is there already.
                    self.declare(name, root_slot, origin);
                    return None;
                }
                let slot = self.new_slot();
                self.declare(name, slot, origin);
                Some(SourcePlan::Value(
                    slot,
                    Expr::Path {
                        slot: root_slot,
                        steps: steps.into(),
                    },
                ))
            }
            SourceKind::Elements(name) => {
                let slot = self.new_slot();
                self.declare(Some(name), slot, Origin::Element);
                Some(SourcePlan::Elements(
                    slot,
                    Expr::Path {
                        slot: root_slot,
                        steps: steps.into(),
                    },
                ))
            }
        }
    }
}

/// The name of a source that is given none: the last member of its path, or the container.
fn inferred_name(root: &Name, steps: &[Step]) -> Option<Name> {
    match steps.last() {
        None => Some(root.clone()),
        Some(Step::Member(name)) => Some(Name {
            text: name.clone(),
            span: root.span,
        }),
        Some(Step::Element(_)) => None,
    }
}

fn step(step: &PathStep) -> Step {
    match step {
        PathStep::Dot(name) | PathStep::Bracket(name) => Step::Member(name.clone()),
        PathStep::Index(index) => Step::Element(usize::try_from(*index).unwrap_or(usize::MAX)),
    }
}
