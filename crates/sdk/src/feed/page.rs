//! One page of a feed.

use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;
use cosmokit_driver::FeedPage as Page;
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
    /// The page that the driver put together.
    pub(crate) fn from_page(page: Page) -> crate::Result<Self> {
        let (items, headers, diagnostics) = page.into_parts();
        let items: serde_json::Result<Vec<T>> = items
            .iter()
            .map(|item| serde_json::from_slice(item))
            .collect();
        let items = items.map_err(|error| unreadable::<T>(error.into(), &diagnostics))?;
        Ok(Self {
            items,
            headers: headers.into(),
            diagnostics,
        })
    }
}
