//! One page of a query: a page, and what the service says about how it ran.

use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;
use cosmokit_protocol::op::{IndexMetrics, QueryMetrics};

use super::FeedPage;
use crate::models::ResponseHeaders;

/// One page of what a query selects.
#[derive(Clone, Debug)]
pub struct QueryFeedPage<T> {
    page: FeedPage<T>,
    /// JSON text, whichever way the header holds it.
    index_metrics: Option<String>,
}

impl<T> QueryFeedPage<T> {
    pub(crate) fn new(page: FeedPage<T>) -> Self {
        let metrics = page
            .headers()
            .index_metrics()
            .and_then(IndexMetrics::decode);
        Self {
            index_metrics: metrics.map(|json| json.to_string()),
            page,
        }
    }

    /// The page.
    pub fn as_feed_page(&self) -> &FeedPage<T> {
        &self.page
    }

    /// The rows, in the query's order. A page may be empty although others follow.
    pub fn items(&self) -> &[T] {
        self.page.items()
    }

    /// The rows.
    pub fn into_items(self) -> Vec<T> {
        self.page.into_items()
    }

    /// All headers of the page. Of a page that was put together from several answers, they are those of the last,
    /// with the charge, the count and the metrics of all.
    pub fn headers(&self) -> &ResponseHeaders {
        self.page.headers()
    }

    /// Every attempt that the page took.
    pub fn diagnostics(&self) -> Arc<DiagnosticsContext> {
        self.page.diagnostics()
    }

    /// The indexes that the query used and missed as JSON text, when it was asked to say.
    pub fn index_metrics(&self) -> Option<&str> {
        self.index_metrics.as_deref()
    }

    /// The indexes that the query used and missed, when it was asked to say.
    pub fn indexes(&self) -> Option<IndexMetrics> {
        IndexMetrics::parse(self.headers().index_metrics()?)
    }

    /// Times and counts of the query as the wire has them, `name=value` joined by `;`, when it was asked to say.
    pub fn query_metrics(&self) -> Option<&str> {
        self.headers().query_metrics()
    }

    /// Times and counts of the query, over all partitions of the page, when it was asked to say.
    pub fn metrics(&self) -> Option<QueryMetrics> {
        self.query_metrics().map(QueryMetrics::parse)
    }
}
