//! The decision: from what happened so far to the next step.

use std::time::Duration;

use super::backoff::{doubled, spread_quarter};
use super::outcome::{Budget, Circumstances, History, Outcome, Reason};
use super::rows::{Meaning, row_of};
use super::silence::{Silence, silence_of};
use super::verdict::{Decision, Effect, RetryTarget, Verdict};
use crate::diagnostics::ExecutionContext;
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

/// Retries after a region has said that it is none of its business, the second wait, the longest, and how long
/// all may last together: a failover takes seconds to be known everywhere, and the account may be read once in five,
/// so that it is read four times.
const MOVED_RETRIES: u32 = 20;
const MOVED_BASE: Duration = Duration::from_secs(1);
const MOVED_CAP: Duration = Duration::from_secs(15);
const MOVED_WAIT: Duration = Duration::from_secs(15);

/// Retries of an operation on one key while its partition is split, merged or moved, and the waits between.
const RANGES_RETRIES: u32 = 10;
const RANGES_BASE: Duration = Duration::from_millis(10);
const RANGES_CAP: Duration = Duration::from_secs(1);

/// First wait before a failed attempt is sent to the same region again.
const FAILED_BASE: Duration = Duration::from_millis(20);
const FAILED_CAP: Duration = Duration::from_secs(1);

/// The next step after `outcome`. `history` holds the retries made before it.
pub(crate) fn decide(
    history: &History,
    outcome: Outcome,
    circumstances: Circumstances,
    budget: &Budget,
) -> Verdict {
    let step = Step {
        history,
        outcome,
        circumstances,
        budget,
    };
    let (because, decision, effects) = match outcome {
        Outcome::Unanswered { kind, sent } => {
            let row = silence_of(kind, sent);
            let decision = match row.silence {
                Silence::Final => Decision::Fail,
                Silence::Local => step.failed_here_alone(),
                Silence::Fails => step.failed(),
                Silence::FailsHere => step.failed_maybe_here(),
            };
            (row.name, decision, row.effects)
        }
        Outcome::Answered {
            status,
            retry_after,
        } => {
            let row = row_of(status);
            let decision = match row.meaning {
                Meaning::Result => Decision::Finish,
                Meaning::Final => Decision::Fail,
                Meaning::Busy if circumstances.regions > 1 => step.failed(),
                Meaning::Throttled | Meaning::Busy => step.throttled(retry_after),
                Meaning::Conflicted => step.conflicted(retry_after),
                Meaning::BehindSession => step.behind_session(),
                Meaning::Moved => step.moved(),
                Meaning::RangesMoved => step.ranges_moved(),
                Meaning::Fails => step.failed(),
                Meaning::FailsHere => step.failed_maybe_here(),
            };
            (row.name, decision, row.effects)
        }
    };
    let decision = within_deadline(decision, budget);
    Verdict {
        because,
        decision,
        effects: effects_of(effects, decision, circumstances),
    }
}

/// Whether an outcome would end an operation, whatever its budgets: a race is won by such a one.
pub(crate) fn settles(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Unanswered { kind, sent } => silence_of(kind, sent).silence == Silence::Final,
        Outcome::Answered { status, .. } => {
            matches!(row_of(status).meaning, Meaning::Result | Meaning::Final)
        }
    }
}

/// What one decision looks at.
struct Step<'a> {
    history: &'a History,
    outcome: Outcome,
    circumstances: Circumstances,
    budget: &'a Budget,
}

