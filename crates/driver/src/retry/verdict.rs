//! What `decide` answers.

use std::time::Duration;

use super::outcome::Reason;
use crate::diagnostics::ExecutionContext;

/// The next step, and what else follows from the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The row that matched.
    pub(crate) because: &'static str,
    pub(crate) decision: Decision,
    pub(crate) effects: &'static [Effect],
}

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Hand the answer to the caller.
    Finish,
    /// Hand the failure to the caller.
    Fail,
    /// Try again.
    Retry {
        /// After waiting this long.
        after: Duration,
        to: RetryTarget,
        /// What the next attempt is called in diagnostics.
        context: ExecutionContext,
        /// Which tally counts it.
        reason: Reason,
    },
}

/// Where the next attempt goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryTarget {
    /// Where the last one went.
    Here,
    /// To the next region in order.
    NextRegion,
    /// To the region that takes writes.
    WriteRegion,
}

/// What else follows from an outcome; carried out by the attempt loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The answer's session token counts.
    CaptureSession,
    /// The cached container may be another one by now: forget it if it is still the one that was used, and see
    /// whether its name leads to another.
    DropContainer,
    /// The cached ranges are out of date: read what changed before they are used again.
    RefreshRanges,
    /// The account may have changed: read it before the next attempt, unless it was read a moment ago.
    RefreshAccount,
    /// The endpoint does not answer: others are better for a while.
    MarkEndpoint,
    /// The endpoint takes no writes: others are better for them for a while.
    MarkWrites,
    /// The partition fails in this region: count it, and after some let others serve it for a while.
    MarkPartition,
}
