//! Options of queries and of reads of many items.

use std::num::NonZeroU32;

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{
    ContinuationToken, MaxItemCountHint, QueryLimits, QueryPlanMode, QueryRequest,
};
use cosmokit_protocol::session::SessionToken;

use super::FeedOptions;

/// Options of [`ContainerClient::query_items`](crate::ContainerClient::query_items) and
/// [`ContainerClient::read_all_items`](crate::ContainerClient::read_all_items).
///
/// ```
/// use std::num::NonZeroU32;
/// use cosmokit::options::{MaxItemCountHint, QueryOptions};
///
/// let ten = NonZeroU32::new(10).map(MaxItemCountHint::Limit).unwrap_or_default();
/// let options = QueryOptions::default().with_max_item_count(ten).with_populate_query_metrics(true);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct QueryOptions {
    /// The settings of this call that every operation knows. A deadline is one for all pages together.
    pub operation: OperationOptions,
    /// How rows are cut into pages, and where they go on.
    pub feed: FeedOptions,
    /// A session token of another process, instead of what this client has seen itself.
    pub session_token: Option<SessionToken>,
    /// Whether pages say which indexes were used and missed. Default: no.
    pub populate_index_metrics: Option<bool>,
    /// Whether pages say what the query took. Default: no.
    pub populate_query_metrics: Option<bool>,
    /// Whether paths without an index may be scanned. Default: no.
    pub enable_scan: Option<bool>,
    /// Who plans the query. Default: this client; the gateway for what this version does not know.
    pub query_plan_mode: QueryPlanMode,
    /// What the query may use of the client: requests at the same time, memory, size of its tokens.
    pub limits: QueryLimits,
}

impl QueryOptions {
    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }

    /// Sets how rows are cut into pages, and where they go on.
    pub fn with_feed_options(mut self, feed: FeedOptions) -> Self {
        self.feed = feed;
        self
    }

    /// Limits the rows of a page.
    pub fn with_max_item_count(mut self, max_item_count: MaxItemCountHint) -> Self {
        self.feed = self.feed.with_max_item_count(max_item_count);
        self
    }

    /// Goes on where another reader of the same query stopped.
    pub fn with_continuation_token(mut self, token: ContinuationToken) -> Self {
        self.feed = self.feed.with_continuation_token(token);
        self
    }

    /// Uses a session token of another process, instead of what this client has seen itself.
    pub fn with_session_token(mut self, session_token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(session_token.into());
        self
    }

    /// Whether pages say which indexes were used and missed.
    pub fn with_populate_index_metrics(mut self, enable: bool) -> Self {
        self.populate_index_metrics = Some(enable);
        self
    }

    /// Whether pages say what the query took.
    pub fn with_populate_query_metrics(mut self, enable: bool) -> Self {
        self.populate_query_metrics = Some(enable);
        self
    }

    /// Whether paths without an index may be scanned.
    pub fn with_enable_scan(mut self, enable: bool) -> Self {
        self.enable_scan = Some(enable);
        self
    }

    /// Sets who plans the query.
    pub fn with_query_plan_mode(mut self, mode: QueryPlanMode) -> Self {
        self.query_plan_mode = mode;
        self
    }

    /// Sets what the query may use of the client.
    pub fn with_limits(mut self, limits: QueryLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many partitions are asked at the same time.
    pub fn with_max_concurrency(mut self, max_concurrency: NonZeroU32) -> Self {
        self.limits.max_concurrency = max_concurrency;
        self
    }

    /// Sets how many rows may be sorted in memory (distances, rank fusion).
    pub fn with_max_buffered_query_window(mut self, max_buffered_query_window: u64) -> Self {
        self.limits.max_sorted_rows = max_buffered_query_window;
        self
    }

    /// The request with these wishes.
    pub(crate) fn refine(&self, mut request: QueryRequest) -> QueryRequest {
        request.session_token.clone_from(&self.session_token);
        request
            .continuation
            .clone_from(&self.feed.continuation_token);
        request.max_item_count = self.feed.max_item_count.unwrap_or_default();
        request.populate_index_metrics = self.populate_index_metrics.unwrap_or_default();
        request.populate_query_metrics = self.populate_query_metrics.unwrap_or_default();
        request.enable_scan = self.enable_scan.unwrap_or_default();
        request.plan_mode = self.query_plan_mode;
        request.limits = self.limits;
        if let Some(limit) = self.feed.max_fan_out.filter(|limit| *limit > 0) {
            request.limits.max_fan_out = limit;
        }
        request
    }
}

/// Options of [`ContainerClient::read_many_items`](crate::ContainerClient::read_many_items).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadManyOptions {
    /// The settings of this call that every operation knows. A deadline is one for all items together.
    pub operation: OperationOptions,
    /// A session token of another process, instead of what this client has seen itself.
    pub session_token: Option<SessionToken>,
    /// How many requests may be on their way at the same time. Default: 16.
    pub max_concurrency: Option<NonZeroU32>,
}

impl ReadManyOptions {
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

    /// Sets how many requests may be on their way at the same time.
    pub fn with_max_concurrency(mut self, max_concurrency: NonZeroU32) -> Self {
        self.max_concurrency = Some(max_concurrency);
        self
    }
}
