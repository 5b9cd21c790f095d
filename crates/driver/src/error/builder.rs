//! Builds a [`CosmosError`] from its parts.

use std::borrow::Cow;
use std::sync::Arc;

use cosmokit_protocol::status::CosmosStatus;

use super::cosmos_error::Parts;
use super::{CosmosError, ErrorKind, client};
use crate::diagnostics::DiagnosticsContext;
use crate::response::CosmosResponse;

/// Builds a [`CosmosError`]. Without further calls it is a [`ErrorKind::Request`] error with status 400.
#[derive(Clone)]
#[must_use]
pub struct CosmosErrorBuilder(Parts);

impl Default for CosmosErrorBuilder {
    fn default() -> Self {
        Self(Parts {
            kind: ErrorKind::Request,
            status: client::INPUT,
            message: Cow::Borrowed("the request is not valid"),
            response: None,
            diagnostics: None,
            may_have_been_applied: false,
            source: None,
        })
    }
}

impl std::fmt::Debug for CosmosErrorBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CosmosErrorBuilder")
            .field("status", &self.0.status)
            .finish_non_exhaustive()
    }
}

impl CosmosErrorBuilder {
    /// What kind of failure it is.
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// The status and substatus.
    pub fn with_status(mut self, status: CosmosStatus) -> Self {
        self.0.status = status;
        self
    }

    /// What went wrong, in a sentence that begins in lower case.
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// What caused it.
    pub fn with_source(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Arc::new(source));
        self
    }

    /// What caused it, already shared.
    pub fn with_arc_source(mut self, source: Arc<dyn std::error::Error + Send + Sync>) -> Self {
        self.0.source = Some(source);
        self
    }

    /// The service's answer; its status becomes the error's.
    pub fn with_response(mut self, response: CosmosResponse) -> Self {
        self.0.status = response.status();
        self.0.response = Some(response);
        self
    }

    /// The attempts of the operation.
    pub fn with_diagnostics(mut self, diagnostics: Arc<DiagnosticsContext>) -> Self {
        self.0.diagnostics = Some(diagnostics);
        self
    }

    /// The error.
    pub fn build(self) -> CosmosError {
        CosmosError(Arc::new(self.0))
    }
}
