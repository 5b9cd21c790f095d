//! What all ways to run a query over items share.

use cosmokit_protocol::op::SqlQuery;
use cosmokit_query::{
    Execution, Program, QueryError, RunError, columns::ColumnExecution, value::Value,
};

use super::access::QueryAccess;
use crate::verb::feed_walk::FeedWalk;
use crate::{
    account::Call, known_queries::KnownQuery, metadata::container::Container,
    partition::version::Version, refuse, request::Effort, response::Failure,
    script::functions::ContainerFunctions, sql,
};

/// Steps that one page may take; an item takes a handful.
///
/// A query whose rows come item by item ends its page there; any other is refused with 400.
const STEPS: u64 = 100_000_000;
/// Steps that a page may take of which little effort is asked.
const FEW_STEPS: u64 = 300_000;

/// A page in the making.
pub(super) struct Run<'r, 'c> {
    pub(super) call: &'r Call<'c>,
    pub(super) container: &'r Container,
    pub(super) walk: FeedWalk<'r, 'c>,
    pub(super) access: QueryAccess,
    pub(super) asked: &'r SqlQuery,
    pub(super) query: &'r KnownQuery,
    pub(super) program: &'r Program,
    pub(super) arguments: &'r [Value<'static>],
    pub(super) looked: LookedAt,
    pub(super) functions: &'r ContainerFunctions<'c>,
    /// Steps that the page may take.
    pub(super) steps: u64,
}

/// Steps that a page may take.
pub(in crate::verb) fn steps(effort: Effort) -> u64 {
    match effort {
        Effort::Whole => STEPS,
        Effort::Little => FEW_STEPS,
    }
}

/// Items that the filter was evaluated on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LookedAt {
    /// How many.
    pub(super) items: usize,
    /// Sum of the sizes of their bodies.
    pub(super) bytes: usize,
    /// How many of them passed.
    pub(super) matched: usize,
    /// Steps that this took.
    pub(super) steps: u64,
    /// Whether no step was left.
    pub(super) ran_out: bool,
}

impl LookedAt {
    /// Counts an item.
    pub(super) fn at(&mut self, version: &Version) {
        self.items += 1;
        self.bytes += version.body.len();
    }

    /// Counts what a run did besides looking at items; it began with so many steps.
    pub(super) fn ran(&mut self, execution: &Execution<'_>, steps: u64) {
        self.count(execution.matched(), steps, execution.remaining_steps());
    }

    /// Counts what a run over columns did; it began with so many steps.
    pub(super) fn ran_over_columns(&mut self, execution: &ColumnExecution<'_>, steps: u64) {
        self.count(execution.matched(), steps, execution.remaining_steps());
    }

    fn count(&mut self, matched: u64, steps: u64, remaining: u64) {
        self.matched += usize::try_from(matched).unwrap_or(usize::MAX);
        self.steps += steps.saturating_sub(remaining);
        self.ran_out |= remaining == 0;
    }
}

impl<'r> Run<'r, '_> {
    /// The program, ready to take items.
    ///
    /// # Errors
    /// 400 when a parameter that counts rows is no count.
    pub(super) fn execution(&self) -> Result<Execution<'r>, Failure> {
        let environment = sql::environment_with(self.call, self.steps, self.functions);
        Execution::new(self.program, self.arguments, environment).map_err(|error| wrong(&error))
    }
}

/// The refusal of a query.
pub(in crate::verb) fn wrong(error: &QueryError) -> Failure {
    let failure = refuse::bad_request(error.to_message());
    match error {
        QueryError::Stopped(RunError::Budget) => failure.out_of_steps(),
        _ => failure,
    }
}
