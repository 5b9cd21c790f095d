//! ORDER BY: rows held in a sorted buffer, the best ones only when a limit says how many are wanted.

use std::cmp::Ordering;

use crate::ast::Direction;
use crate::error::RunError;
use crate::expr::OrderPlan;
use crate::value::OrderKey;

/// The keys of one row.
pub(crate) type Tuple = Vec<OrderKey>;

/// How many rows one query may hold to sort them.
pub(crate) const MAX_SORTED_ROWS: usize = 1_000_000;

/// The keys of one row, comparable under a list of directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderTuple(Tuple);

impl OrderTuple {
    pub(crate) fn new(keys: Tuple) -> Self {
        Self(keys)
    }

    /// Compares under the directions of a plan; ties are equal.
    pub(crate) fn compare(&self, other: &Self, plan: &[OrderPlan]) -> Ordering {
        let keys = self.0.iter().zip(&other.0).zip(plan);
        keys.map(|((left, right), item)| item.direction.apply(left.cmp(right)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

/// Collects rows and gives them back sorted.
#[derive(Debug)]
pub(crate) struct Sorter<T> {
    rows: Vec<SortedRow<T>>,
    /// How many of the first rows are wanted.
    wanted: Option<usize>,
    sequence: u64,
}

#[derive(Debug)]
struct SortedRow<T> {
    key: OrderTuple,
    /// The document, counted from zero, then the row within it: what decides ties.
    place: (u64, u64),
    row: T,
}

impl<T> Sorter<T> {
    /// An empty buffer that keeps only the first rows when it is told how many are wanted.
    pub(crate) fn new(wanted: Option<u64>) -> Self {
        let wanted = wanted.and_then(|wanted| usize::try_from(wanted).ok());
        Self {
            rows: Vec::new(),
            wanted,
            sequence: 0,
        }
    }

    /// Takes a row of the document with this number.
    pub(crate) fn push(
        &mut self,
        key: OrderTuple,
        document: u64,
        row: T,
        plan: &[OrderPlan],
    ) -> Result<(), RunError> {
        self.rows.push(SortedRow {
            key,
            place: (document, self.sequence),
            row,
        });
        self.sequence += 1;
        match self.wanted {
            Some(wanted) if self.rows.len() > wanted.saturating_mul(2).saturating_add(1024) => {
                self.sort(plan);
                self.rows.truncate(wanted);
            }
            _ if self.rows.len() > MAX_SORTED_ROWS => {
                return Err(RunError::TooManyRows(MAX_SORTED_ROWS));
            }
            _ => {}
        }
        Ok(())
    }

    fn sort(&mut self, plan: &[OrderPlan]) {
        let first = plan
            .first()
            .map_or(Direction::Ascending, |item| item.direction);
        self.rows.sort_unstable_by(|left, right| {
            let documents = first.apply(left.place.0.cmp(&right.place.0));
            left.key
                .compare(&right.key, plan)
                .then(documents)
                .then(left.place.1.cmp(&right.place.1))
        });
    }

    /// The rows in order.
    pub(crate) fn finish(mut self, plan: &[OrderPlan]) -> impl Iterator<Item = T> {
        self.sort(plan);
        let wanted = self.wanted.unwrap_or(usize::MAX);
        self.rows.into_iter().take(wanted).map(|row| row.row)
    }
}
