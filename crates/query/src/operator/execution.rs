//! A program running over documents, one after the other.

use std::cell::RefCell;
use std::ops::ControlFlow;

use super::collector::Collector;
use super::group::Groups;
use super::order::Sorter;
use super::output::{Output, Rows};
use super::rank::Passed;
use super::window::Window;
use crate::bind::Program;
use crate::error::{QueryError, Refusal, RunError};
use crate::expr::{
    CountPlan, DOCUMENT, DocumentMembers, Flow, Host, Machine, MemberMemory, UserFunctions,
    recycled,
};
use crate::value::{HashSetOfValues, Raw, StructuralHash, Value, structural_hash};

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
    pub(super) program: &'p Program,
    pub(super) arguments: &'p [Value<'static>],
    pub(super) host: Host<'p>,
    pub(super) seen: RefCell<HashSetOfValues>,
    pub(super) collector: Collector,
    pub(super) output: Output,
    pub(super) documents: u64,
    pub(super) matched: u64,
    pub(super) memory: Memory,
}

/// Memory that one document leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) frame: Vec<Value<'static>>,
    members: MemberMemory,
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
            collector: Collector::new(program, wanted),
            output: Output::new(window, plan.distinct),
            documents: 0,
            matched: 0,
            memory: Memory::default(),
        })
    }

    /// Tells the run that documents come in the order of its ORDER BY, so that rows can leave at once.
    #[must_use]
    pub fn presorted(mut self) -> Self {
        if matches!(self.collector, Collector::Sorter(_) | Collector::Ranking(_)) {
            self.collector = Collector::None;
        }
        self
    }

    /// Tells the run that whoever drives it sorts and counts: rows leave at once, without TOP and OFFSET LIMIT.
    #[must_use]
    pub fn unwindowed(mut self) -> Self {
        self.output.open_window();
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
        if !self.program.reads_documents() || self.output.is_closed() {
            return Ok(Progress::Complete);
        }
        self.host.charge(1)?;
        let flow = self.run(Raw::new(document), rows)?;
        self.documents += 1;
        Ok(if flow == Flow::Enough {
            Progress::Complete
        } else {
            Progress::Wanted
        })
    }

    /// Takes the aggregates of all documents as numbers that are known already, instead of the documents: one for each of
    /// [`Program::text_counts`](crate::Program::text_counts).
    pub fn count(&mut self, numbers: &[u64]) {
        if let Collector::Groups(groups) = &mut self.collector {
            groups.count(numbers);
        }
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
        if !self.program.reads_documents() && !self.output.is_closed() {
            self.run(Raw::NOTHING, rows)?;
        }
        match std::mem::replace(&mut self.collector, Collector::None) {
            Collector::None => {}
            Collector::Groups(groups) => self.finish_groups(groups, rows)?,
            Collector::Sorter(sorter) => self.finish_sorted(sorter, rows),
            Collector::Ranking(ranking) => {
                if let Some(plan) = &self.program.rank {
                    for row in ranking.finish(plan) {
                        let hash = self.output.hash(&Raw::new(&row).value());
                        if self.output.text(hash, &row, rows) == Flow::Enough {
                            break;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// How many documents gave a row that fulfils WHERE.
    pub fn matched(&self) -> u64 {
        self.matched
    }

    /// What is left of the budget of steps.
    pub fn remaining_steps(&self) -> u64 {
        self.host.remaining_steps()
    }

    fn run(&mut self, document: Raw<'_>, rows: Rows<'_>) -> Result<Flow, RunError> {
        let Self {
            program,
            arguments,
            host,
            seen,
            collector,
            output,
            documents,
            matched,
            memory,
        } = self;
        let mut frame = recycled(std::mem::take(&mut memory.frame));
        frame.resize(program.slots, Value::Undefined);
        if let Some(place) = frame.get_mut(DOCUMENT) {
            *place = document.value();
        }
        let mut machine = Machine {
            frame,
            document: DocumentMembers::of(document, std::mem::take(&mut memory.members)),
            parameters: arguments,
            host,
            seen,
        };
        let mut passed = Passed::No;
        let flow = machine.rows(&program.plan, &mut |machine| {
            let (row, flow) = collector.row(program, *documents, machine, output, rows)?;
            passed = passed.max(row);
            Ok(flow)
        });
        *matched += u64::from(passed == Passed::Yes);
        memory.frame = recycled(machine.frame);
        memory.members = machine.document.into_memory();
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
            document: DocumentMembers::none(),
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
                let keys = machine.order_values(plan)?;
                let row = (structural_hash(&value), self.output.kept(&value));
                sorter.push((&*keys).into(), number, row, &plan.order)?;
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
