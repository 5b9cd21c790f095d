//! The columns that queries of a partition have made, kept for the next query: one table for each
//! region that was asked.
//!
//! The rules are those of the indexes' shelf: nobody waits, two who want the same may both make it,
//! and whoever writes drops a table that is too far behind.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicU64, Ordering},
};

use cosmokit_protocol::{
    resource::IndexPath,
    session::{Lsn, RegionId},
};

use super::column_table::{ColumnTable, Places};
use crate::partition::{items::Ordered, state::State};

/// How many writes a table may be behind, whatever the number of items.
const MAX_BEHIND: u64 = 4_096;

/// Tables of one partition.
#[derive(Debug)]
pub(crate) struct ColumnShelf {
    kept: Mutex<Vec<(RegionId, Arc<ColumnTable>)>>,
    /// The lowest position that a table stands at; the end of positions when there is none.
    lowest: AtomicU64,
}

/// Columns of a table.
#[derive(Debug)]
pub(crate) struct Columns {
    /// The table.
    pub(crate) table: Arc<ColumnTable>,
    /// The numbers of the columns, in the order in which their paths were asked for.
    pub(crate) numbers: Vec<usize>,
}

impl Default for ColumnShelf {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            lowest: AtomicU64::new(u64::MAX),
        }
    }
}

impl ColumnShelf {
    /// Columns for these paths over the items of a state of a region; `None` when no column can
    /// hold what is at one of them.
    pub(crate) fn columns(
        &self,
        region: RegionId,
        paths: &[IndexPath],
        state: &State,
    ) -> Option<Columns> {
        let kept = self.kept(region);
        let places = kept.as_ref().map(|table| table.places(paths));
        if places == Some(Places::Nowhere) {
            return None;
        }
        let table = match kept {
            Some(table) if table.is_over(state.items()) => table,
            Some(table) => Arc::new(table.brought_to(state)),
            None => Arc::new(ColumnTable::over(state)),
        };
        let table = match table.places(paths) {
            Places::Missing => {
                Arc::new(ColumnTable::clone(&table).with_paths(paths, state.items()))
            }
            Places::At(_) | Places::Nowhere => table,
        };
        self.keep(region, &table);
        match table.places(paths) {
            Places::At(numbers) => Some(Columns { table, numbers }),
            Places::Missing | Places::Nowhere => None,
        }
    }

    /// What tells the items of a state from those of any other, while a table over them is kept.
    pub(crate) fn basis(&self, region: RegionId, state: &State) -> Option<Weak<Ordered>> {
        let columns = self.columns(region, &[], state)?;
        Some(Arc::downgrade(columns.table.basis()))
    }

    /// Whether these columns can be had without a look at every item.
    pub(crate) fn has(&self, region: RegionId, paths: &[IndexPath]) -> bool {
        let kept = self.kept(region);
        kept.is_some_and(|table| table.places(paths) != Places::Missing)
    }

    /// Begins with the tables of the same partition in an account that was forked, or as it was
    /// before a restore; `lsn` is where this one begins.
    pub(crate) fn begin_like(&self, other: &Self, lsn: Lsn) {
        let taken = other.lock().clone();
        for (region, table) in taken {
            self.keep(region, &Arc::new(table.as_of(lsn)));
        }
    }

    /// Takes out the tables that a partition has left too far behind with this state. Whoever wrote
    /// drops them when the partition is free again, which may take milliseconds.
    pub(crate) fn written(&self, state: &State) -> Vec<Arc<ColumnTable>> {
        let lowest = self.lowest.load(Ordering::Relaxed);
        let lsn = state.lsn().value();
        if lsn.saturating_sub(lowest) <= MAX_BEHIND {
            return Vec::new();
        }
        let most = MAX_BEHIND.max(state.items().usage().items / 4);
        if lsn - lowest <= most {
            return Vec::new();
        }
        let mut kept = self.lock();
        let is_behind = |(_, table): &mut (RegionId, Arc<ColumnTable>)| {
            lsn.saturating_sub(table.lsn().value()) > most
        };
        let dropped = kept.extract_if(.., is_behind);
        let dropped = dropped.map(|(_, table)| table).collect();
        self.note_lowest(&kept);
        dropped
    }

    fn kept(&self, region: RegionId) -> Option<Arc<ColumnTable>> {
        let kept = self.lock();
        let mut kept = kept.iter();
        let found = kept.find(|(known, _)| *known == region);
        found.map(|(_, table)| Arc::clone(table))
    }

    fn keep(&self, region: RegionId, table: &Arc<ColumnTable>) {
        let mut kept = self.lock();
        match kept.iter_mut().find(|(known, _)| *known == region) {
            Some((_, before)) if before.lsn() <= table.lsn() => *before = Arc::clone(table),
            Some(_) => {}
            None => kept.push((region, Arc::clone(table))),
        }
        self.note_lowest(&kept);
    }

    fn note_lowest(&self, kept: &[(RegionId, Arc<ColumnTable>)]) {
        let positions = kept.iter().map(|(_, table)| table.lsn().value());
        let lowest = positions.min().unwrap_or(u64::MAX);
        self.lowest.store(lowest, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(RegionId, Arc<ColumnTable>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
