//! What `decide` is told: the outcome of the attempt, the operation's history, its circumstances and what is
//! left of its budgets. Plain values.

use std::time::Duration;

use cosmokit_protocol::status::CosmosStatus;

use crate::diagnostics::RequestSentStatus;
use crate::routing::Access;
use crate::transport::TransportErrorKind;

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
    Unanswered {
        kind: TransportErrorKind,
        sent: RequestSentStatus,
    },
}

/// Retries made so far and time waited for them, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) throttled: Tally,
    pub(crate) conflicted: Tally,
    pub(crate) behind_session: Tally,
    /// The region refused the operation as none of its business.
    pub(crate) moved: Tally,
    /// The ranges had changed.
    pub(crate) ranges: Tally,
    /// No answer, or one that another try may better.
    pub(crate) failed: Tally,
    /// Of these, those in the region that was tried last.
    pub(crate) failed_here: u32,
}

/// Retries of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) retries: u32,
    pub(crate) waited: Duration,
}

/// Why an attempt is repeated: which tally counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Throttled,
    Conflicted,
    BehindSession,
    Moved,
    Ranges,
    Failed,
    /// A first failure in a region of several, which is not counted.
    FailedHere,
}

impl Tally {
    fn add(&mut self, wait: Duration) {
        self.retries = self.retries.saturating_add(1);
        self.waited = self.waited.saturating_add(wait);
    }
}

impl History {
    /// Counts a retry.
    pub(crate) fn add(&mut self, reason: Reason, wait: Duration) {
        match reason {
            Reason::Throttled => self.throttled.add(wait),
            Reason::Conflicted => self.conflicted.add(wait),
            Reason::BehindSession => self.behind_session.add(wait),
            Reason::Moved => self.moved.add(wait),
            Reason::Ranges => self.ranges.add(wait),
            Reason::Failed => {
                self.failed.add(wait);
                self.failed_here = 0;
            }
            Reason::FailedHere => self.failed_here = self.failed_here.saturating_add(1),
        }
    }
}

/// What is true of the operation and its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each named where it is used"
)]
pub(crate) struct Circumstances {
    pub(crate) access: Access,
    /// Regions that the operation can use.
    pub(crate) regions: u32,
    /// Whether several regions take writes.
    pub(crate) multiple_write_regions: bool,
    /// Whether the attempt went to the region that takes writes.
    pub(crate) at_write_region: bool,
    /// Whether a write that may have been applied may be sent again.
    pub(crate) repeatable: bool,
    /// Whether the operation is about one key, so that it finds its range again by itself.
    pub(crate) keyed: bool,
    /// Whether only the region that takes writes may answer: others were behind the session.
    pub(crate) hub_only: bool,
    /// Whether partitions of the account fail over by themselves, each with a region that takes its writes.
    pub(crate) partitions_fail_over: bool,
}

impl Circumstances {
    /// Whether a read is looking for the region that takes the writes of its partition.
    pub(crate) fn seeks_hub(&self) -> bool {
        self.hub_only && self.partitions_fail_over && self.access == Access::Read
    }
}

/// What may still be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) throttle_retries: u32,
    pub(crate) throttle_wait: Duration,
    pub(crate) session_retries: Option<u32>,
    /// What the session that the operation is in has left for all its operations.
    pub(crate) session_retries_left: u32,
    pub(crate) failover_retries: u32,
    /// Until the operation's deadline; `None` without one.
    pub(crate) remaining: Option<Duration>,
    /// After a 403: until the account may be read again; zero when it may now.
    pub(crate) until_account_refresh: Duration,
    /// A random number below 1000, for jitter.
    pub(crate) jitter_per_mille: u32,
}

impl Budget {
    /// The session asks for what cannot be there: one more look is enough.
    pub(crate) fn distrust_session(&mut self) {
        self.session_retries = Some(self.session_retries.map_or(1, |retries| retries.min(1)));
    }
}

impl Outcome {
    /// Whether the service refused it: among these are those that only the account document helps with.
    pub(crate) fn is_forbidden(self) -> bool {
        matches!(self, Self::Answered { status, .. } if status.status_code() == http::StatusCode::FORBIDDEN)
    }

    /// Whether the replica has not seen what the session has.
    pub(crate) fn is_behind_session(self) -> bool {
        matches!(self, Self::Answered { status, .. } if status.is_read_session_not_available())
    }

    /// Whether a write may have taken effect although no success was answered: nothing came back, or the
    /// service itself does not know (408, 5xx).
    pub(crate) fn may_have_applied(self) -> bool {
        match self {
            Self::Unanswered { sent, .. } => sent.may_have_been_sent(),
            Self::Answered { status, .. } => {
                let code = status.status_code();
                code.is_server_error() || code == http::StatusCode::REQUEST_TIMEOUT
            }
        }
    }
}
