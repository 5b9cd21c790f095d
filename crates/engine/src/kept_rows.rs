//! Rows of queries that were computed but had no room on a page, kept for the next page.
//!
//! A query about all its rows together is computed anew for each page, unless the rows behind the
//! page are still here and belong to the very states that the next page reads. Nothing rests on it:
//! what was dropped, or was never here because another process computed it, is computed again.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use bytes::Bytes;
use cosmokit_protocol::{
    id::Rid,
    op::{SqlQuery, query::SqlParameter},
    partition::EpkRange,
    session::RegionId,
};

use crate::partition::{items::Ordered, state::State};

/// Most bytes of rows that are kept for one query.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// Most rows that are kept for one query.
pub(crate) const MAX_ROWS: usize = 10_000;
/// Most bytes that an account keeps; the oldest rows give way.
const MAX_BYTES_OF_ALL: usize = 16 * MAX_BYTES;
/// What a row takes besides its text.
const ROW_BYTES: usize = 64;

/// Whose rows they are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowsKey {
    container: Rid,
    text: String,
    parameters: Vec<SqlParameter>,
    /// The points that are asked about.
    range: EpkRange,
    region: RegionId,
}

impl RowsKey {
    /// The rows of a query about a range of points in a region.
    pub(crate) fn new(
        container: Rid,
        query: &SqlQuery,
        range: &EpkRange,
        region: RegionId,
    ) -> Self {
        Self {
            container,
            text: query.query.clone(),
            parameters: query.parameters.clone(),
            range: range.clone(),
            region,
        }
    }
}

/// Rows of a query that follow each other.
#[derive(Debug)]
pub(crate) struct KeptRows {
    key: RowsKey,
    /// What the states had that they were computed from; gone when nothing else needs it.
    basis: Vec<Weak<Ordered>>,
    /// How many rows come before.
    pub(crate) first: usize,
    pub(crate) rows: Vec<Bytes>,
    pub(crate) end: RowsEnd,
    bytes: usize,
}

/// What comes behind kept rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowsEnd {
    /// Nothing.
    Last,
    /// At least one more row, which must be computed.
    More,
}

impl KeptRows {
    /// Rows from number `first` on.
    pub(crate) fn new(
        key: RowsKey,
        basis: Vec<Weak<Ordered>>,
        (first, rows): (usize, Vec<Bytes>),
        end: RowsEnd,
    ) -> Self {
        let bytes = rows.iter().map(|row| row.len() + ROW_BYTES).sum();
        Self {
            key,
            basis,
            first,
            rows,
            end,
            bytes,
        }
    }

    /// Whether they were computed from these states.
    fn is_of<'s>(&self, states: impl ExactSizeIterator<Item = &'s State>) -> bool {
        states.len() == self.basis.len()
            && self.basis.iter().zip(states).all(|(basis, state)| {
                let basis = basis.upgrade();
                basis.is_some_and(|basis| basis.is_same(state.items().ordered()))
            })
    }
}

/// The rows that an account keeps, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RowShelf(Mutex<VecDeque<Arc<KeptRows>>>);

impl RowShelf {
    /// The rows of a query from number `next` on, as of these states.
    pub(crate) fn find<'s>(
        &self,
        key: &RowsKey,
        next: usize,
        states: impl ExactSizeIterator<Item = &'s State>,
    ) -> Option<Arc<KeptRows>> {
        let found = self.lock().iter().find(|kept| kept.key == *key).cloned()?;
        let has = (found.first..found.first + found.rows.len()).contains(&next);
        (has && found.is_of(states)).then_some(found)
    }

    /// Keeps rows in the place of those that were kept of the query before.
    pub(crate) fn keep(&self, rows: KeptRows) {
        let mut kept = self.lock();
        kept.retain(|known| known.key != rows.key);
        kept.push_back(Arc::new(rows));
        let mut bytes: usize = kept.iter().map(|kept| kept.bytes).sum();
        while bytes > MAX_BYTES_OF_ALL
            && let Some(oldest) = kept.pop_front()
        {
            bytes -= oldest.bytes;
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<KeptRows>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
