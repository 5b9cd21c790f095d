//! The error of the client side: small and `Clone`, everything is boxed inside.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_protocol::id::ActivityId;
use cosmokit_protocol::status::{CosmosStatus, SubStatusCode};
use cosmokit_protocol::wire::charge::RequestCharge;

use super::{CosmosErrorBuilder, ErrorKind, client};
use crate::diagnostics::DiagnosticsContext;
use crate::response::CosmosResponse;

/// The result of everything in this crate that may fail.
pub type Result<T, E = CosmosError> = std::result::Result<T, E>;

/// A failed operation: what happened, what was tried, and whether it may have taken effect.
#[derive(Clone)]
pub struct CosmosError(pub(super) Arc<Parts>);

#[derive(Clone)]
pub(super) struct Parts {
    pub(super) kind: ErrorKind,
    pub(super) status: CosmosStatus,
    pub(super) message: Cow<'static, str>,
    pub(super) response: Option<CosmosResponse>,
    pub(super) diagnostics: Option<Arc<DiagnosticsContext>>,
    pub(super) may_have_been_applied: bool,
    pub(super) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl CosmosError {
    /// Starts an error; see [`CosmosErrorBuilder`].
    pub fn builder() -> CosmosErrorBuilder {
        CosmosErrorBuilder::default()
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The status and substatus: the service's, or those that the client gives to its own failures
    /// (substatus 20000 and above).
    pub fn status(&self) -> CosmosStatus {
        self.0.status
    }

    /// The substatus, when there is one.
    pub fn substatus(&self) -> Option<SubStatusCode> {
        self.0.status.sub_status()
    }

    /// The service's answer, when there was one.
    pub fn response(&self) -> Option<&CosmosResponse> {
        self.0.response.as_ref()
    }

    /// Whether the service gave this answer, rather than the client.
    pub fn is_from_wire(&self) -> bool {
        self.0.response.is_some()
    }

    /// All attempts of the operation. Absent when the failure came before the operation began.
    pub fn diagnostics(&self) -> Option<Arc<DiagnosticsContext>> {
        self.0.diagnostics.clone()
    }

    /// How long the service asked to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.response()
            .and_then(|response| response.headers().retry_after())
    }

    /// Request units that all attempts of the operation cost together.
    pub fn request_charge(&self) -> RequestCharge {
        self.0
            .diagnostics
            .as_ref()
            .map(|d| d.total_request_charge())
            .unwrap_or_default()
    }

    /// The activity id of the last attempt, to quote in a support case.
    pub fn activity_id(&self) -> Option<&ActivityId> {
        self.0.diagnostics.as_ref()?.activity_id()
    }

    /// Whether the same call may succeed later without a change (408, 429, 449, 503).
    pub fn is_transient(&self) -> bool {
        self.0.status.is_transient()
    }

    /// Whether the operation changes something and may have done so: a request was sent whose answer
    /// never arrived. Always false for reads.
    pub fn may_have_been_applied(&self) -> bool {
        self.0.may_have_been_applied
    }

    /// What went wrong, without status and activity id.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The same error with the diagnostics of its operation, which also say whether it may have been applied.
    pub(crate) fn concluded(mut self, diagnostics: Arc<DiagnosticsContext>) -> Self {
        let parts = Arc::make_mut(&mut self.0);
        if let Some(response) = &mut parts.response {
            response.set_diagnostics(Arc::clone(&diagnostics));
        }
        parts.may_have_been_applied = diagnostics.may_have_been_applied();
        parts.diagnostics = Some(diagnostics);
        self
    }
}

impl fmt::Display for CosmosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.message, self.0.status)?;
        if let Some(activity) = self.activity_id() {
            write!(f, ", activity id {activity}")?;
        }
        if self.0.may_have_been_applied {
            f.write_str("; the write may have been applied: read the item before trying again")?;
        }
        Ok(())
    }
}

impl fmt::Debug for CosmosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("CosmosError");
        out.field("kind", &self.0.kind)
            .field("status", &self.0.status)
            .field("message", &self.0.message);
        out.field("may_have_been_applied", &self.0.may_have_been_applied);
        if let Some(diagnostics) = &self.0.diagnostics {
            out.field("diagnostics", &diagnostics.summary());
        }
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl std::error::Error for CosmosError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<serde_json::Error> for CosmosError {
    fn from(error: serde_json::Error) -> Self {
        Self::builder()
            .with_kind(ErrorKind::Serialization)
            .with_status(client::SERIALIZATION)
            .with_message("the JSON could not be written or read")
            .with_source(error)
            .build()
    }
}
