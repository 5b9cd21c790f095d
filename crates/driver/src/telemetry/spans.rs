//! Spans and events for `tracing`.

use tracing::Span;
use tracing::field::Empty;

use crate::diagnostics::{DiagnosticsContext, RequestDiagnostics};
use crate::operation::CosmosOperation;

/// The span of one operation. What it ended with is recorded by [`operation_ended`].
pub(crate) fn operation_span(operation: &CosmosOperation) -> Span {
    tracing::debug_span!(
        "cosmos_operation",
        operation = operation.name(),
        path = operation.subject().address.path.path(),
        status = Empty,
        attempts = Empty,
        request_charge = Empty,
    )
}

/// Says in the operation's span how it ended.
pub(crate) fn operation_ended(span: &Span, diagnostics: &DiagnosticsContext) {
    if span.is_disabled() {
        return;
    }
    span.record("status", tracing::field::display(diagnostics.status()));
    span.record("attempts", diagnostics.request_count());
    let charge = diagnostics.total_request_charge().value();
    span.record("request_charge", charge);
}

/// Tells about one attempt, inside the operation's span.
pub(crate) fn attempt_ended(attempt: &RequestDiagnostics) {
    tracing::debug!(
        context = attempt.execution_context().as_str(),
        endpoint = attempt.endpoint(),
        status = %attempt.status(),
        activity_id = %attempt.activity_id(),
        error = attempt.error(),
        "an attempt ended"
    );
}
