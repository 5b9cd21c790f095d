//! Paths of expressions in the words of indexing policies.

use cosmokit_protocol::resource::{IndexPath, IndexPathEnd, IndexStep};

use crate::expr::{Expr, Slot, SourcePlan, Step};

/// The paths of the document that slots stand for.
#[derive(Clone, Debug)]
pub(super) struct SlotPaths(Vec<(Slot, Vec<IndexStep>)>);

impl SlotPaths {
    /// The document in its slot.
    pub(super) fn new() -> Self {
        Self(vec![(0, Vec::new())])
    }

    /// Adds the slots of sources that follow paths of known slots.
    pub(super) fn add(&mut self, sources: &[SourcePlan]) {
        for source in sources {
            match source {
                SourcePlan::Value(slot, expr) => {
                    if let Some(steps) = self.steps(expr) {
                        self.0.push((*slot, steps));
                    }
                }
                SourcePlan::Elements(slot, expr) => {
                    if let Some(mut steps) = self.steps(expr) {
                        steps.push(IndexStep::AnyElement);
                        self.0.push((*slot, steps));
                    }
                }
                SourcePlan::Rows(..) | SourcePlan::RowElements(..) => {}
            }
        }
    }

    fn steps(&self, expr: &Expr) -> Option<Vec<IndexStep>> {
        match expr {
            Expr::Path { slot, steps } => {
                let (_, root) = self.0.iter().find(|(known, _)| known == slot)?;
                let own = steps.iter().map(|step| match step {
                    Step::Member(name) => IndexStep::Property(name.clone()),
                    Step::Element(_) => IndexStep::AnyElement,
                });
                Some(root.iter().cloned().chain(own).collect())
            }
            // An index on a computed property holds what is computed.
            Expr::Computed { stored, .. } => self.steps(stored),
            _ => None,
        }
    }

    /// The path of an expression, and whether it meets a single value: not one of several elements.
    pub(super) fn path(&self, expr: &Expr) -> Option<(IndexPath, Meets)> {
        let steps = self.steps(expr).filter(|steps| !steps.is_empty())?;
        let meets = if steps.contains(&IndexStep::AnyElement) {
            Meets::Several
        } else {
            Meets::One
        };
        Some((IndexPath::from_steps(steps, IndexPathEnd::Scalar), meets))
    }

    /// The path of the elements of an array.
    pub(super) fn elements(&self, expr: &Expr) -> Option<IndexPath> {
        let steps = self.steps(expr).filter(|steps| !steps.is_empty())?;
        Some(IndexPath::from_steps(
            steps.into_iter().chain([IndexStep::AnyElement]),
            IndexPathEnd::Scalar,
        ))
    }
}

/// Whether a path meets one value of a document or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meets {
    One,
    Several,
}
