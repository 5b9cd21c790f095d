//! The attempt loop: choose an endpoint, attempt, decide, carry out what was decided.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::{Attempted, Leg};
use super::prepare::Prepared;
use super::route::Deferred;
use super::{Core, deadline};
use crate::diagnostics::{ExecutionContext, OperationSubject, Recorder};
use crate::operation::CosmosOperation;
use crate::reference::ContainerReference;
use crate::retry::{
    Budget, Circumstances, Decision, Effect, History, Outcome, Reason, RetryTarget, decide,
};
use crate::routing::{Access, Route, usable};
use crate::session::{Carried, Session};
use crate::topology::Snapshot;

/// How the attempts of an operation ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The last of them.
    pub(super) last: Attempted,
    pub(super) end: End,
    /// Whether the container's name may lead to another container by now.
    pub(super) doubts_container: bool,
}

/// What the caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The answer.
    Response,
    /// An error; the write, if it is one, was not applied.
    Failure,
    /// An error; the write may have been applied.
    AmbiguousFailure,
}

impl Core {
    pub(super) fn recorder(&self, operation: &CosmosOperation) -> Recorder {
        let subject = OperationSubject {
            name: operation.name(),
            path: operation.subject().address.path.clone(),
            is_point: operation.is_point(),
        };
        Recorder::new(
            subject,
            self.clock,
            self.diagnostics.max_request_diagnostics,
        )
    }

    /// Collects the attempts of a page that is put together from several operations.
    pub(crate) fn page_recorder(
        &self,
        name: &'static str,
        container: &ContainerReference,
    ) -> Recorder {
        let subject = OperationSubject {
            name,
            path: container.items().path.clone(),
            is_point: false,
        };
        let limit = self.diagnostics.max_request_diagnostics;
        Recorder::new(subject, self.clock, limit)
    }

    /// Attempts until there is an answer for the caller or no reason to go on.
    pub(super) async fn run(
        self: &Arc<Self>,
        prepared: &Prepared<'_>,
        recorder: &mut Recorder,
    ) -> Ended {
        let mut snapshot = self.location.load_full();
        let mut leg = self.leg(prepared, &snapshot, prepared.first_route());
        let mut history = History::default();
        let mut failure = End::Failure;
        let mut deferred = Deferred::default();
        let session = prepared.carried.as_ref().and_then(Carried::session);
        // Since when the attempt that runs waits for the session.
        let mut behind_since = None;
        loop {
            let mut last = match self.hedge_of(prepared, &snapshot, &leg) {
                Some(hedge) => {
                    let race = self.race(prepared, &snapshot, &leg, hedge, recorder);
                    // Its two futures are big, and only accounts with several regions pay for it.
                    let (last, winner) = Box::pin(race).await;
                    leg = winner.unwrap_or(leg);
                    last
                }
                None => self.attempt(prepared, &snapshot, &leg, recorder).await,
            };
            if let (Some(since), Some(session)) = (behind_since.take(), session) {
                session
                    .ledger()
                    .took(self.clock.now().duration_since(since));
            }
            let Some(outcome) = last.outcome() else {
                return Ended::of(last, failure);
            };
            if prepared.access == Access::Write && outcome.may_have_applied() {
                failure = End::AmbiguousFailure;
            }
            let circumstances = Self::circumstances(prepared, &snapshot, &leg);
            let mut budget = self.budget(prepared, circumstances.regions, outcome);
            if outcome.is_behind_session() && prepared.is_implausible() {
                budget.distrust_session();
                if let Some(session) = session.filter(|_| history.behind_session.retries == 0) {
                    session.ledger().note(|activity| activity.implausible += 1);
                }
            }
            let verdict = decide(&history, outcome, circumstances, &budget);
            if let Attempted::Answered(answer) = &last {
                self.learn(prepared, answer, verdict.effects);
            }
            self.mark(prepared, &snapshot, &leg, verdict.effects, &mut deferred);
            let (after, to, context, reason) = match verdict.decision {
                Decision::Finish => {
                    last.tell_throttling(history.throttled);
                    self.confirm(prepared, &leg, deferred);
                    return Ended::of(last, End::Response);
                }
                Decision::Fail => {
                    last.tell_throttling(history.throttled);
                    let is_spent = verdict.because == "session behind";
                    return Ended {
                        doubts_container: is_spent
                            || verdict.effects.contains(&Effect::DropContainer),
                        ..Ended::of(last, failure)
                    };
                }
                Decision::Retry {
                    after,
                    to,
                    context,
                    reason,
                } => (after, to, context, reason),
            };
            tracing::debug!(
                operation = prepared.operation.name(), endpoint = %leg.endpoint,
                because = verdict.because, ?outcome, ?to, "the attempt is repeated"
            );
            drop(last);
            if reason == Reason::BehindSession
                && let Some(session) = session
            {
                session.spend_retry();
                behind_since = Some(self.clock.now());
            }
            history.add(reason, after);
            leg.note(outcome, reason, circumstances);
            if !after.is_zero() {
                self.clock.sleep(after).await;
            }
            // After the wait, which may have been for the instant at which the account may be read.
            if verdict.effects.contains(&Effect::RefreshAccount)
                && prepared.access != Access::Account
            {
                self.refresh_account_for(prepared).await;
            }
            snapshot = self.location.load_full();
            let route = match to {
                RetryTarget::Here => {
                    leg.context = context;
                    continue;
                }
                RetryTarget::NextRegion => Route::After(&leg.endpoint),
                RetryTarget::WriteRegion => Route::WriteRegion,
            };
            let choice = self.route(prepared, &snapshot, route);
            leg.go(choice, context);
        }
    }

