//! The attempt loop: choose an endpoint, attempt, decide, carry out what was decided.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::attempt::{Attempted, Leg};
use super::prepare::Prepared;
use super::{Core, deadline};
use crate::clock::Instant;
use crate::diagnostics::{ExecutionContext, OperationSubject, Recorder};
use crate::error::Result;
use crate::operation::CosmosOperation;
use crate::options::OperationSettings;
use crate::reference::ContainerReference;
use crate::response::CosmosResponse;
use crate::retry::{
    Budget, Circumstances, Decision, Effect, History, Outcome, RetryTarget, decide,
};
use crate::routing::{Access, Route, choose, usable};
use crate::session::{Carried, Session};
use crate::telemetry::{inside, operation_span};
use crate::topology::Snapshot;

/// How the attempts of an operation ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The last of them.
    pub(super) last: Attempted,
    pub(super) end: End,
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
    /// Runs one operation, in a session or in what all share, that must end by `deadline`.
    pub(crate) async fn execute_until(
        self: &Arc<Self>,
        operation: &CosmosOperation,
        settings: Arc<OperationSettings>,
        session: Option<Session>,
        deadline: Option<Instant>,
    ) -> Result<CosmosResponse> {
        let span = operation_span(operation);
        let scope = self
            .telemetry
            .as_ref()
            .map(|telemetry| telemetry.operation(operation));
        let outcome = {
            let execution = pin!(self.execute_in_spans(operation, settings, session, deadline));
            inside(execution, &span, scope.as_ref()).await
        };
        self.tell(&outcome, &span, scope.as_ref());
        outcome
    }

    async fn execute_in_spans(
        self: &Arc<Self>,
        operation: &CosmosOperation,
        settings: Arc<OperationSettings>,
        session: Option<Session>,
        deadline: Option<Instant>,
    ) -> Result<CosmosResponse> {
        let mut recorder = self.recorder(operation);
        match self.prepare(operation, settings, session, deadline).await {
            Ok(mut prepared) => {
                let permit = prepared.permit.take();
                let under_way = prepared.write_under_way();
                let ended = self.run_in_session(&prepared, &mut recorder).await;
                if let Some(under_way) = under_way.filter(|_| ended.end != End::AmbiguousFailure) {
                    under_way.settle();
                }
                if let Some(permit) = permit {
                    recorder.waited_for_throughput(permit.waited);
                    permit.settle(recorder.charge());
                }
                self.finish(&prepared, ended, recorder)
            }
            Err(error) => Err(self.unprepared(error, recorder)),
        }
    }

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
    pub(super) async fn run(&self, prepared: &Prepared<'_>, recorder: &mut Recorder) -> Ended {
        let excluded = &prepared.settings.excluded_regions;
        let mut snapshot = self.location.load_full();
        let mut leg = Leg {
            endpoint: choose(&snapshot, prepared.access, excluded, prepared.first_route()),
            context: ExecutionContext::Initial,
        };
        let mut history = History::default();
        let mut failure = End::Failure;
        loop {
            let last = self.attempt(prepared, &snapshot, &leg, recorder).await;
            let Some(outcome) = last.outcome() else {
                return Ended { last, end: failure };
            };
            if prepared.access == Access::Write && may_have_applied(outcome) {
                failure = End::AmbiguousFailure;
            }
            let circumstances = circumstances(prepared, &snapshot, &leg);
            let verdict = decide(&history, outcome, circumstances, &self.budget(prepared));
            self.carry_out(prepared, &last, verdict.effects);
            let (after, to) = match verdict.decision {
                Decision::Finish => {
                    return Ended {
                        last,
                        end: End::Response,
                    };
                }
                Decision::Fail => return Ended { last, end: failure },
                Decision::Retry { after, to, context } => {
                    leg.context = context;
                    (after, to)
                }
            };
            tracing::debug!(
                operation = prepared.operation.name(), endpoint = %leg.endpoint,
                because = verdict.because, ?outcome, ?to, "the attempt is repeated"
            );
            drop(last);
            if leg.context == ExecutionContext::SessionRetry
                && let Some(session) = prepared.carried.as_ref().and_then(Carried::session)
            {
                session.spend_retry();
            }
            tally(&mut history, outcome, leg.context, after);
            if !after.is_zero() {
                self.clock.sleep(after).await;
            }
            snapshot = self.location.load_full();
            let route = match to {
                RetryTarget::Here => continue,
                RetryTarget::NextRegion => Route::After(&leg.endpoint),
                RetryTarget::WriteRegion => Route::WriteRegion,
            };
            leg.endpoint = choose(&snapshot, prepared.access, excluded, route);
        }
    }

    fn budget(&self, prepared: &Prepared<'_>) -> Budget {
        let settings = &prepared.settings;
        let session = prepared.carried.as_ref().and_then(Carried::session);
        Budget {
            session_retries_left: session.map_or(u32::MAX, Session::retries_left),
            throttle_retries: settings.throttling_retry_options.max_retry_count,
            throttle_wait: settings.throttling_retry_options.max_retry_wait_time,
            session_retries: settings.max_session_retry_count,
            unanswered_retries: settings.max_failover_retry_count,
            remaining: deadline::remaining(prepared.deadline, self.clock),
            jitter_per_mille: self.entropy.per_mille(),
        }
    }

    fn carry_out(&self, prepared: &Prepared<'_>, attempted: &Attempted, effects: &[Effect]) {
        let Some(container) = &prepared.container else {
            return;
        };
        for effect in effects {
            match (effect, attempted) {
                (Effect::CaptureSession, Attempted::Answered(answer)) => {
                    let headers = answer.headers.as_map();
                    if let Some(token) = headers.get(cosmokit_protocol::wire::header::SESSION_TOKEN)
                    {
                        prepared.capture(token);
                    }
                }
                (Effect::CaptureSession, _) => {}
                (Effect::DropContainer, _) => {
                    self.containers
                        .forget(container.reference().key(), container.rid());
                }
                (Effect::RefreshRanges, _) => container.contradict_ranges(),
            }
        }
    }
}

fn circumstances(prepared: &Prepared<'_>, snapshot: &Snapshot, leg: &Leg) -> Circumstances {
    let regions = usable(
        snapshot,
        prepared.access,
        &prepared.settings.excluded_regions,
    );
    Circumstances {
        access: prepared.access,
        regions: u32::try_from(regions).unwrap_or(u32::MAX),
        multiple_write_regions: snapshot.has_multiple_write_regions(),
        at_write_region: snapshot.write_endpoint().is_at(&leg.endpoint),
    }
}

/// Whether a write may have taken effect although no success was answered: nothing came back, or the service
/// itself does not know (408, 5xx).
fn may_have_applied(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Unanswered(sent) => sent.may_have_been_sent(),
        Outcome::Answered { status, .. } => {
            let code = status.status_code();
            code.is_server_error() || code == http::StatusCode::REQUEST_TIMEOUT
        }
    }
}

fn tally(history: &mut History, outcome: Outcome, context: ExecutionContext, wait: Duration) {
    match (outcome, context) {
        (Outcome::Unanswered(_), _) => history.unanswered.add(wait),
        (_, ExecutionContext::SessionRetry) => history.behind_session.add(wait),
        (Outcome::Answered { status, .. }, _) if status.is_retry_with() => {
            history.conflicted.add(wait);
        }
        _ => history.throttled.add(wait),
    }
}
