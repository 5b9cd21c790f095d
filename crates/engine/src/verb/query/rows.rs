//! The rows of one item on their way to a page.
//!
//! An item may have more rows than a page has room for. What is left of it goes on behind the last
//! row that was given, which the continuation knows by number and by what it looked like: when the
//! item has changed meanwhile, that row is looked for near its place, so that rows which come or
//! go before it neither repeat nor hide others.

use std::ops::ControlFlow;

use cosmokit_query::{Execution, RunError};

use super::{
    page::QueryPage,
    token::{HalfGiven, row_mark},
};
use crate::partition::version::Version;

/// A page, and the part of all rows that TOP and OFFSET LIMIT let through.
#[derive(Debug)]
pub(super) struct RowGate<'p> {
    pub(super) page: &'p mut QueryPage,
    /// Rows that are still to be left out.
    pub(super) skip: u64,
    /// Rows that may still be given; `None` is any number.
    pub(super) take: Option<u64>,
    /// Rows that were left out or given.
    pub(super) counted: u64,
}

/// What became of the rows of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The page had room for all.
    All,
    /// These were given, perhaps none, and there are more.
    Some(Option<HalfGiven>),
}

impl<'p> RowGate<'p> {
    /// All rows may pass.
    pub(super) fn open(page: &'p mut QueryPage) -> Self {
        Self {
            page,
            skip: 0,
            take: None,
            counted: 0,
        }
    }

    /// Whether no further row will pass on any page.
    pub(super) fn is_closed(&self) -> bool {
        self.take == Some(0)
    }

    /// Has the page take the rows of an item, behind those that were given before.
    ///
    /// # Errors
    /// When the run stops. The budget of steps may be empty when rows have been given: then they
    /// are some of all.
    pub(super) fn give(
        &mut self,
        execution: &mut Execution<'_>,
        version: &Version,
        begun: Option<HalfGiven>,
    ) -> Result<Given, RunError> {
        let before = match begun {
            Some(half) => place_of(execution, version, half)?,
            None => 0,
        };
        let (mut number, mut passed, mut offered) = (0, before, false);
        let mut more = false;
        let pushed = execution.push_while(&version.body, &mut |row| {
            number += 1;
            if number <= before {
                return ControlFlow::Continue(());
            }
            if self.skip > 0 {
                self.skip -= 1;
            } else if self.is_closed() {
                return ControlFlow::Break(());
            } else if self.page.offer(row) {
                offered = true;
                self.take = self.take.map(|take| take - 1);
            } else {
                more = true;
                return ControlFlow::Break(());
            }
            self.counted += 1;
            passed = number;
            ControlFlow::Continue(())
        });
        let is_out_of_steps = matches!(pushed, Err(RunError::Budget));
        match pushed {
            Err(RunError::Budget) if passed > before => {}
            Err(error) => return Err(error),
            Ok(_) if !more => return Ok(Given::All),
            Ok(_) => {}
        }
        debug_assert!(more || is_out_of_steps, "there is a reason to stop");
        let mark = match (self.page.rows().last(), begun) {
            (Some(last), _) if offered => row_mark(last),
            (_, Some(half)) if passed == before => half.mark,
            _ => 0,
        };
        Ok(Given::Some((passed > 0).then_some(HalfGiven {
            ordinal: version.ordinal,
            rows: passed,
            mark,
        })))
    }
}

/// How many rows an item has; counts no further than `most`.
///
/// # Errors
/// When the run stops.
pub(super) fn count(
    execution: &mut Execution<'_>,
    version: &Version,
    most: usize,
) -> Result<usize, RunError> {
    let mut rows = 0;
    execution.push_while(&version.body, &mut |_| {
        rows += 1;
        if rows < most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(rows)
}

/// Behind how many rows of an item to go on: behind the one that looks like the last that was
/// given, the nearest of several; behind as many as were given when there is none.
fn place_of(
    execution: &mut Execution<'_>,
    version: &Version,
    half: HalfGiven,
) -> Result<usize, RunError> {
    let (mut number, mut found) = (0_usize, None::<usize>);
    execution.push_while(&version.body, &mut |row| {
        number += 1;
        let is_nearer =
            found.is_none_or(|found| number.abs_diff(half.rows) < found.abs_diff(half.rows));
        if is_nearer && row_mark(row) == half.mark {
            found = Some(number);
        }
        // The usual case, an item that has not changed, ends at the place.
        if found == Some(half.rows) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    Ok(found.unwrap_or(half.rows))
}
