//! One attempt: sign, send, wait within a timeout, note what happened.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::charge::RequestCharge;
use cosmokit_protocol::wire::header::ResponseHeaders;
use http::Response;

use super::prepare::Prepared;
use super::{Core, stamp};
use crate::auth::Signable;
use crate::clock::Instant;
use crate::diagnostics::{ExecutionContext, Recorder, RequestDiagnostics, RequestSentStatus};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::fault_injection::{Aim, Chosen, FaultInjectionEvaluation, carry};
use crate::operation::Plane;
use crate::retry::Outcome;
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
}

impl Core {
    pub(super) async fn attempt(
        &self,
        prepared: &Prepared<'_>,
        snapshot: &Snapshot,
        leg: &Leg,
        recorder: &mut Recorder,
    ) -> Attempted {
        let started = self.clock.now();
        let activity_id = ActivityId::from_random_bytes(self.entropy.bytes_16());
        let until = started + self.attempt_timeout(prepared);
        let until = prepared
            .deadline
            .map_or(until, |deadline| deadline.min(until));
        let date = self.date.now(self.clock);
        let authorization = match self.authorization(prepared, &date, until).await {
            Ok(authorization) => authorization,
            Err(error) => return Attempted::Unsigned(error),
        };
        let identity = stamp::Identity {
            activity_id: activity_id.clone(),
            date,
            authorization,
        };
        let mut headers = stamp::headers(&self.base_headers, prepared, snapshot, identity);
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
        let trace = AttemptTrace::default();
        let sent =
            leg.endpoint
                .channel()
                .send(leg.endpoint.target(), &mut request, &trace, self.clock);
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
                let carried = Box::pin(carry(rule, sent, &trace, self.clock));
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
        let noted = self.note(
            &ended,
            leg,
            activity_id,
            &trace,
            (recorder.started(), started),
            Payload {
                request_bytes: prepared.operation.body().len(),
                fault_evaluations,
            },
        );
        attempt_ended(&noted);
        if let Some(scope) = scope {
            scope.attempt_ended(&noted);
        }
        recorder.record(noted);
        ended
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

    fn attempt_timeout(&self, prepared: &Prepared<'_>) -> Duration {
        match prepared.operation.verb().plane {
            Plane::Data => self.timeouts.max_dataplane_request_timeout,
            Plane::Metadata => self.timeouts.max_metadata_request_timeout,
        }
    }

    fn note(
        &self,
        ended: &Attempted,
        leg: &Leg,
        activity_id: ActivityId,
        trace: &AttemptTrace,
        (operation_started, started): (Instant, Instant),
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
            execution_context: leg.context,
            endpoint: Arc::clone(&leg.endpoint),
            status,
            request_charge: charge,
            activity_id,
            started: started.saturating_duration_since(operation_started),
            duration: self.clock.now().saturating_duration_since(started),
            phases: trace.phases(),
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
            Self::Unanswered(error) => Some(Outcome::Unanswered(error.request_sent())),
            Self::Unsigned(_) => None,
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
