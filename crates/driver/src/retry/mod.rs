//! What to do after an attempt: a table of outcomes, and one pure function from what happened so far to the
//! next step and its effects. Nothing here reads a clock, waits, or touches shared state.

mod backoff;
mod decide;
mod outcome;
mod rows;
mod silence;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use self::decide::{decide, settles};
pub(crate) use self::outcome::{Budget, Circumstances, History, Outcome, Reason, Tally};
pub(crate) use self::verdict::{Decision, Effect, RetryTarget};
