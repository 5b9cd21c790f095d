//! One page of a feed.

use std::sync::Arc;

use cosmokit_driver::CosmosResponse;
use cosmokit_driver::DiagnosticsContext;
use serde::de::DeserializeOwned;

use crate::error::unreadable;
use crate::models::ResponseHeaders;

/// One page of a feed: its items and how it was come by.
#[derive(Clone, Debug)]
pub struct FeedPage<T> {
    items: Vec<T>,
    headers: ResponseHeaders,
    diagnostics: Arc<DiagnosticsContext>,
}

impl<T> FeedPage<T> {
    /// The items, in the service's order. A page may be empty although others follow.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The items.
    pub fn into_items(self) -> Vec<T> {
        self.items
    }

    /// All headers of the page.
    pub fn headers(&self) -> &ResponseHeaders {
        &self.headers
    }

    /// Every attempt that the page took.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        Arc::clone(&self.diagnostics)
    }
}

impl<T: DeserializeOwned> FeedPage<T> {
    /// The page that a response is.
    pub(crate) fn from_response(response: CosmosResponse) -> crate::Result<Self> {
        let (_, headers, body, diagnostics) = response.into_parts();
        let items = body
            .into_items()
            .map_err(|error| unreadable::<T>(error, &diagnostics))?;
        Ok(Self {
            items,
            headers: headers.into(),
            diagnostics,
        })
    }
}
