//! A program running over documents, one after the other.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::ControlFlow;

use super::group::Groups;
use super::order::Sorter;
use super::rank::Ranking;
use super::window::{Admission, Window};
use crate::bind::Program;
use crate::error::{QueryError, Refusal, RunError};
use crate::expr::{CountPlan, Flow, Host, Machine, Slot, UserFunctions};
use crate::value::{Raw, StructuralHash, Value, structural_hash};

/// The slot that holds the document.
const DOCUMENT: Slot = 0;

/// What a run needs from outside.
#[derive(Clone, Copy)]
pub struct Environment<'e> {
    /// The time of the query, in ticks of 100 ns since 1970.
    pub now_ticks: i64,
    /// The start of the sequence of random numbers.
    pub seed: u64,
    /// How many steps the run may take; an item takes a handful and one for every 16 bytes that functions look at.
    pub steps: u64,
    /// The container's user-defined functions.
    pub functions: &'e dyn UserFunctions,
}

impl std::fmt::Debug for Environment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            now_ticks,
            seed,
            steps,
            ..
        } = self;
        f.debug_struct("Environment")
            .field("now_ticks", now_ticks)
            .field("seed", seed)
            .field("steps", steps)
            .finish_non_exhaustive()
    }
}

/// Takes rows as JSON texts, and says when it has enough.
type Rows<'r> = &'r mut dyn FnMut(&[u8]) -> ControlFlow<()>;

/// Whether further documents can add rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// They can.
    Wanted,
    /// They cannot: TOP or LIMIT is reached, or the query reads none.
    Complete,
}

/// One run of a program.
#[derive(Debug)]
pub struct Execution<'p> {
    program: &'p Program,
    arguments: &'p [Value<'static>],
    host: Host<'p>,
    seen: RefCell<HashSet<StructuralHash>>,
    collector: Collector,
    output: Output,
    documents: u64,
    matched: u64,
}

/// What is held until the last document.
#[derive(Debug)]
enum Collector {
    /// Rows leave at once.
    None,
    Groups(Groups),
    Sorter(Sorter<(StructuralHash, Box<[u8]>)>),
    Ranking(Ranking),
}

/// The way out: duplicates, window, text.
#[derive(Debug)]
struct Output {
    distinct: Option<HashSet<StructuralHash>>,
    window: Window,
    buffer: Vec<u8>,
}

impl Output {
    /// Lets a row through unless it was seen before.
    fn is_fresh(&mut self, hash: impl FnOnce() -> StructuralHash) -> bool {
        self.distinct
            .as_mut()
            .is_none_or(|seen| seen.insert(hash()))
    }

    fn value(&mut self, value: &Value<'_>, rows: Rows<'_>) -> Flow {
        if !self.is_fresh(|| structural_hash(value)) {
            return Flow::More;
        }
        match self.window.admit() {
            Admission::Skip => return Flow::More,
            Admission::Stop => return Flow::Enough,
            Admission::Take => {}
        }
        self.buffer.clear();
        value.write_json(&mut self.buffer);
        if rows(&self.buffer).is_break() || self.window.is_closed() {
            Flow::Enough
        } else {
            Flow::More
        }
    }

    fn text(&mut self, hash: StructuralHash, text: &[u8], rows: Rows<'_>) -> Flow {
        if !self.is_fresh(|| hash) {
            return Flow::More;
        }
        match self.window.admit() {
            Admission::Skip => return Flow::More,
            Admission::Stop => return Flow::Enough,
            Admission::Take => {}
        }
        if rows(text).is_break() || self.window.is_closed() {
            Flow::Enough
        } else {
            Flow::More
        }
    }
}

