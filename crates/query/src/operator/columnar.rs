//! An execution whose rows come from columns.
//!
//! It evaluates what the execution over documents evaluates, row by row in the order they are given. The one shortcut is
//! about groups: which cells lead to which group is remembered, so that a key is hashed once and not for every row.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::collector::Collector;
use super::execution::{Environment, Execution, Progress};
use super::rank::Passed;
use crate::columns::{Cell, Column, ColumnProgram, Rows};
use crate::error::{QueryError, RunError};
use crate::expr::{DocumentMembers, Expr, Flow, Machine, Slot, recycled};
use crate::value::Value;

/// One run of a program over columns.
#[derive(Debug)]
pub struct ColumnExecution<'p> {
    execution: Execution<'p>,
    first: Slot,
    /// The columns of the keys of GROUP BY, when each key is one.
    keys: Option<Box<[usize]>>,
    /// The groups of each source; the numbers of texts are a source's own.
    places: Vec<GroupPlaces>,
}

impl<'p> ColumnExecution<'p> {
    /// Starts a run; `arguments` are those of the program that the columns stand in for.
    ///
    /// # Errors
    /// As for [`Execution::new`].
    pub fn new(
        program: &'p ColumnProgram,
        arguments: &'p [Value<'static>],
        environment: Environment<'p>,
    ) -> Result<Self, QueryError> {
        let first = program.first;
        let grouping = program.program.plan.grouping.as_ref();
        let grouping = grouping.filter(|grouping| !grouping.keys.is_empty());
        let keys = grouping.and_then(|grouping| {
            let keys = grouping.keys.iter();
            keys.map(|(_, key)| column_of(key, first)).collect()
        });
        Ok(Self {
            execution: Execution::new(&program.program, arguments, environment)?,
            first,
            keys,
            places: Vec::new(),
        })
    }

    /// Takes rows of one of several sources; sources are numbered from zero.
    ///
    /// # Errors
    /// As for [`Execution::push`].
    pub fn push(
        &mut self,
        source: usize,
        batch: &Rows<'_>,
        rows: &mut dyn FnMut(&[u8]),
    ) -> Result<Progress, RunError> {
        let Self {
            execution,
            first,
            keys,
            places,
        } = self;
        if execution.output.is_closed() {
            return Ok(Progress::Complete);
        }
        if places.len() <= source {
            places.resize_with(source + 1, GroupPlaces::default);
        }
        let (keys, places) = (keys.as_deref(), places.get_mut(source));
        let mut frame = recycled(std::mem::take(&mut execution.memory.frame));
        frame.resize(execution.program.slots, Value::Undefined);
        let mut machine = Machine {
            frame,
            document: DocumentMembers::none(),
            parameters: execution.arguments,
            host: &execution.host,
            seen: &execution.seen,
        };
        let plan = &execution.program.plan;
        let mut known = keys.zip(places);
        for row in 0..batch.count {
            machine.host.charge(1)?;
            for (slot, column) in (*first..).zip(batch.columns) {
                machine.set(slot, column.value(row));
            }
            let (collector, output) = (&mut execution.collector, &mut execution.output);
            let mut passed = Passed::No;
            let flow = machine.rows(plan, &mut |machine| {
                if let (Collector::Groups(groups), Some(grouping)) =
                    (&mut *collector, &plan.grouping)
                    && let Some((keys, places)) = &mut known
                {
                    let place =
                        places.get(keys, batch.columns, row, || groups.place(grouping, machine))?;
                    groups.add_at(place, grouping, machine)?;
                    passed = Passed::Yes;
                    return Ok(Flow::More);
                }
                let rows: super::output::Rows<'_> = &mut |row| {
                    rows(row);
                    std::ops::ControlFlow::Continue(())
                };
                let (row, flow) = collector.row(
                    execution.program,
                    execution.documents,
                    machine,
                    output,
                    rows,
                )?;
                passed = passed.max(row);
                Ok(flow)
            })?;
            execution.documents += 1;
            execution.matched += u64::from(passed == Passed::Yes);
            if flow == Flow::Enough {
                return Ok(Progress::Complete);
            }
        }
        execution.memory.frame = recycled(machine.frame);
        Ok(Progress::Wanted)
    }

    /// Hands out the rows that were held until the last.
    ///
    /// # Errors
    /// As for [`Execution::push`].
    pub fn finish(self, rows: &mut dyn FnMut(&[u8])) -> Result<(), RunError> {
        self.execution.finish(rows)
    }

    /// How many rows fulfil WHERE.
    pub fn matched(&self) -> u64 {
        self.execution.matched()
    }

    /// What is left of the budget of steps.
    pub fn remaining_steps(&self) -> u64 {
        self.execution.remaining_steps()
    }
}

/// The number of the column that an expression is.
fn column_of(expr: &Expr, first: Slot) -> Option<usize> {
    match expr {
        Expr::Path { slot, steps } if steps.is_empty() => slot.checked_sub(first),
        _ => None,
    }
}

/// Which cells lead to which group.
#[derive(Debug, Default)]
struct GroupPlaces {
    /// By the number of a text that is the only key.
    of_texts: Vec<Option<usize>>,
    of_cells: HashMap<Box<[Cell]>, usize, BuildHasherDefault<CellHasher>>,
    /// The cells of a row.
    cells: Vec<Cell>,
}

impl GroupPlaces {
    /// The group of a row, which `find` finds when the same cells were not met before.
    fn get(
        &mut self,
        keys: &[usize],
        columns: &[Column<'_>],
        row: usize,
        find: impl FnOnce() -> Result<usize, RunError>,
    ) -> Result<usize, RunError> {
        let cell = |key: &usize| {
            let column = columns.get(*key);
            column.map_or(Cell::Undefined, |column| column.cell(row))
        };
        if let [key] = keys
            && let Cell::Text(number) = cell(key)
            && let Ok(number) = usize::try_from(number)
        {
            if let Some(Some(place)) = self.of_texts.get(number) {
                return Ok(*place);
            }
            let place = find()?;
            if self.of_texts.len() <= number {
                self.of_texts.resize(number + 1, None);
            }
            if let Some(known) = self.of_texts.get_mut(number) {
                *known = Some(place);
            }
            return Ok(place);
        }
        self.cells.clear();
        self.cells.extend(keys.iter().map(cell));
        if let Some(place) = self.of_cells.get(&*self.cells) {
            return Ok(*place);
        }
        let place = find()?;
        self.of_cells.insert(self.cells.as_slice().into(), place);
        Ok(place)
    }
}

/// A quick hash of cells. Who finds cells that collide finds structural hashes that do more easily.
#[derive(Clone, Copy, Debug, Default)]
struct CellHasher(u64);

impl Hasher for CellHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(26) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value.cast_unsigned());
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(u64::try_from(value).unwrap_or(u64::MAX));
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(u64::try_from(value).unwrap_or(u64::MAX));
    }
}
