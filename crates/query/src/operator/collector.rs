//! What becomes of the rows of documents: they leave at once, or are held until the last document.

use super::group::Groups;
use super::order::Sorter;
use super::output::{Output, Rows};
use super::rank::{Passed, Ranking};
use crate::bind::Program;
use crate::error::RunError;
use crate::expr::{Flow, Machine};
use crate::value::StructuralHash;

/// What is held until the last document.
#[derive(Debug)]
pub(super) enum Collector {
    /// Rows leave at once.
    None,
    Groups(Groups),
    Sorter(Sorter<(StructuralHash, Box<[u8]>)>),
    Ranking(Ranking),
}

impl Collector {
    /// For a program of which so many of the first rows are wanted.
    pub(super) fn new(program: &Program, wanted: Option<u64>) -> Self {
        match (&program.rank, &program.plan.grouping) {
            (Some(rank), _) => Self::Ranking(Ranking::new(rank)),
            (None, Some(grouping)) => Self::Groups(Groups::new(grouping)),
            (None, None) if !program.plan.order.is_empty() => Self::Sorter(Sorter::new(wanted)),
            (None, None) => Self::None,
        }
    }

    /// Takes the current row of the machine, of the document with this number.
    pub(super) fn row<'a>(
        &mut self,
        program: &'a Program,
        document: u64,
        machine: &mut Machine<'a, '_>,
        output: &mut Output,
        rows: Rows<'_>,
    ) -> Result<(Passed, Flow), RunError> {
        let plan = &program.plan;
        match self {
            Self::None => {
                // The order of RANK is whoever's who drives the run; its filter is not.
                let filter = program.rank.as_ref().and_then(|rank| rank.filter.as_ref());
                if let Some(filter) = filter
                    && !machine.eval(filter)?.is_true()
                {
                    return Ok((Passed::No, Flow::More));
                }
                let flow = output.project(&plan.projection, machine, rows)?;
                return Ok((Passed::Yes, flow));
            }
            Self::Groups(groups) => {
                if let Some(grouping) = &plan.grouping {
                    groups.accumulate(grouping, machine)?;
                }
            }
            Self::Sorter(sorter) => {
                let keys = machine.order_values(plan)?;
                if sorter.admits(&keys, document, &plan.order)
                    && let Some(value) = machine.project(&plan.projection)?
                {
                    let row = (output.hash(&value), output.kept(&value));
                    sorter.push((&*keys).into(), document, row, &plan.order)?;
                }
            }
            Self::Ranking(ranking) => {
                if let Some(rank) = &program.rank {
                    let passed = ranking.accept(rank, machine, |machine| {
                        let row = machine.project(&plan.projection)?;
                        Ok(row.map(|value| output.kept(&value)))
                    })?;
                    return Ok((passed, Flow::More));
                }
            }
        }
        Ok((Passed::Yes, Flow::More))
    }
}
