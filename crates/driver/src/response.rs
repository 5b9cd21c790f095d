//! What an operation gives back: status, every header, the body as it came from the wire, and the
//! diagnostics of all attempts.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::op::FeedEnvelope;
use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::header::ResponseHeaders;
use serde::de::DeserializeOwned;

use crate::diagnostics::DiagnosticsContext;
use crate::error::{CosmosError, ErrorKind, Result, client};

/// The answer to an operation.
#[derive(Clone, Debug)]
pub struct CosmosResponse {
    status: CosmosStatus,
    headers: ResponseHeaders,
    body: ResponseBody,
    diagnostics: Arc<DiagnosticsContext>,
}

impl CosmosResponse {
    pub(crate) fn new(
        status: CosmosStatus,
        headers: ResponseHeaders,
        body: Bytes,
        diagnostics: Arc<DiagnosticsContext>,
    ) -> Self {
        Self {
            status,
            headers,
            body: ResponseBody(body),
            diagnostics,
        }
    }

    /// The status and substatus.
    pub fn status(&self) -> CosmosStatus {
        self.status
    }

    /// All response headers, with typed access to those that have a meaning.
    pub fn headers(&self) -> &ResponseHeaders {
        &self.headers
    }

    /// The body, as it came from the wire.
    pub fn body(&self) -> &ResponseBody {
        &self.body
    }

    /// The body, as it came from the wire.
    pub fn into_body(self) -> ResponseBody {
        self.body
    }

    /// Every attempt that was made.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        Arc::clone(&self.diagnostics)
    }

    /// Every attempt that was made, borrowed.
    pub fn diagnostics_ref(&self) -> &Arc<DiagnosticsContext> {
        &self.diagnostics
    }

    /// The parts: status, headers, body, diagnostics.
    pub fn into_parts(
        self,
    ) -> (
        CosmosStatus,
        ResponseHeaders,
        ResponseBody,
        Arc<DiagnosticsContext>,
    ) {
        (self.status, self.headers, self.body, self.diagnostics)
    }

    pub(crate) fn set_diagnostics(&mut self, diagnostics: Arc<DiagnosticsContext>) {
        self.diagnostics = diagnostics;
    }
}

/// The body of a response: bytes as they came from the wire, never copied.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ResponseBody(Bytes);

impl ResponseBody {
    /// A body without content.
    pub const fn empty() -> Self {
        Self(Bytes::new())
    }

    /// A body of these bytes.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(bytes.into())
    }

    /// Whether there is no content (a write with `Prefer: return=minimal`, a delete, a 304).
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The bytes.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// The bytes of the one document that this body is.
    ///
    /// # Errors
    /// When the body is empty: the operation answered without content.
    pub fn single(self) -> Result<Bytes> {
        if self.0.is_empty() {
            return Err(CosmosError::builder()
                .with_kind(ErrorKind::Serialization)
                .with_status(client::SERIALIZATION)
                .with_message(
                    "the response has no body; ask for it with content_response_on_write on a write",
                )
                .build());
        }
        Ok(self.0)
    }

    /// The documents of a feed page, each a slice of the page's bytes, in the service's order.
    ///
    /// # Errors
    /// When the body is not a feed envelope (an object with one array of documents).
    pub fn items(self) -> Result<Vec<Bytes>> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        Ok(FeedEnvelope::parse(&self.0).map_err(unreadable_page)?.items)
    }

    /// The one document of this body, read as `T`.
    ///
    /// # Errors
    /// When the body is empty or is not a `T`.
    pub fn into_single<T: DeserializeOwned>(self) -> Result<T> {
        Ok(serde_json::from_slice(&self.single()?)?)
    }

    /// The documents of a feed page, read as `T`.
    ///
    /// # Errors
    /// When the body is not a feed envelope or a document is not a `T`.
    pub fn into_items<T: DeserializeOwned>(self) -> Result<Vec<T>> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        FeedEnvelope::parse(&self.0)
            .and_then(|page| page.models())
            .map_err(unreadable_page)
    }
}

fn unreadable_page(error: impl std::error::Error + Send + Sync + 'static) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Serialization)
        .with_status(client::SERIALIZATION)
        .with_message(error.to_string())
        .with_source(error)
        .build()
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for ResponseBody {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseBody({} bytes)", self.0.len())
    }
}
