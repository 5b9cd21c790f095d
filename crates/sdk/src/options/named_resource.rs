//! Options of the calls about users, permissions, keys and scripts.

use std::time::Duration;

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{CosmosOperation, Precondition};
use cosmokit_protocol::session::SessionToken;
use cosmokit_protocol::wire::header;
use http::HeaderValue;

/// Options of the calls of [`NamedResourceClient`](crate::NamedResourceClient) about one resource.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct NamedResourceOptions {
    /// The settings of this call that every operation knows.
    pub operation: OperationOptions,
    /// The condition on the resource's etag.
    pub precondition: Option<Precondition>,
    /// How long the resource token in the answer of a permission holds, in whole seconds from 10 on. Default: an hour.
    pub token_lifetime: Option<Duration>,
}

impl NamedResourceOptions {
    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }

    /// Sets the condition on the resource's etag.
    pub fn with_precondition(mut self, precondition: Precondition) -> Self {
        self.precondition = Some(precondition);
        self
    }

    /// Sets how long the resource token in the answer of a permission holds.
    pub fn with_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    pub(crate) fn apply(
        self,
        mut operation: CosmosOperation,
    ) -> (CosmosOperation, OperationOptions) {
        if let Some(precondition) = self.precondition {
            operation = operation.with_precondition(precondition);
        }
        if let Some(lifetime) = self.token_lifetime {
            let seconds = HeaderValue::from(lifetime.as_secs());
            operation = operation.with_request_header(header::EXPIRY_SECONDS, seconds);
        }
        (operation, self.operation)
    }
}

/// Options of [`ContainerClient::execute_stored_procedure`](crate::ContainerClient::execute_stored_procedure).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StoredProcedureOptions {
    /// The settings of this call that every operation knows.
    pub operation: OperationOptions,
    /// A session token of another process, instead of what this client has seen itself.
    pub session_token: Option<SessionToken>,
    /// Whether what the procedure writes with `console.log` comes back. Default: no.
    pub script_logging: Option<bool>,
}

impl StoredProcedureOptions {
    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }

    /// Uses a session token of another process, instead of what this client has seen itself.
    pub fn with_session_token(mut self, session_token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Sets whether what the procedure writes with `console.log` comes back.
    pub fn with_script_logging(mut self, script_logging: bool) -> Self {
        self.script_logging = Some(script_logging);
        self
    }

    pub(crate) fn apply(
        self,
        mut operation: CosmosOperation,
    ) -> (CosmosOperation, OperationOptions) {
        if let Some(token) = self.session_token {
            operation = operation.with_session_token(token);
        }
        if self.script_logging == Some(true) {
            let yes = header::value::TRUE;
            operation = operation.with_request_header(header::SCRIPT_ENABLE_LOGGING, yes);
        }
        (operation, self.operation)
    }
}
