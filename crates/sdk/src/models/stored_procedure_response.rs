//! The answer of a stored procedure.

use std::sync::Arc;

use cosmokit_driver::{CosmosResponse, DiagnosticsContext};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::{CosmosStatus, ItemResponse, ResponseBody, ResponseHeaders};

/// What a stored procedure answered: what it gave to `setBody`, and what it wrote to its log.
#[derive(Clone, Debug)]
pub struct StoredProcedureResponse(ItemResponse);

impl StoredProcedureResponse {
    pub(crate) fn new(response: CosmosResponse) -> Self {
        Self(ItemResponse::new(response))
    }

    /// The status: 200.
    pub fn status(&self) -> CosmosStatus {
        self.0.status()
    }

    /// All headers.
    pub fn headers(&self) -> &ResponseHeaders {
        self.0.headers()
    }

    /// The body as it came from the wire.
    pub fn into_body(self) -> ResponseBody {
        self.0.into_body()
    }

    /// Every attempt that the call made.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        self.0.diagnostics()
    }

    /// What the procedure wrote with `console.log`; nothing unless
    /// [logging](crate::options::StoredProcedureOptions::with_script_logging) was asked for.
    pub fn script_log(&self) -> Option<String> {
        let encoded = self.headers().script_log()?;
        let text = percent_decode_str(encoded).decode_utf8_lossy();
        Some(text.into_owned())
    }

    /// What the procedure gave to `setBody`; an empty string when it gave nothing.
    ///
    /// # Errors
    /// When it is not a `T`.
    pub fn into_model<T: DeserializeOwned>(self) -> crate::Result<T> {
        self.0.into_model()
    }
}