impl Step<'_> {
    fn throttled(&self, retry_after: Option<Duration>) -> Decision {
        let (so_far, budget) = (self.history.throttled, self.budget);
        let wait = match retry_after {
            Some(asked) => asked,
            None => self.jittered(doubled(THROTTLE_BASE, so_far.retries, THROTTLE_CAP)),
        };
        if so_far.retries >= budget.throttle_retries || so_far.waited + wait > budget.throttle_wait
        {
            return Decision::Fail;
        }
        here(wait, ExecutionContext::OperationRetry, Reason::Throttled)
    }

    fn conflicted(&self, retry_after: Option<Duration>) -> Decision {
        let so_far = self.history.conflicted;
        let jitter = Duration::from_micros(u64::from(self.budget.jitter_per_mille) * 5);
        let wait = retry_after
            .unwrap_or_else(|| doubled(CONFLICT_BASE, so_far.retries, CONFLICT_CAP) + jitter);
        let wait = wait.min(CONFLICT_CAP);
        if so_far.waited + wait > CONFLICT_WAIT {
            return Decision::Fail;
        }
        here(wait, ExecutionContext::OperationRetry, Reason::Conflicted)
    }

    fn behind_session(&self) -> Decision {
        let (so_far, circumstances) = (self.history.behind_session, self.circumstances);
        let walks = circumstances.multiple_write_regions;
        let usual = if walks {
            circumstances.regions
        } else {
            SESSION_RETRIES
        };
        let limit = self.budget.session_retries.unwrap_or(usual);
        // A session whose retries are spent has each read that is still on its way look once where writes go.
        let is_spent = self.budget.session_retries_left == 0;
        let has_looked = so_far.retries > 0 || circumstances.at_write_region;
        if so_far.retries >= limit || (is_spent && has_looked) {
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
            reason: Reason::BehindSession,
        }
    }

    /// The first retry goes at once, to where the account says after it was read again; later ones wait. Where the
    /// account was read too short a time ago, no wait goes past the instant at which it may be read again: only that
    /// can tell where to go.
    fn moved(&self) -> Decision {
        if self.circumstances.seeks_hub() {
            return self.hub_is_elsewhere();
        }
        let so_far = self.history.moved;
        let left = MOVED_WAIT.saturating_sub(so_far.waited);
        let after = match so_far.retries {
            0 => Duration::ZERO,
            again => {
                let wait = self.jittered(doubled(MOVED_BASE, again - 1, MOVED_CAP));
                let until_refresh = Some(self.budget.until_account_refresh);
                let longest = until_refresh.filter(|until| !until.is_zero());
                wait.min(left).min(longest.unwrap_or(wait))
            }
        };
        let is_spent = so_far.retries > 0 && after.is_zero();
        if so_far.retries >= MOVED_RETRIES || is_spent {
            return Decision::Fail;
        }
        let walks = match self.circumstances.access {
            Access::Write => self.circumstances.regions > 1,
            // What only the hub may answer goes where the account says that it is.
            Access::Read | Access::Account => !self.circumstances.hub_only,
        };
        Decision::Retry {
            after,
            to: if walks {
                RetryTarget::NextRegion
            } else {
                RetryTarget::WriteRegion
            },
            context: ExecutionContext::RegionFailover,
            reason: Reason::Moved,
        }
    }

    /// Partitions that fail over by themselves have hubs of their own: the region is not this one's. That says
    /// nothing about the account, and the next region can be asked at once.
    fn hub_is_elsewhere(&self) -> Decision {
        if self.history.failed.retries >= self.budget.failover_retries {
            return Decision::Fail;
        }
        Decision::Retry {
            after: Duration::ZERO,
            to: RetryTarget::WriteRegion,
            context: ExecutionContext::RegionFailover,
            reason: Reason::Failed,
        }
    }

    /// Refused before anything was done, so writes may be sent again. What is not about one key must be cut
    /// anew by whoever cut it.
    fn ranges_moved(&self) -> Decision {
        let so_far = self.history.ranges;
        if !self.circumstances.keyed || so_far.retries >= RANGES_RETRIES {
            return Decision::Fail;
        }
        let wait = self.jittered(doubled(RANGES_BASE, so_far.retries, RANGES_CAP));
        here(wait, ExecutionContext::OperationRetry, Reason::Ranges)
    }

    /// A first failure in one of several regions is tried again there.
    fn failed_maybe_here(&self) -> Decision {
        if self.circumstances.regions > 1 && self.history.failed_here == 0 && self.is_repeatable() {
            let wait = self.jittered(FAILED_BASE);
            return here(wait, ExecutionContext::TransportRetry, Reason::FailedHere);
        }
        self.failed()
    }

    fn failed(&self) -> Decision {
        if self.circumstances.regions <= 1 {
            return self.failed_here_alone();
        }
        if !self.is_repeatable() || self.history.failed.retries >= self.budget.failover_retries {
            return Decision::Fail;
        }
        Decision::Retry {
            after: Duration::ZERO,
            to: RetryTarget::NextRegion,
            context: ExecutionContext::RegionFailover,
            reason: Reason::Failed,
        }
    }

    /// Another region cannot help, or there is none.
    fn failed_here_alone(&self) -> Decision {
        let so_far = self.history.failed;
        if !self.is_repeatable() || so_far.retries >= self.budget.failover_retries {
            return Decision::Fail;
        }
        let wait = self.jittered(doubled(FAILED_BASE, so_far.retries, FAILED_CAP));
        let is_write = self.circumstances.access == Access::Write;
        Decision::Retry {
            after: wait,
            // The account may have failed over meanwhile.
            to: if is_write {
                RetryTarget::WriteRegion
            } else {
                RetryTarget::Here
            },
            context: ExecutionContext::TransportRetry,
            reason: Reason::Failed,
        }
    }

    /// A read is repeated; a write when it provably did nothing, or may be applied twice.
    fn is_repeatable(&self) -> bool {
        self.circumstances.access != Access::Write
            || self.circumstances.repeatable
            || !self.outcome.may_have_applied()
    }

    fn jittered(&self, wait: Duration) -> Duration {
        spread_quarter(wait, self.budget.jitter_per_mille)
    }
}

fn here(after: Duration, context: ExecutionContext, reason: Reason) -> Decision {
    Decision::Retry {
        after,
        to: RetryTarget::Here,
        context,
        reason,
    }
}

/// A wait that would outlast the deadline is not begun: the caller gets the last answer in time instead.
fn within_deadline(decision: Decision, budget: &Budget) -> Decision {
    match (decision, budget.remaining) {
        (Decision::Retry { after, .. }, Some(remaining)) if after >= remaining => Decision::Fail,
        _ => decision,
    }
}

/// A failure that is tried again in its region says nothing against the region yet. A write that can go
/// nowhere else has the account read again: it may have failed over.
fn effects_of(
    effects: &'static [Effect],
    decision: Decision,
    circumstances: Circumstances,
) -> &'static [Effect] {
    match decision {
        Decision::Retry {
            reason: Reason::FailedHere,
            ..
        } => &[],
        Decision::Retry {
            reason: Reason::Failed,
            to: RetryTarget::WriteRegion,
            ..
        } if circumstances.access == Access::Write => match effects {
            [Effect::MarkPartition] => &[Effect::MarkPartition, Effect::RefreshAccount],
            [Effect::MarkEndpoint] => &[Effect::MarkEndpoint, Effect::RefreshAccount],
            _ => effects,
        },
        // About one partition: the account has not changed.
        _ if effects == [Effect::MarkWrites, Effect::RefreshAccount]
            && circumstances.seeks_hub() =>
        {
            &[Effect::MarkWrites]
        }
        _ => effects,
    }
}
