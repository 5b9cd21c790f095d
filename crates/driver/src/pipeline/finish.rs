//! The end of an operation: a response or an error, each with the diagnostics of all attempts.

use std::sync::Arc;

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::op::ErrorBody;
use cosmokit_protocol::status::{CosmosStatus, SubStatusCode};

use super::attempt::{Answer, Attempted};
use super::prepare::Prepared;
use super::run::{End, Ended};
use super::{Core, deadline};
use crate::clock::Instant;
use crate::diagnostics::{Conclusion, DiagnosticsContext, DiagnosticsHandler, Recorder};
use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::{OperationType, Plane};
use crate::response::CosmosResponse;
use crate::telemetry::{Scope, operation_ended};
use crate::transport::TransportError;

/// Characters of a service's message that go into an error's.
const MAX_MESSAGE_CHARS: usize = 1_000;

impl Core {
    /// What the caller gets of an operation that has ended.
    pub(super) fn finish(
        &self,
        prepared: &Prepared<'_>,
        ended: Ended,
        recorder: Recorder,
    ) -> Result<CosmosResponse> {
        let (name, path) = (
            prepared.operation.name(),
            prepared.operation.subject().address.path.path(),
        );
        let error = match (ended.end, ended.last) {
            (End::Response, Attempted::Answered(answer)) => {
                self.follow_changes(prepared);
                return Ok(self.answered(answer, recorder));
            }
            (_, Attempted::Answered(answer)) => {
                let status = answer.status;
                terminal(name, status, refused(name, path, answer, self.clock.now()))
            }
            (_, Attempted::Unanswered(error)) => unanswered(name, path, error),
            (_, Attempted::Unsigned(error)) => error,
        };
        let is_late =
            deadline::remaining(prepared.deadline, self.clock).is_some_and(|left| left.is_zero());
        let error = if is_late {
            deadline::passed(name, Some(error))
        } else {
            error
        };
        Err(self.concluded(error, recorder, ended.end))
    }

    fn answered(&self, answer: Answer, mut recorder: Recorder) -> CosmosResponse {
        if !recorder.is_point() {
            recorder.returned(answer.headers.item_count());
        }
        let diagnostics = self.conclude_success(recorder, answer.status);
        CosmosResponse::new(answer.status, answer.headers, answer.body, diagnostics)
    }

    /// The error of an operation that made no attempt of its own.
    pub(super) fn unprepared(&self, error: CosmosError, recorder: Recorder) -> CosmosError {
        // What kept it from starting has made attempts, and says what they met.
        if error.diagnostics().is_some() {
            return error;
        }
        self.concluded(error, recorder, End::Failure)
    }

    fn concluded(&self, error: CosmosError, recorder: Recorder, end: End) -> CosmosError {
        let conclusion = Conclusion {
            status: error.status(),
            reason: Some(Arc::from(error.message())),
            may_have_been_applied: end == End::AmbiguousFailure,
            summary_limit: self.diagnostics.max_summary_size_bytes,
        };
        error.concluded(recorder.conclude(self.clock, conclusion))
    }

    /// The diagnostics of what succeeded: an answer, or a page that was put together from several.
    pub(crate) fn conclude_success(
        &self,
        recorder: Recorder,
        status: CosmosStatus,
    ) -> Arc<DiagnosticsContext> {
        let conclusion = Conclusion {
            status,
            reason: None,
            may_have_been_applied: false,
            summary_limit: self.diagnostics.max_summary_size_bytes,
        };
        recorder.conclude(self.clock, conclusion)
    }

    /// The error of a page, with the attempts of the whole page.
    pub(crate) fn conclude_failure(&self, error: CosmosError, recorder: Recorder) -> CosmosError {
        self.concluded(error, recorder, End::Failure)
    }

    /// Tells those who want to know that an operation of the caller has ended.
    pub(super) fn tell(
        &self,
        outcome: &Result<CosmosResponse>,
        span: &tracing::Span,
        scope: Option<&Scope>,
    ) {
        if self.handlers.is_empty() && span.is_disabled() && scope.is_none() {
            return;
        }
        let diagnostics = match outcome {
            Ok(response) => Some(response.diagnostics()),
            Err(error) => error.diagnostics(),
        };
        let Some(diagnostics) = diagnostics else {
            return;
        };
        operation_ended(span, &diagnostics);
        if let (Some(telemetry), Some(scope)) = (&self.telemetry, scope) {
            telemetry.operation_ended(scope, &diagnostics);
        }
        self.handlers.handle(&diagnostics);
    }

    /// Forgets what a successful operation changed.
    fn follow_changes(&self, prepared: &Prepared<'_>) {
        let operation = prepared.operation;
        if operation.is_read_only() || operation.verb().plane == Plane::Data {
            return;
        }
        match (operation.verb().resource, operation.container()) {
            (ResourceType::Containers, Some(container)) => {
                let Some(known) = self.containers.get(container.key()) else {
                    return;
                };
                self.containers.forget(container.key(), known.rid());
                if operation.operation_type() == OperationType::Delete {
                    self.sessions.forget(known.rid());
                }
            }
            (ResourceType::Databases, _) if operation.operation_type() == OperationType::Delete => {
                let path = operation.subject().address.path.path();
                let is_below = |rest: &str| rest.starts_with('/');
                self.containers.forget_all(|_, container| {
                    let address = container.reference().address().path.path();
                    address.strip_prefix(path).is_some_and(is_below)
                });
            }
            _ => {}
        }
    }
}

fn refused(name: &str, path: &str, answer: Answer, now: Instant) -> CosmosError {
    let told: String = match ErrorBody::parse(&answer.body) {
        Some(body) if !body.message.is_empty() => {
            body.message.chars().take(MAX_MESSAGE_CHARS).collect()
        }
        _ => answer
            .status
            .name()
            .unwrap_or("the service gave no reason")
            .to_owned(),
    };
    // The diagnostics of the operation take the place of these when it is concluded.
    let none = DiagnosticsContext::empty(answer.status, now);
    CosmosError::builder()
        .with_kind(ErrorKind::Service)
        .with_message(format!("{name} of {path} was refused: {told}"))
        .with_response(CosmosResponse::new(
            answer.status,
            answer.headers,
            answer.body,
            none,
        ))
        .build()
}

/// Refusals that the client has tried to overcome become statuses of its own, as in the published clients: what
/// the service said last is their source.
fn terminal(name: &str, status: CosmosStatus, refusal: CosmosError) -> CosmosError {
    let substatus = status.sub_status().map_or(0, SubStatusCode::value);
    let (status, what) = match (status.status_code().as_u16(), substatus) {
        (404, 1002) => (
            client::SESSION_BEHIND,
            "no replica in reach has seen what the session has",
        ),
        (403, 3) => (client::NO_WRITE_REGION, "no region takes the write"),
        (403, 1008) => (client::NO_ACCOUNT, "no region in reach has the account"),
        _ => return refusal,
    };
    CosmosError::builder()
        .with_kind(ErrorKind::Service)
        .with_status(status)
        .with_message(format!(
            "{name} failed: {what}; at last {}",
            refusal.message()
        ))
        .with_source(refusal)
        .build()
}

fn unanswered(name: &str, path: &str, error: TransportError) -> CosmosError {
    let status = error.kind().status();
    let message = format!("{name} of {path} got no answer: {error}");
    CosmosError::builder()
        .with_kind(ErrorKind::Transport)
        .with_status(status)
        .with_message(message)
        .with_source(error)
        .build()
}
