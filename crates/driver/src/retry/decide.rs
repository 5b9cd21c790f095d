//! The decision: from what happened so far to the next step.

use std::time::Duration;

use super::backoff::{doubled, spread_quarter};
use super::outcome::{Budget, Circumstances, History, Outcome};
use super::rows::{Meaning, row_of};
use super::verdict::{Decision, RetryTarget, Verdict};
use crate::diagnostics::{ExecutionContext, RequestSentStatus};
use crate::routing::Access;

/// First wait after a 429 that does not say how long to wait.
const THROTTLE_BASE: Duration = Duration::from_millis(5);
/// Longest single wait of that kind.
const THROTTLE_CAP: Duration = Duration::from_secs(5);

/// First wait after a 449, longest single one, and how long all may last together.
const CONFLICT_BASE: Duration = Duration::from_millis(10);
const CONFLICT_CAP: Duration = Duration::from_secs(1);
const CONFLICT_WAIT: Duration = Duration::from_secs(30);

/// Retries of a read that met a replica behind its session, when the options do not say.
const SESSION_RETRIES: u32 = 2;
/// First wait before such a read is sent to the same region again.
const SESSION_BASE: Duration = Duration::from_millis(5);
const SESSION_CAP: Duration = Duration::from_millis(500);

/// First wait before an unanswered attempt is sent to the same region again.
const UNANSWERED_BASE: Duration = Duration::from_millis(20);
const UNANSWERED_CAP: Duration = Duration::from_secs(1);

/// The next step after `outcome`. `history` holds the retries made before it.
pub(crate) fn decide(
    history: &History,
    outcome: Outcome,
    circumstances: Circumstances,
    budget: &Budget,
) -> Verdict {
    let (status, retry_after) = match outcome {
        Outcome::Unanswered(sent) => {
            let decision = after_silence(history, sent, circumstances, budget);
            return Verdict {
                because: "unanswered",
                decision: within_deadline(decision, budget),
                effects: &[],
            };
        }
        Outcome::Answered {
            status,
            retry_after,
        } => (status, retry_after),
    };
    let row = row_of(status);
    let decision = match row.meaning {
        Meaning::Result => Decision::Finish,
        Meaning::Final => Decision::Fail,
        Meaning::Throttled => throttled(history, retry_after, budget),
        Meaning::Conflicted => conflicted(history, retry_after, budget),
        Meaning::BehindSession => behind_session(history, circumstances, budget),
    };
    Verdict {
        because: row.name,
        decision: within_deadline(decision, budget),
        effects: row.effects,
    }
}

fn throttled(history: &History, retry_after: Option<Duration>, budget: &Budget) -> Decision {
    let so_far = history.throttled;
    let wait = match retry_after {
        Some(asked) => asked,
        None => spread_quarter(
            doubled(THROTTLE_BASE, so_far.retries, THROTTLE_CAP),
            budget.jitter_per_mille,
        ),
    };
    if so_far.retries >= budget.throttle_retries || so_far.waited + wait > budget.throttle_wait {
        return Decision::Fail;
    }
    Decision::Retry {
        after: wait,
        to: RetryTarget::Here,
        context: ExecutionContext::OperationRetry,
    }
}

fn conflicted(history: &History, retry_after: Option<Duration>, budget: &Budget) -> Decision {
    let so_far = history.conflicted;
    let jitter = Duration::from_micros(u64::from(budget.jitter_per_mille) * 5);
    let wait = retry_after
        .unwrap_or_else(|| doubled(CONFLICT_BASE, so_far.retries, CONFLICT_CAP) + jitter);
    let wait = wait.min(CONFLICT_CAP);
    if so_far.waited + wait > CONFLICT_WAIT {
        return Decision::Fail;
    }
    Decision::Retry {
        after: wait,
        to: RetryTarget::Here,
        context: ExecutionContext::OperationRetry,
    }
}

fn behind_session(history: &History, circumstances: Circumstances, budget: &Budget) -> Decision {
    let so_far = history.behind_session;
    let walks = circumstances.multiple_write_regions;
    let usual = if walks {
        circumstances.regions
    } else {
        SESSION_RETRIES
    };
    if so_far.retries >= budget.session_retries.unwrap_or(usual) || budget.session_retries_left == 0
    {
        return Decision::Fail;
    }
    let (to, moves) = if walks {
        (RetryTarget::NextRegion, circumstances.regions > 1)
    } else {
        (RetryTarget::WriteRegion, !circumstances.at_write_region)
    };
    let after = if moves {
        Duration::ZERO
    } else {
        doubled(SESSION_BASE, so_far.retries, SESSION_CAP)
    };
    Decision::Retry {
        after,
        to,
        context: ExecutionContext::SessionRetry,
    }
}

/// A read is repeated; a write only when it provably did not arrive.
fn after_silence(
    history: &History,
    sent: RequestSentStatus,
    circumstances: Circumstances,
    budget: &Budget,
) -> Decision {
    let so_far = history.unanswered;
    let repeatable = circumstances.access == Access::Read || !sent.may_have_been_sent();
    if !repeatable || so_far.retries >= budget.unanswered_retries {
        return Decision::Fail;
    }
    if circumstances.regions > 1 {
        return Decision::Retry {
            after: Duration::ZERO,
            to: RetryTarget::NextRegion,
            context: ExecutionContext::RegionFailover,
        };
    }
    let wait = doubled(UNANSWERED_BASE, so_far.retries, UNANSWERED_CAP);
    Decision::Retry {
        after: spread_quarter(wait, budget.jitter_per_mille),
        to: RetryTarget::Here,
        context: ExecutionContext::TransportRetry,
    }
}

/// A wait that would outlast the deadline is not begun: the caller gets the last answer in time instead.
fn within_deadline(decision: Decision, budget: &Budget) -> Decision {
    match (decision, budget.remaining) {
        (Decision::Retry { after, .. }, Some(remaining)) if after >= remaining => Decision::Fail,
        _ => decision,
    }
}
