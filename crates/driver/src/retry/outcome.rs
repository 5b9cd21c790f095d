//! What `decide` is told: the outcome of the attempt, the operation's history, its circumstances and what is
//! left of its budgets. Plain values.

use std::time::Duration;

use cosmokit_protocol::status::CosmosStatus;

use crate::diagnostics::RequestSentStatus;
use crate::routing::Access;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With an answer.
    Answered {
        status: CosmosStatus,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// Without an answer.
    Unanswered(RequestSentStatus),
}

/// Retries made so far and time waited for them, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) throttled: Tally,
    pub(crate) conflicted: Tally,
    pub(crate) behind_session: Tally,
    pub(crate) unanswered: Tally,
}

/// Retries of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) retries: u32,
    pub(crate) waited: Duration,
}

impl Tally {
    pub(crate) fn add(&mut self, wait: Duration) {
        self.retries = self.retries.saturating_add(1);
        self.waited = self.waited.saturating_add(wait);
    }
}

/// What is true of the operation and its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Circumstances {
    pub(crate) access: Access,
    /// Regions that the operation can use.
    pub(crate) regions: u32,
    /// Whether several regions take writes.
    pub(crate) multiple_write_regions: bool,
    /// Whether the attempt went to the region that takes writes.
    pub(crate) at_write_region: bool,
}

/// What may still be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) throttle_retries: u32,
    pub(crate) throttle_wait: Duration,
    pub(crate) session_retries: Option<u32>,
    /// What the session that the operation is in has left for all its operations.
    pub(crate) session_retries_left: u32,
    pub(crate) unanswered_retries: u32,
    /// Until the operation's deadline; `None` without one.
    pub(crate) remaining: Option<Duration>,
    /// A random number below 1000, for jitter.
    pub(crate) jitter_per_mille: u32,
}
