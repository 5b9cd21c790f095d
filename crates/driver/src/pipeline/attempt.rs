//! One attempt: sign, send, wait within a timeout, note what happened.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::charge::RequestCharge;
use cosmokit_protocol::wire::header::{
    ResponseHeaders, THROTTLE_RETRY_COUNT, THROTTLE_RETRY_WAIT_TIME_MS,
};
use http::Response;

use super::prepare::Prepared;
use super::{Core, stamp};
use crate::auth::Signable;
use crate::clock::Instant;
use crate::diagnostics::{ExecutionContext, Recorder, RequestDiagnostics, RequestSentStatus};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::fault_injection::{Aim, Chosen, FaultInjectionEvaluation, carry};
use crate::operation::Plane;
use crate::retry::{Outcome, Tally};
use crate::routing::Access;
use crate::telemetry::attempt_ended;
use crate::topology::{RegionalEndpoint, Snapshot};
use crate::transport::{AttemptTrace, Outgoing, TransportError, TransportErrorKind};

/// How an attempt ended.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one per attempt, moved twice, never stored"
)]
pub(super) enum Attempted {
    /// With an answer.
    Answered(Answer),
    /// Without one.
    Unanswered(TransportError),
    /// Before anything was sent: there is no credential to sign with.
    Unsigned(CosmosError),
}

/// What the service answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: CosmosStatus,
    pub(super) headers: ResponseHeaders,
    pub(super) body: Bytes,
}

/// Where an attempt goes and why.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) endpoint: Arc<RegionalEndpoint>,
    pub(super) context: ExecutionContext,
    /// Only the region that takes writes may answer: others were behind the session.
    pub(super) hub_only: bool,
    /// How many attempts of the operation had no answer in time; each has longer.
    pub(super) timeouts: u32,
}

/// The start of an attempt, and what is noted while it runs: also known when it is given up.
#[derive(Debug)]
pub(super) struct Start {
    operation: &'static str,
    operation_started: Instant,
    started: Instant,
    activity_id: ActivityId,
    trace: AttemptTrace,
}

impl Start {
    pub(super) fn now(core: &Core, prepared: &Prepared<'_>, recorder: &Recorder) -> Self {
        Self {
            operation: prepared.operation.name(),
            operation_started: recorder.started(),
            started: core.clock.now(),
            activity_id: ActivityId::from_random_bytes(core.entropy.bytes_16()),
            trace: AttemptTrace::default(),
        }
    }
}

impl Core {
    pub(super) async fn attempt(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        leg: &Leg,
        recorder: &mut Recorder,
    ) -> Attempted {
        let start = Start::now(self, prepared, recorder);
        let (ended, note) = self.carry(prepared, snapshot, leg, &start).await;
        recorder.record_if(note);
        ended
    }

    /// The attempt and what is to be recorded of it: nothing when it could not be signed.
    pub(super) async fn carry(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        leg: &Leg,
        start: &Start,
    ) -> (Attempted, Option<RequestDiagnostics>) {
        let (started, trace) = (start.started, &start.trace);
        let until = started + self.attempt_timeout(prepared, leg.timeouts);
        let until = prepared
            .deadline
            .map_or(until, |deadline| deadline.min(until));
        let date = self.date.now(self.clock);
        let authorization = match self.authorization(prepared, &date, until).await {
            Ok(authorization) => authorization,
            Err(error) => return (Attempted::Unsigned(error), None),
        };
        let identity = stamp::Identity {
            activity_id: start.activity_id.clone(),
            date,
            authorization,
        };
        let mut headers = stamp::headers(&self.base_headers, prepared, snapshot, leg, identity);
        let telemetry = self.telemetry.as_ref();
        let scope = telemetry.map(|telemetry| telemetry.attempt(prepared.operation));
        if let Some(scope) = &scope {
            scope.propagate(&mut headers);
        }
        let mut request = Some(Outgoing {
            method: prepared.operation.verb().method.clone(),
            path: prepared.operation.subject().address.path.clone(),
            headers,
            body: prepared.operation.body().clone(),
        });
        let sent =
            leg.endpoint
                .channel()
                .send(leg.endpoint.target(), &mut request, trace, self.clock);
        let (carried, fault_evaluations) = match &self.faults {
            None => (self.clock.until(until, sent).await, Box::default()),
            Some(faults) => {
                let aim = Aim {
                    operation: prepared.operation,
                    region: leg.endpoint.region(),
                    container: prepared.container.as_deref(),
                };
                let Chosen { rule, evaluations } = faults.choose(&aim, started);
                // A driver with rules pays for it: the future is big.
                let carried = Box::pin(carry(rule, sent, trace, self.clock));
                (self.clock.until(until, carried).await, evaluations)
            }
        };
        let ended = match carried {
            Some(Ok(response)) => Attempted::Answered(Answer::from(response)),
            Some(Err(error)) => Attempted::Unanswered(error),
            None => Attempted::Unanswered(TransportError::new(
                TransportErrorKind::Timeout,
                trace.sent(),
            )),
        };
        let payload = Payload {
            request_bytes: prepared.operation.body().len(),
            fault_evaluations,
        };
        let noted = self.note(&ended, leg, start, payload);
        attempt_ended(&noted);
        if let Some(scope) = scope {
            scope.attempt_ended(&noted);
        }
        (ended, Some(noted))
    }

