//! Queries about everything, answered from columns: aggregates, GROUP BY and DISTINCT whose paths
//! the policy indexes.
//!
//! The rows of several partitions are taken in the order of insertion, as items are, so that groups
//! come in the same order and sums are added up in the same order. An entry of a column is charged
//! like an entry of an index; no item is looked at.

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range};

use cosmokit_protocol::resource::TimeToLive;
use cosmokit_query::{
    Progress, RunError,
    columns::{Column, ColumnExecution, ColumnProgram, Rows},
};

use super::{
    cut::Cut,
    run::{Run, wrong},
};
use crate::verb::feed_walk::Opened;
use crate::{
    index::{column_shelf::Columns, seek::SeekWork},
    request::Effort,
    response::Failure,
    sql,
};

/// Items whose columns are made even if little effort is wanted.
const FEW: usize = 1_000;

/// A query, and the columns of each partition that it is about.
#[derive(Debug)]
pub(super) struct ColumnQuery<'r> {
    program: &'r ColumnProgram,
    tables: Vec<Columns>,
}

impl<'r> Run<'r, '_> {
    /// The columns that answer the query for these partitions; `None` when items must be looked at,
    /// or when looking at few of them is less.
    ///
    /// # Errors
    /// 400 when little effort is wanted and columns must be made.
    pub(super) fn columns(&self, opened: &[Opened]) -> Result<Option<ColumnQuery<'r>>, Failure> {
        let rules = &self.container.rules;
        let is_whole = |opened: &Opened| opened.is_whole() && self.hides_nothing(opened);
        if !rules.indexes.is_on() || !opened.iter().all(is_whole) {
            return Ok(None);
        }
        let Some(program) = self.query.over_columns() else {
            return Ok(None);
        };
        let paths = program.paths();
        let is_indexed = |path| rules.indexes.index_of(path).is_some();
        if !paths.iter().all(is_indexed)
            || self.access.is_worth_more_than_columns(opened, paths.len())
        {
            return Ok(None);
        }
        let mut tables = Vec::with_capacity(opened.len());
        for part in opened {
            let (region, kept) = (self.access.region, &part.partition.replicas.columns);
            let is_much = part.state.items().count() > FEW;
            if self.call.options.effort == Effort::Little && is_much && !kept.has(region, paths) {
                return Err(wrong(&RunError::Budget.into()));
            }
            match kept.columns(region, paths, &part.state) {
                Some(columns) => tables.push(columns),
                None => return Ok(None),
            }
        }
        Ok(Some(ColumnQuery { program, tables }))
    }

    /// Whether it is known that no item has expired which the state still has.
    fn hides_nothing(&self, opened: &Opened) -> bool {
        match self.container.rules.ttl {
            TimeToLive::Forever => true,
            TimeToLive::NoDefault => {
                let now = self.call.now().secs();
                opened.state.items().due(now).next().is_none()
            }
            // An item expires without a trace before anybody writes.
            _ => false,
        }
    }

    /// Computes all rows from columns.
    ///
    /// # Errors
    /// As for every query.
    pub(super) fn evaluate_columns(
        &mut self,
        query: &ColumnQuery<'_>,
        cut: &mut Cut<'_>,
    ) -> Result<(), Failure> {
        let environment = sql::environment_with(self.call, self.steps, self.functions);
        let mut execution = ColumnExecution::new(query.program, self.arguments, environment)
            .map_err(|error| wrong(&error))?;
        let mut work = SeekWork {
            lookups: query.tables.len(),
            entries: 0,
        };
        let width = query.program.paths().len().max(1);
        let mut columns = Vec::with_capacity(width);
        for run in Runs::of(&query.tables) {
            let count = run.rows.len();
            work.entries += count * width;
            columns.clear();
            columns.extend(run.columns());
            let batch = Rows {
                count,
                columns: &columns,
            };
            let pushed = execution.push(run.number, &batch, &mut |row| cut.row(row));
            if cut.goes_on(pushed)? == Progress::Complete {
                break;
            }
        }
        self.access.add(work);
        self.looked.ran_over_columns(&execution, self.steps);
        if !cut.is_done() {
            let finished = execution.finish(&mut |row| cut.row(row));
            cut.goes_on(finished.map(|()| Progress::Complete))?;
        }
        Ok(())
    }
}

/// Rows of one table that follow each other, before those of any other table.
#[derive(Clone, Debug)]
struct RowRun<'t> {
    of: &'t Columns,
    number: usize,
    chunk: usize,
    rows: Range<usize>,
}

impl<'t> RowRun<'t> {
    fn columns(&self) -> impl Iterator<Item = Column<'t>> + use<'t> {
        let Self {
            of, chunk, rows, ..
        } = self.clone();
        let chunk = of.table.chunks().get(chunk);
        let numbers = of.numbers.iter();
        numbers.filter_map(move |number| of.table.column(chunk?, *number, rows.clone()))
    }
}

/// All rows of some tables in the order of ordinals.
struct Runs<'t> {
    tables: &'t [Columns],
    /// The next row of each table that has one, lowest ordinal first: ordinal, number of the table,
    /// chunk, row.
    next: BinaryHeap<Reverse<(u64, usize, usize, usize)>>,
}

impl<'t> Runs<'t> {
    fn of(tables: &'t [Columns]) -> Self {
        let mut runs = Self {
            tables,
            next: BinaryHeap::new(),
        };
        for number in 0..tables.len() {
            runs.wait(number, 0, 0);
        }
        runs
    }

    /// The table goes on at this row, if it has one.
    fn wait(&mut self, number: usize, chunk: usize, row: usize) {
        let chunks = self.tables.get(number).map(|of| of.table.chunks());
        let found = chunks.and_then(|chunks| chunks.get(chunk));
        let ordinal = found.and_then(|chunk| chunk.ordinals().get(row));
        if let Some(ordinal) = ordinal {
            self.next.push(Reverse((*ordinal, number, chunk, row)));
        }
    }
}

impl<'t> Iterator for Runs<'t> {
    type Item = RowRun<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((_, number, chunk, row)) = self.next.pop()?;
        let of = self.tables.get(number)?;
        let ordinals = of.table.chunks().get(chunk)?.ordinals();
        let end = match self.next.peek() {
            None => ordinals.len(),
            Some(Reverse((other, ..))) => {
                let behind = ordinals.iter().skip(row + 1);
                row + 1 + behind.take_while(|ordinal| *ordinal < other).count()
            }
        };
        if end < ordinals.len() {
            self.wait(number, chunk, end);
        } else {
            self.wait(number, chunk + 1, 0);
        }
        Some(RowRun {
            of,
            number,
            chunk,
            rows: row..end,
        })
    }
}
