//! The answer to a transactional batch.

use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;
use cosmokit_driver::{CosmosResponse, ResponseBody};
use cosmokit_protocol::op::TransactionalBatchResponse;

use super::{CosmosStatus, ItemResponse, ResponseHeaders};

/// The answer to a transactional batch: status, headers, results, diagnostics.
#[derive(Clone, Debug)]
pub struct BatchResponse(ItemResponse);

impl BatchResponse {
    pub(crate) fn new(response: CosmosResponse) -> Self {
        Self(ItemResponse::new(response))
    }

    /// The status: 200 when every operation was applied, 207 when none was.
    pub fn status(&self) -> CosmosStatus {
        self.0.status()
    }

    /// All headers.
    pub fn headers(&self) -> &ResponseHeaders {
        self.0.headers()
    }

    /// The body as it came from the wire, borrowed.
    pub fn body(&self) -> &ResponseBody {
        self.0.body()
    }

    /// The body as it came from the wire.
    pub fn into_body(self) -> ResponseBody {
        self.0.into_body()
    }

    /// Every attempt that the call made.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        self.0.diagnostics()
    }

    /// The results, in the order of the operations.
    ///
    /// # Errors
    /// When the body is not an array of results.
    pub fn into_model(self) -> crate::Result<TransactionalBatchResponse> {
        self.0.into_model()
    }
}
