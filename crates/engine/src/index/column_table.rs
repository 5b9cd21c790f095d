//! The values of some paths over the items of one state, one row for each item, in the order of
//! insertion.
//!
//! What an index is to a condition, a table is to a query about everything: made by the first query
//! that wants a path, brought to another state by what the two differ in, shared by copies. Rows lie
//! in chunks of about [`CHUNK`], and a change copies the chunks that it touches. A cell takes 16
//! bytes, a row eight more.

use std::sync::Arc;

use cosmokit_protocol::{resource::IndexPath, session::Lsn};
use cosmokit_query::columns::{Cell, Column};

use super::{
    column_cells::{Fits, TableColumn, take_cells},
    column_texts::ColumnTexts,
};
use crate::partition::{
    items::{Difference, Items, Ordered},
    read_ahead::ReadAhead,
    state::State,
    version::Version,
};

/// Rows of a new chunk; one that grows to twice as many is cut in two.
const CHUNK: usize = 1_024;
/// Most columns of a table; the oldest give way.
const MAX_COLUMNS: usize = 16;
/// Rows of one state.
#[derive(Clone, Debug)]
pub(crate) struct ColumnTable {
    lsn: Lsn,
    /// Shared by the tables over these items, whichever columns they have.
    basis: Arc<Ordered>,
    chunks: Vec<Chunk>,
    columns: Vec<TableColumn>,
}

/// Rows that follow each other.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    ordinals: Arc<Vec<u64>>,
    /// Of each column, a cell for each row; none of a column that does not fit.
    cells: Vec<Arc<Vec<Cell>>>,
}

/// Where some paths stand in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Places {
    /// The numbers of their columns.
    At(Vec<usize>),
    /// Not all of them were asked for before.
    Missing,
    /// A column cannot hold one of them.
    Nowhere,
}

impl ColumnTable {
    /// The rows of a state, without columns.
    pub(crate) fn over(state: &State) -> Self {
        let items = state.items();
        let ordinals: Vec<u64> = items.after(None).map(|version| version.ordinal).collect();
        let chunk = |ordinals: &[u64]| Chunk {
            ordinals: Arc::new(ordinals.to_vec()),
            cells: Vec::new(),
        };
        Self {
            lsn: state.lsn(),
            basis: Arc::new(items.ordered().clone()),
            chunks: ordinals.chunks(CHUNK).map(chunk).collect(),
            columns: Vec::new(),
        }
    }

    /// The same, counted as if it were over a state of this position, if that is lower.
    pub(crate) fn as_of(&self, lsn: Lsn) -> Self {
        Self {
            lsn: self.lsn.min(lsn),
            ..self.clone()
        }
    }

    /// Position of the state.
    pub(crate) fn lsn(&self) -> Lsn {
        self.lsn
    }

    /// The items that it is over.
    pub(crate) fn basis(&self) -> &Arc<Ordered> {
        &self.basis
    }

    /// Whether it is over these items.
    pub(crate) fn is_over(&self, items: &Items) -> bool {
        self.basis.is_same(items.ordered())
    }

    /// Where these paths stand.
    pub(crate) fn places(&self, paths: &[IndexPath]) -> Places {
        let mut numbers = Vec::with_capacity(paths.len());
        for path in paths {
            let mut columns = self.columns.iter().enumerate();
            match columns.find(|(_, column)| column.path == *path) {
                Some((_, column)) if column.fits == Fits::No => return Places::Nowhere,
                Some((number, _)) => numbers.push(number),
                None => {}
            }
        }
        if numbers.len() == paths.len() {
            Places::At(numbers)
        } else {
            Places::Missing
        }
    }

