//! Whose observations a judge looks at, and within which bounds.

use std::fmt;
use std::time::Duration;

use crate::history::Operation;

/// How far reads may lag behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StalenessBound {
    /// At most so many versions of an item.
    pub versions: u32,
    /// At most so long after a newer version was acknowledged.
    pub age: Duration,
}

/// Whose observations are judged. Writes always count, whoever made them; reads only inside the scope, so that one
/// history answers for the users of one level and for those of another.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    observers: &'a dyn Fn(&Operation) -> bool,
    pub(super) staleness: Option<StalenessBound>,
}

impl Default for Scope<'_> {
    fn default() -> Self {
        Self {
            observers: &|_| true,
            staleness: None,
        }
    }
}

impl<'a> Scope<'a> {
    /// Reads for which this is true.
    pub fn of(observers: &'a dyn Fn(&Operation) -> bool) -> Self {
        Self {
            observers,
            staleness: None,
        }
    }

    /// With the bound that [`Guarantee::BoundedStaleness`](super::Guarantee::BoundedStaleness) is judged by. Without
    /// one there is nothing to judge.
    pub fn with_staleness(mut self, bound: StalenessBound) -> Self {
        self.staleness = Some(bound);
        self
    }

    pub(super) fn covers(&self, operation: &Operation) -> bool {
        (self.observers)(operation)
    }
}

impl fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("staleness", &self.staleness)
            .finish_non_exhaustive()
    }
}