    /// What is to be recorded of an attempt that was given up because another region answered first.
    pub(super) fn note_lost(&self, leg: &Leg, start: &Start) -> RequestDiagnostics {
        let lost = Attempted::Unanswered(TransportError::new(
            TransportErrorKind::Timeout,
            start.trace.sent(),
        ));
        let payload = Payload {
            request_bytes: 0,
            fault_evaluations: Box::default(),
        };
        let noted = RequestDiagnostics {
            status: client::HEDGE_LOST,
            error: Some(Arc::from("given up: another region answered first")),
            ..self.note(&lost, leg, start, payload)
        };
        attempt_ended(&noted);
        noted
    }

    async fn authorization(
        &self,
        prepared: &Prepared<'_>,
        date: &http::HeaderValue,
        until: Instant,
    ) -> Result<http::HeaderValue> {
        let verb = prepared.operation.verb();
        let request = Signable {
            method: &verb.method,
            resource_type: verb.resource.segment(),
            link: prepared.operation.subject().address.link(),
        };
        let signed = self
            .clock
            .until(until, self.signer.authorization(request, date))
            .await;
        signed.unwrap_or_else(|| {
            Err(CosmosError::builder()
                .with_kind(ErrorKind::Authentication)
                .with_status(client::TOKEN)
                .with_message("the credential gave no token within the attempt's timeout")
                .build())
        })
    }

    /// A read that had no answer in time is given twice the time, up to the most; a write, which may be applied
    /// without an answer, has the most at once.
    fn attempt_timeout(&self, prepared: &Prepared<'_>, timeouts: u32) -> Duration {
        let (least, most) = match prepared.operation.verb().plane {
            Plane::Data => (
                self.timeouts.min_dataplane_request_timeout,
                self.timeouts.max_dataplane_request_timeout,
            ),
            Plane::Metadata => (
                self.timeouts.min_metadata_request_timeout,
                self.timeouts.max_metadata_request_timeout,
            ),
        };
        if prepared.access == Access::Write {
            return most;
        }
        least
            .saturating_mul(2_u32.saturating_pow(timeouts.min(31)))
            .min(most)
    }

    fn note(
        &self,
        ended: &Attempted,
        leg: &Leg,
        start: &Start,
        payload: Payload,
    ) -> RequestDiagnostics {
        let (status, charge, sent, error) = match ended {
            Attempted::Answered(answer) => {
                let charge = answer.headers.request_charge().copied().unwrap_or_default();
                (answer.status, charge, RequestSentStatus::Sent, None)
            }
            Attempted::Unanswered(error) => {
                let text: Arc<str> = Arc::from(error.to_string());
                (
                    error.kind().status(),
                    RequestCharge::ZERO,
                    error.request_sent(),
                    Some(text),
                )
            }
            Attempted::Unsigned(error) => {
                let text: Arc<str> = Arc::from(error.message());
                (
                    error.status(),
                    RequestCharge::ZERO,
                    RequestSentStatus::NotSent,
                    Some(text),
                )
            }
        };
        let (response_bytes, server_duration) = match ended {
            Attempted::Answered(answer) => (answer.body.len(), answer.headers.server_duration()),
            _ => (0, None),
        };
        RequestDiagnostics {
            operation: start.operation,
            execution_context: leg.context,
            endpoint: Arc::clone(&leg.endpoint),
            status,
            request_charge: charge,
            activity_id: start.activity_id.clone(),
            started: start
                .started
                .saturating_duration_since(start.operation_started),
            duration: self.clock.now().saturating_duration_since(start.started),
            phases: start.trace.phases(),
            request_sent: sent,
            error,
            request_body_bytes: bytes(payload.request_bytes),
            response_body_bytes: bytes(response_bytes),
            server_duration,
            fault_evaluations: payload.fault_evaluations,
        }
    }
}

/// What an attempt carried.
struct Payload {
    request_bytes: usize,
    fault_evaluations: Box<[FaultInjectionEvaluation]>,
}

fn bytes(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Attempted {
    /// What `decide` needs to know; `None` when there is nothing to decide.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Answered(answer) => Some(Outcome::Answered {
                status: answer.status,
                retry_after: answer.headers.retry_after(),
            }),
            Self::Unanswered(error) => Some(Outcome::Unanswered {
                kind: error.kind(),
                sent: error.request_sent(),
            }),
            Self::Unsigned(_) => None,
        }
    }

    /// Adds to an answer how often its operation was throttled before, as other clients of the service do.
    pub(super) fn tell_throttling(&mut self, throttled: Tally) {
        if let (Self::Answered(answer), true) = (self, throttled.retries > 0) {
            let waited = u64::try_from(throttled.waited.as_millis()).unwrap_or(u64::MAX);
            let headers = &mut answer.headers;
            headers.insert(THROTTLE_RETRY_COUNT, throttled.retries.into());
            headers.insert(THROTTLE_RETRY_WAIT_TIME_MS, waited.into());
        }
    }
}

impl From<Response<Bytes>> for Answer {
    fn from(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        let headers = ResponseHeaders::from(head.headers);
        let status = CosmosStatus::from_parts(head.status, headers.substatus().copied());
        Self {
            status,
            headers,
            body,
        }
    }
}