impl<'p> Execution<'p> {
    /// Starts a run; `arguments` come from [`Program::arguments`].
    ///
    /// # Errors
    /// When TOP, OFFSET or LIMIT is a parameter whose value is no count.
    pub fn new(
        program: &'p Program,
        arguments: &'p [Value<'static>],
        environment: Environment<'p>,
    ) -> Result<Self, QueryError> {
        let window = window(program, arguments)?;
        let plan = &program.plan;
        let wanted = if plan.distinct.is_some() {
            None
        } else {
            window.reach()
        };
        let collector = match (&program.rank, &plan.grouping) {
            (Some(rank), _) => Collector::Ranking(Ranking::new(rank)),
            (None, Some(grouping)) => Collector::Groups(Groups::new(grouping)),
            (None, None) if !plan.order.is_empty() => Collector::Sorter(Sorter::new(wanted)),
            (None, None) => Collector::None,
        };
        let Environment {
            now_ticks,
            seed,
            steps,
            functions,
        } = environment;
        Ok(Self {
            program,
            arguments,
            host: Host::new(now_ticks, seed, steps, program.schema.surface, functions),
            seen: RefCell::default(),
            collector,
            output: Output {
                distinct: plan.distinct.map(|_| HashSet::new()),
                window,
                buffer: Vec::new(),
            },
            documents: 0,
            matched: 0,
        })
    }

    /// Tells the run that documents come in the order of its ORDER BY, so that rows can leave at once.
    #[must_use]
    pub fn presorted(mut self) -> Self {
        if matches!(self.collector, Collector::Sorter(_)) {
            self.collector = Collector::None;
        }
        self
    }

    /// Tells the run that whoever drives it sorts and counts: rows leave at once, without TOP and OFFSET LIMIT.
    #[must_use]
    pub fn unwindowed(mut self) -> Self {
        self.output.window = Window::new(0, None);
        self.presorted()
    }

    /// Takes one document; rows that are ready are handed out as JSON texts.
    ///
    /// # Errors
    /// When the run stops: its budget is empty, it holds too many rows, a subquery or a function fails.
    pub fn push(
        &mut self,
        document: &[u8],
        rows: &mut dyn FnMut(&[u8]),
    ) -> Result<Progress, RunError> {
        self.push_while(document, &mut |row| {
            rows(row);
            ControlFlow::Continue(())
        })
    }

    /// Takes one document as [`Execution::push`] does, until whoever takes its rows has enough: no further row of the
    /// document is computed then.
    ///
    /// # Errors
    /// As for [`Execution::push`].
    pub fn push_while(
        &mut self,
        document: &[u8],
        rows: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Progress, RunError> {
        if !self.program.reads_documents() || self.output.window.is_closed() {
            return Ok(Progress::Complete);
        }
        self.host.charge(1)?;
        let flow = self.run(Raw::new(document).value(), rows)?;
        self.documents += 1;
        Ok(if flow == Flow::Enough {
            Progress::Complete
        } else {
            Progress::Wanted
        })
    }

    /// Hands out the rows that were held until the last document.
    ///
    /// # Errors
    /// As for [`Execution::push`].
    pub fn finish(mut self, rows: &mut dyn FnMut(&[u8])) -> Result<(), RunError> {
        let rows: Rows<'_> = &mut |row| {
            rows(row);
            ControlFlow::Continue(())
        };
        if !self.program.reads_documents() && !self.output.window.is_closed() {
            self.run(Value::Undefined, rows)?;
        }
        match std::mem::replace(&mut self.collector, Collector::None) {
            Collector::None => {}
            Collector::Groups(groups) => self.finish_groups(groups, rows)?,
            Collector::Sorter(sorter) => self.finish_sorted(sorter, rows),
            Collector::Ranking(ranking) => {
                if let Some(plan) = &self.program.rank {
                    for row in ranking.finish(plan) {
                        let hash = || structural_hash(&Raw::new(&row).value());
                        let hash = if self.output.distinct.is_some() {
                            hash()
                        } else {
                            UNUSED
                        };
                        if self.output.text(hash, &row, rows) == Flow::Enough {
                            break;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// How many of the documents passed the filter, with some row of theirs.
    pub fn matched(&self) -> u64 {
        self.matched
    }

    /// What is left of the budget of steps.
    pub fn remaining_steps(&self) -> u64 {
        self.host.remaining_steps()
    }

    fn run(&mut self, document: Value<'_>, rows: Rows<'_>) -> Result<Flow, RunError> {
        let Self {
            program,
            arguments,
            host,
            seen,
            collector,
            output,
            documents,
            matched,
        } = self;
        let mut frame = vec![Value::Undefined; program.slots];
        if let Some(place) = frame.get_mut(DOCUMENT) {
            *place = document;
        }
        let mut machine = Machine {
            frame,
            parameters: arguments,
            host,
            seen,
        };
        let plan = &program.plan;
        let mut passes = false;
        let flow = match collector {
            Collector::None => machine.rows(plan, &mut |machine| {
                passes = true;
                Ok(match machine.project(&plan.projection)? {
                    Some(value) => output.value(&value, rows),
                    None => Flow::More,
                })
            }),
            Collector::Groups(groups) => machine.rows(plan, &mut |machine| {
                passes = true;
                if let Some(grouping) = &plan.grouping {
                    groups.accumulate(grouping, machine)?;
                }
                Ok(Flow::More)
            }),
            Collector::Sorter(sorter) => machine.rows(plan, &mut |machine| {
                passes = true;
                let key = machine.order_key(plan)?;
                if let Some(value) = machine.project(&plan.projection)? {
                    let hash = if plan.distinct.is_some() {
                        structural_hash(&value)
                    } else {
                        UNUSED
                    };
                    sorter.push(key, *documents, (hash, text(&value)), &plan.order)?;
                }
                Ok(Flow::More)
            }),
            Collector::Ranking(ranking) => machine.rows(plan, &mut |machine| {
                passes = true;
                if let Some(rank) = &program.rank {
                    ranking.accept(rank, machine, |machine| {
                        Ok(machine.project(&plan.projection)?.map(|value| text(&value)))
                    })?;
                }
                Ok(Flow::More)
            }),
        };
        *matched += u64::from(passes);
        flow
    }

    fn finish_groups(&mut self, groups: Groups, rows: Rows<'_>) -> Result<(), RunError> {
        let plan = &self.program.plan;
        let Some(grouping) = &plan.grouping else {
            return Ok(());
        };
        let frame = vec![Value::Undefined; self.program.slots];
        let mut machine = Machine {
            frame,
            parameters: self.arguments,
            host: &self.host,
            seen: &self.seen,
        };
        let mut sorter = Sorter::new(None);
        for (number, group) in (0u64..).zip(groups.finish(grouping)) {
            group.load(grouping, &mut machine);
            let Some(value) = machine.project(&plan.projection)? else {
                continue;
            };
            if !plan.order.is_empty() {
                let key = machine.order_key(plan)?;
                sorter.push(
                    key,
                    number,
                    (structural_hash(&value), text(&value)),
                    &plan.order,
                )?;
            } else if self.output.value(&value, rows) == Flow::Enough {
                return Ok(());
            }
        }
        self.finish_sorted(sorter, rows);
        Ok(())
    }

    fn finish_sorted(&mut self, sorter: Sorter<(StructuralHash, Box<[u8]>)>, rows: Rows<'_>) {
        for (hash, row) in sorter.finish(&self.program.plan.order) {
            if self.output.text(hash, &row, rows) == Flow::Enough {
                return;
            }
        }
    }
}

/// The hash of rows that nobody compares.
const UNUSED: StructuralHash = StructuralHash { low: 0, high: 0 };

fn text(value: &Value<'_>) -> Box<[u8]> {
    let mut text = Vec::new();
    value.write_json(&mut text);
    text.into()
}

impl Program {
    /// How many rows TOP and OFFSET LIMIT leave out, and how many they let through; `None` is all.
    ///
    /// # Errors
    /// When a count is a parameter whose value is none.
    pub fn row_window(
        &self,
        arguments: &[Value<'static>],
    ) -> Result<(u64, Option<u64>), QueryError> {
        window(self, arguments).map(|window| window.remaining())
    }
}

/// TOP and OFFSET LIMIT with the values of their parameters; of both together, the smaller count holds.
fn window(program: &Program, arguments: &[Value<'static>]) -> Result<Window, QueryError> {
    let resolve = |count: &CountPlan| {
        count.resolve(arguments).ok_or_else(|| {
            let index = if let CountPlan::Parameter(index) = count {
                *index
            } else {
                0
            };
            let name = program.parameters.get(index).cloned().unwrap_or_default();
            QueryError::Refused(Refusal::CountParameter(name))
        })
    };
    let top = program.plan.top.as_ref().map(resolve).transpose()?;
    let Some((offset, limit)) = &program.plan.window else {
        return Ok(Window::new(0, top));
    };
    let limit = resolve(limit)?;
    Ok(Window::new(
        resolve(offset)?,
        Some(top.map_or(limit, |top| top.min(limit))),
    ))
}