    /// Reads the account for an operation that was told that it has changed; one that cannot be read is
    /// routed by as it was.
    pub(super) async fn refresh_account_for(self: &Arc<Self>, prepared: &Prepared<'_>) {
        let refresh = self.refresh_account_if_due();
        let name = prepared.operation.name();
        if let Err(error) = self.in_time(prepared.deadline, name, refresh).await {
            tracing::warn!(%error, "the account cannot be read; what was known stays in force");
        }
    }

    fn budget(&self, prepared: &Prepared<'_>, regions: u32, outcome: Outcome) -> Budget {
        let settings = &prepared.settings;
        let session = prepared.carried.as_ref().and_then(Carried::session);
        let failover_retries = match prepared.access {
            // Whoever knows the account may be the last to be asked.
            Access::Account => settings.max_failover_retry_count.max(regions),
            Access::Read | Access::Write => settings.max_failover_retry_count,
        };
        Budget {
            session_retries_left: session.map_or(u32::MAX, Session::retries_left),
            throttle_retries: settings.throttling_retry_options.max_retry_count,
            throttle_wait: settings.throttling_retry_options.max_retry_wait_time,
            session_retries: settings.max_session_retry_count,
            failover_retries,
            remaining: deadline::remaining(prepared.deadline, self.clock),
            until_account_refresh: if outcome.is_forbidden() {
                self.until_account_refresh()
            } else {
                Duration::ZERO
            },
            jitter_per_mille: self.entropy.per_mille(),
        }
    }

    pub(super) fn circumstances(
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        leg: &Leg,
    ) -> Circumstances {
        let regions = usable(Self::candidates(prepared, snapshot));
        Circumstances {
            access: prepared.access,
            regions: u32::try_from(regions).unwrap_or(u32::MAX),
            multiple_write_regions: snapshot.has_multiple_write_regions(),
            at_write_region: snapshot.is_write_endpoint(&leg.endpoint),
            repeatable: prepared.is_repeatable(),
            keyed: prepared.operation.partition_key().is_some(),
            hub_only: leg.hub_only,
            partitions_fail_over: prepared.container.is_some() && snapshot.partitions_fail_over(),
        }
    }
}

impl Ended {
    pub(super) fn of(last: Attempted, end: End) -> Self {
        Self {
            last,
            end,
            doubts_container: false,
        }
    }
}

impl Leg {
    /// What an attempt changes for those after it.
    fn note(&mut self, outcome: Outcome, reason: Reason, circumstances: Circumstances) {
        if matches!(
            outcome,
            Outcome::Unanswered {
                kind: crate::transport::TransportErrorKind::Timeout,
                ..
            }
        ) {
            self.timeouts = self.timeouts.saturating_add(1);
        }
        if reason == Reason::BehindSession && !circumstances.multiple_write_regions {
            self.hub_only = true;
        }
    }

    /// Goes elsewhere.
    fn go(&mut self, choice: crate::routing::Choice, context: ExecutionContext) {
        self.context = if choice.is_probe {
            ExecutionContext::CircuitBreakerProbe
        } else {
            context
        };
        self.endpoint = choice.endpoint;
    }
}
