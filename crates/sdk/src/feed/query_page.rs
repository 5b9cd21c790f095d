//! One page of a query: a page, and what the service says about how it ran.

use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;

use super::FeedPage;
use crate::models::ResponseHeaders;

/// One page of what a query selects.
#[derive(Clone, Debug)]
pub struct QueryFeedPage<T>(FeedPage<T>);

impl<T> QueryFeedPage<T> {
    pub(crate) fn new(page: FeedPage<T>) -> Self {
        Self(page)
    }

    /// The page.
    pub fn as_feed_page(&self) -> &FeedPage<T> {
        &self.0
    }

    /// The items, in the query's order. A page may be empty although others follow.
    pub fn items(&self) -> &[T] {
        self.0.items()
    }

    /// The items.
    pub fn into_items(self) -> Vec<T> {
        self.0.into_items()
    }

    /// All headers of the page.
    pub fn headers(&self) -> &ResponseHeaders {
        self.0.headers()
    }

    /// Every attempt that the page took.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        self.0.diagnostics()
    }

    /// The indexes that the query used and missed, when it was asked to say.
    pub fn index_metrics(&self) -> Option<&str> {
        self.0.headers().index_metrics()
    }

    /// Times and counts of the query, when it was asked to say.
    pub fn query_metrics(&self) -> Option<&str> {
        self.0.headers().query_metrics()
    }
}
