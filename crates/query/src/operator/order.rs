//! ORDER BY: rows held in a sorted buffer, the best ones only when a limit says how many are wanted.

use std::cmp::Ordering;

use crate::ast::Direction;
use crate::error::RunError;
use crate::expr::OrderPlan;
use crate::value::{OrderKey, Value};

/// How many rows one query may hold to sort them.
pub(crate) const MAX_SORTED_ROWS: usize = 1_000_000;

/// The keys of one row, comparable under a list of directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OrderTuple {
    /// A single key, which most queries have.
    One(OrderKey),
    Many(Box<[OrderKey]>),
}

impl OrderTuple {
    fn keys(&self) -> &[OrderKey] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }

    /// Compares under the directions of a plan; ties are equal.
    pub(crate) fn compare(&self, other: &Self, plan: &[OrderPlan]) -> Ordering {
        let keys = self.keys().iter().zip(other.keys()).zip(plan);
        keys.map(|((left, right), item)| item.direction.apply(left.cmp(right)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// [`compare`](Self::compare) with the keys of a row that is not kept.
    fn compare_values(&self, other: &[Value<'_>], plan: &[OrderPlan]) -> Ordering {
        let keys = self.keys().iter().zip(other).zip(plan);
        keys.map(|((left, right), item)| item.direction.apply(left.cmp_value(right)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl From<&[Value<'_>]> for OrderTuple {
    fn from(values: &[Value<'_>]) -> Self {
        match values {
            [value] => Self::One(value.into()),
            values => Self::Many(values.iter().map(OrderKey::from).collect()),
        }
    }
}

/// Rows that are held beyond twice the wanted ones before the worst are dropped.
const SLACK: usize = 64;

/// Documents with equal keys follow each other in the direction of the first key.
fn direction_of_ties(plan: &[OrderPlan]) -> Direction {
    plan.first()
        .map_or(Direction::Ascending, |item| item.direction)
}

/// Collects rows and gives them back sorted.
#[derive(Debug)]
pub(crate) struct Sorter<T> {
    rows: Vec<SortedRow<T>>,
    /// How many of the first rows are wanted.
    wanted: Option<usize>,
    sequence: u64,
    /// The place of the last wanted row among the rows that were sorted; `None` before there are so many.
    last_wanted: Option<usize>,
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
            last_wanted: None,
        }
    }

    /// Whether a row with these keys could be among those that are wanted; `document` is not before that of any other row.
    pub(crate) fn admits(&self, keys: &[Value<'_>], document: u64, plan: &[OrderPlan]) -> bool {
        let Some(last) = self.last_wanted.and_then(|last| self.rows.get(last)) else {
            return true;
        };
        let documents = direction_of_ties(plan).apply(last.place.0.cmp(&document));
        let order = last.key.compare_values(keys, plan).then(documents);
        order.is_gt()
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
            Some(wanted) if self.rows.len() > wanted.saturating_mul(2).saturating_add(SLACK) => {
                self.sort(plan);
                self.rows.truncate(wanted);
                self.last_wanted = wanted.checked_sub(1);
            }
            _ if self.rows.len() > MAX_SORTED_ROWS => {
                return Err(RunError::TooManyRows(MAX_SORTED_ROWS));
            }
            _ => {}
        }
        Ok(())
    }

    fn sort(&mut self, plan: &[OrderPlan]) {
        let first = direction_of_ties(plan);
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
