//! Which composite index serves a filter, or a filter and an order together.

use cosmokit_protocol::resource::IndexPath;

use super::predicate::{Predicate, Term, Test};
use crate::ast::Direction;
use crate::value::OrderKey;

/// Values of lists that are looked up one by one under a composite index, at most.
pub const MAX_COMBINATIONS: usize = 64;

/// The paths of a composite index in sequence, each with its direction.
pub type CompositePaths = [(IndexPath, Direction)];

/// How a composite index serves a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompositeUse {
    /// Which of several.
    pub number: usize,
    /// How many of its first paths the order leaves out: the filter fixes them.
    pub leading: usize,
    /// How many of its first paths the filter fixes, those among them.
    pub fixed: usize,
    /// Whether the filter has a range of the values of the next.
    pub is_ranged: bool,
}

impl Predicate {
    /// The conditions that every document must fulfil.
    pub fn required(&self) -> impl Iterator<Item = &Term> {
        let parts = match self {
            Self::All(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        parts.iter().filter_map(|part| match part {
            Self::Term(term) => Some(term),
            _ => None,
        })
    }

    /// The values that a path must have one of.
    pub fn values_of(&self, path: &IndexPath) -> Option<&[OrderKey]> {
        self.required()
            .filter(|term| same(&term.path, path))
            .find_map(|term| match &term.test {
                Test::Values(values) => Some(values.as_slice()),
                _ => None,
            })
    }

    /// The conditions that are ranges of the values of a path.
    pub fn ranges_of(&self, path: &IndexPath) -> impl Iterator<Item = &Term> {
        let required = self.required().filter(|term| same(&term.path, path));
        required.filter(|term| matches!(term.test, Test::Between(..) | Test::Prefix(_)))
    }

    fn has_range_of(&self, path: &IndexPath) -> bool {
        self.ranges_of(path).next().is_some()
    }

    /// The composite index that finds what the filter asks for: equality on its first paths, and at most one range
    /// behind them; two paths at least.
    pub fn composite<P: AsRef<CompositePaths>>(&self, indexes: &[P]) -> Option<CompositeUse> {
        let of = |(number, index): (usize, &P)| {
            let paths = index.as_ref();
            let mut combinations = 1_usize;
            let fixed = paths.iter().take_while(|(path, _)| {
                let values = self.values_of(path).map_or(0, <[OrderKey]>::len);
                combinations = combinations.saturating_mul(values);
                (1..=MAX_COMBINATIONS).contains(&combinations)
            });
            let fixed = fixed.count();
            let next = paths.get(fixed);
            let is_ranged = next.is_some_and(|(path, _)| self.has_range_of(path));
            let is_of_use = fixed > 0 && fixed + usize::from(is_ranged) > 1;
            is_of_use.then_some(CompositeUse {
                number,
                leading: 0,
                fixed,
                is_ranged,
            })
        };
        best(indexes.iter().enumerate().filter_map(of))
    }

    /// The composite index that has what passes in an order: its last paths are those of the order, all directions the
    /// same or all inverted, and the filter fixes the paths before them. `None` when the filter fixes none at all.
    pub fn ordering_composite<P: AsRef<CompositePaths>>(
        &self,
        indexes: &[P],
        keys: &CompositePaths,
    ) -> Option<CompositeUse> {
        let is_fixed = |(path, _): &(IndexPath, Direction)| {
            self.values_of(path).is_some_and(|values| values.len() == 1)
        };
        let of = |(number, index): (usize, &P)| {
            let paths = index.as_ref();
            let leading = paths.len().checked_sub(keys.len())?;
            let (before, ordered) = paths.split_at_checked(leading)?;
            let pairs = || ordered.iter().zip(keys);
            let equal = pairs().filter(|(one, other)| one.1 == other.1).count();
            let is_order = pairs().all(|(one, other)| same(&one.0, &other.0))
                && (equal == 0 || equal == keys.len());
            if !is_order || !before.iter().all(is_fixed) {
                return None;
            }
            let first = keys.iter().take_while(|key| is_fixed(key)).count();
            let next = keys.get(first);
            (leading + first > 0).then_some(CompositeUse {
                number,
                leading,
                fixed: leading + first,
                is_ranged: next.is_some_and(|(path, _)| self.has_range_of(path)),
            })
        };
        best(indexes.iter().enumerate().filter_map(of))
    }
}

/// The first of those that say most.
fn best(uses: impl Iterator<Item = CompositeUse>) -> Option<CompositeUse> {
    let paths = |found: &CompositeUse| found.fixed + usize::from(found.is_ranged);
    uses.reduce(|best, next| {
        if paths(&next) > paths(&best) {
            next
        } else {
            best
        }
    })
}

fn same(one: &IndexPath, other: &IndexPath) -> bool {
    one.steps() == other.steps()
}
