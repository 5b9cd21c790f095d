//! One page of a feed as it is handed out: items by reference to the bytes of the wire, and how they were come by.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::status::CosmosStatus;
use cosmokit_protocol::wire::header::ResponseHeaders;

use crate::diagnostics::DiagnosticsContext;
use crate::error::Result;
use crate::response::CosmosResponse;

/// One page of a feed.
#[derive(Clone, Debug)]
pub struct FeedPage {
    status: CosmosStatus,
    items: Vec<Bytes>,
    headers: ResponseHeaders,
    diagnostics: Arc<DiagnosticsContext>,
}

impl FeedPage {
    pub(crate) fn new(
        items: Vec<Bytes>,
        status: CosmosStatus,
        headers: ResponseHeaders,
        diagnostics: Arc<DiagnosticsContext>,
    ) -> Self {
        Self {
            status,
            items,
            headers,
            diagnostics,
        }
    }

    /// The page that a response is; one without a body has no items.
    ///
    /// # Errors
    /// When the body is not a feed.
    pub fn from_response(response: CosmosResponse) -> Result<Self> {
        let (status, headers, body, diagnostics) = response.into_parts();
        Ok(Self {
            items: body.items()?,
            status,
            headers,
            diagnostics,
        })
    }

    /// The status: 200, or 304 for a page of a change feed without changes.
    pub fn status(&self) -> CosmosStatus {
        self.status
    }

    /// The items, each the JSON text of one value. A page may be empty although others follow.
    pub fn items(&self) -> &[Bytes] {
        &self.items
    }

    /// All headers. Of a page that was put together from several answers, they are those of the last, with the
    /// charge and the count of all.
    pub fn headers(&self) -> &ResponseHeaders {
        &self.headers
    }

    /// Every attempt that the page took.
    pub fn diagnostics(&self) -> &Arc<DiagnosticsContext> {
        &self.diagnostics
    }

    /// The parts: items, headers, diagnostics.
    pub fn into_parts(self) -> (Vec<Bytes>, ResponseHeaders, Arc<DiagnosticsContext>) {
        (self.items, self.headers, self.diagnostics)
    }

    pub(crate) fn truncate(&mut self, items: usize) {
        self.items.truncate(items);
    }
}