    /// The chunks, whose rows follow each other.
    pub(crate) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// A column of some rows of a chunk.
    pub(crate) fn column<'t>(
        &'t self,
        chunk: &'t Chunk,
        number: usize,
        rows: std::ops::Range<usize>,
    ) -> Option<Column<'t>> {
        Some(Column {
            cells: chunk.cells.get(number)?.get(rows)?,
            texts: &self.columns.get(number)?.texts,
        })
    }

    /// The table with columns for these paths, over the same items. Looks at every item once.
    pub(crate) fn with_paths(mut self, paths: &[IndexPath], items: &Items) -> Self {
        self.make_room(paths);
        let is_new = |path: &&IndexPath| self.columns.iter().all(|column| column.path != **path);
        let mut new: Vec<TableColumn> = paths.iter().filter(is_new).map(TableColumn::new).collect();
        let all = items.count();
        let mut versions = ReadAhead::of(items.after(None));
        for chunk in &mut self.chunks {
            let rows = chunk.ordinals.len();
            let mut cells: Vec<Vec<Cell>> = vec![Vec::with_capacity(rows); new.len()];
            for version in versions.by_ref().take(rows) {
                take_cells(&mut new, &version.body, |number, cell| {
                    if let Some(cells) = cells.get_mut(number) {
                        cells.push(cell);
                    }
                });
            }
            chunk.cells.extend(cells.into_iter().map(Arc::new));
            for column in &mut new {
                column.check_size(all);
            }
            if !new.is_empty() && new.iter().all(|column| column.fits == Fits::No) {
                break;
            }
        }
        self.columns.append(&mut new);
        self.clear_unfit();
        self
    }

    /// The table over the items of another state. Takes as long as the states differ.
    pub(crate) fn brought_to(&self, state: &State) -> Self {
        let mut table = self.clone();
        let items = state.items();
        self.basis
            .differences(items.ordered(), |difference| match difference {
                Difference::Added(version) => table.add(version),
                Difference::Removed(version) => table.remove(version),
                Difference::Changed { new, .. } => table.change(new),
            });
        table.basis = Arc::new(items.ordered().clone());
        table.lsn = state.lsn();
        let all = items.count();
        for column in &mut table.columns {
            column.check_size(all);
        }
        table.clear_unfit();
        table.drop_worn(all);
        table
    }

    /// The chunk that has, or would have, a row of this ordinal.
    fn chunk_of(&self, ordinal: u64) -> usize {
        let begins_before = |chunk: &Chunk| chunk.ordinals.first() <= Some(&ordinal);
        self.chunks.partition_point(begins_before).saturating_sub(1)
    }

    fn add(&mut self, version: &Version) {
        let number = self.chunk_of(version.ordinal);
        let columns = self.columns.len();
        let is_behind_all = number + 1 >= self.chunks.len();
        let opens = self.chunks.get(number).is_none_or(|chunk| {
            let is_last = chunk.ordinals.last() < Some(&version.ordinal);
            is_behind_all && is_last && chunk.ordinals.len() >= CHUNK
        });
        if opens {
            self.chunks.push(Chunk::empty(columns));
        }
        let number = if opens { self.chunks.len() - 1 } else { number };
        let Self {
            columns, chunks, ..
        } = self;
        let Some(chunk) = chunks.get_mut(number) else {
            return;
        };
        let Err(row) = chunk.ordinals.binary_search(&version.ordinal) else {
            debug_assert!(false, "an item is added once");
            return;
        };
        Arc::make_mut(&mut chunk.ordinals).insert(row, version.ordinal);
        take_cells(columns, &version.body, |number, cell| {
            chunk.insert(number, row, cell);
        });
        if chunk.ordinals.len() >= 2 * CHUNK {
            let behind = chunk.split_off(CHUNK);
            chunks.insert(number + 1, behind);
        }
    }

    fn remove(&mut self, version: &Version) {
        let number = self.chunk_of(version.ordinal);
        let Some(chunk) = self.chunks.get_mut(number) else {
            return;
        };
        if let Ok(row) = chunk.ordinals.binary_search(&version.ordinal) {
            chunk.remove(row);
        }
        if chunk.ordinals.is_empty() {
            self.chunks.remove(number);
        }
    }

    fn change(&mut self, version: &Version) {
        let number = self.chunk_of(version.ordinal);
        let Self {
            columns, chunks, ..
        } = self;
        if let Some(chunk) = chunks.get_mut(number)
            && let Ok(row) = chunk.ordinals.binary_search(&version.ordinal)
        {
            take_cells(columns, &version.body, |number, cell| {
                chunk.replace(number, row, cell);
            });
        }
    }

    /// Leaves room for columns of these paths.
    fn make_room(&mut self, paths: &[IndexPath]) {
        let wanted = |column: &TableColumn| paths.contains(&column.path);
        let kept = self.columns.iter().filter(|column| wanted(column)).count();
        let new = paths.len() - kept.min(paths.len());
        while self.columns.len() + new > MAX_COLUMNS
            && let Some(oldest) = self.columns.iter().position(|column| !wanted(column))
        {
            self.drop_column(oldest);
        }
    }

    fn drop_column(&mut self, number: usize) {
        self.columns.remove(number);
        for chunk in &mut self.chunks {
            if number < chunk.cells.len() {
                chunk.cells.remove(number);
            }
        }
    }

    /// Drops columns with too many texts that no row has any more; the next query makes them anew.
    fn drop_worn(&mut self, all: usize) {
        while let Some(worn) = self.columns.iter().position(|column| column.is_worn(all)) {
            self.drop_column(worn);
        }
    }

    /// Lets go of the cells that nobody will read.
    fn clear_unfit(&mut self) {
        let columns = self.columns.iter_mut().enumerate();
        for (number, column) in columns.filter(|(_, column)| column.fits == Fits::No) {
            column.texts = ColumnTexts::default();
            for chunk in &mut self.chunks {
                // A build that was given up leaves chunks without the column.
                chunk
                    .cells
                    .resize_with(number.max(chunk.cells.len()), Arc::default);
                match chunk.cells.get_mut(number) {
                    Some(cells) => *cells = Arc::default(),
                    None => chunk.cells.push(Arc::default()),
                }
            }
        }
    }
}

impl Chunk {
    fn empty(columns: usize) -> Self {
        Self {
            ordinals: Arc::default(),
            cells: vec![Arc::default(); columns],
        }
    }

    /// The ordinals of its rows.
    pub(crate) fn ordinals(&self) -> &[u64] {
        &self.ordinals
    }

    fn insert(&mut self, number: usize, row: usize, cell: Cell) {
        if let Some(cells) = self.cells.get_mut(number) {
            let cells = Arc::make_mut(cells);
            cells.insert(row.min(cells.len()), cell);
        }
    }

    fn replace(&mut self, number: usize, row: usize, cell: Cell) {
        // Equal numbers may differ in their form.
        let is_number = matches!(cell, Cell::Number(_));
        if let Some(cells) = self.cells.get_mut(number)
            && (is_number || cells.get(row) != Some(&cell))
            && let Some(place) = Arc::make_mut(cells).get_mut(row)
        {
            *place = cell;
        }
    }

    fn remove(&mut self, row: usize) {
        Arc::make_mut(&mut self.ordinals).remove(row);
        for cells in &mut self.cells {
            if row < cells.len() {
                Arc::make_mut(cells).remove(row);
            }
        }
    }

    /// The rows from this one on, which leave the chunk.
    fn split_off(&mut self, row: usize) -> Self {
        let cells = self.cells.iter_mut().map(|cells| {
            let at = row.min(cells.len());
            Arc::new(Arc::make_mut(cells).split_off(at))
        });
        Self {
            cells: cells.collect(),
            ordinals: Arc::new(Arc::make_mut(&mut self.ordinals).split_off(row)),
        }
    }
}
