//! Options of the change feed.

use std::num::NonZeroU32;
use std::time::Duration;

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{ChangeFeedRequest, ContinuationToken, MaxItemCountHint};
use cosmokit_protocol::op::ChangeFeedMode;
use cosmokit_protocol::resource::Timestamp;
use cosmokit_protocol::session::SessionToken;

use super::FeedOptions;

/// Options of [`ContainerClient::query_change_feed`](crate::ContainerClient::query_change_feed).
///
/// ```
/// use cosmokit::feed::ContinuationToken;
/// use cosmokit::options::ChangeFeedOptions;
///
/// # let stored = "cf1.e30";
/// let options = ChangeFeedOptions::default().with_continuation_token(ContinuationToken::from_string(stored));
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ChangeFeedOptions {
    /// The settings of this call that every operation knows. A deadline is one for each page.
    pub operation: OperationOptions,
    /// How the feed is cut into pages, and where it goes on.
    pub feed: FeedOptions,
    /// A session token of another process, instead of what this client has seen itself.
    pub session_token: Option<SessionToken>,
    /// What is shown of an item that changed several times. Default: its latest version. A continuation token has
    /// its own mode.
    pub mode: ChangeFeedMode,
    /// How long a partition without news is left alone before it is asked again. Default: 500 ms.
    pub poll_delay: Option<Duration>,
    /// How many partitions are asked at the same time. Default: 16.
    pub max_concurrency: Option<NonZeroU32>,
    /// The feed ends with the last change of this second. Default: it has no end.
    pub end_time: Option<Timestamp>,
}

impl ChangeFeedOptions {
    /// Sets what is shown of an item that changed several times.
    pub fn with_mode(mut self, mode: ChangeFeedMode) -> Self {
        self.mode = mode;
        self
    }

    /// Uses a session token of another process, instead of what this client has seen itself.
    pub fn with_session_token(mut self, token: impl Into<SessionToken>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// Sets how long a partition without news is left alone before it is asked again.
    pub fn with_poll_delay(mut self, poll_delay: Duration) -> Self {
        self.poll_delay = Some(poll_delay);
        self
    }

    /// Sets how many partitions are asked at the same time.
    pub fn with_max_concurrency(mut self, max_concurrency: NonZeroU32) -> Self {
        self.max_concurrency = Some(max_concurrency);
        self
    }

    /// Ends the feed with the last change of a second.
    pub fn with_end_time(mut self, end_time: impl Into<Timestamp>) -> Self {
        self.end_time = Some(end_time.into());
        self
    }

    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }

    /// Sets how the feed is cut into pages, and where it goes on.
    pub fn with_feed_options(mut self, feed: FeedOptions) -> Self {
        self.feed = feed;
        self
    }

    /// Limits the changes of a page.
    pub fn with_max_item_count(mut self, max_item_count: MaxItemCountHint) -> Self {
        self.feed = self.feed.with_max_item_count(max_item_count);
        self
    }

    /// Goes on where another reader stopped.
    pub fn with_continuation_token(mut self, token: ContinuationToken) -> Self {
        self.feed = self.feed.with_continuation_token(token);
        self
    }

    /// The request with these wishes.
    pub(crate) fn refine(&self, mut request: ChangeFeedRequest) -> ChangeFeedRequest {
        request.mode = self.mode;
        request.session_token.clone_from(&self.session_token);
        request
            .continuation
            .clone_from(&self.feed.continuation_token);
        request.end_time = self.end_time;
        if let Some(limit) = self.feed.max_item_count {
            request.max_item_count = limit;
        }
        if let Some(delay) = self.poll_delay {
            request.poll_delay = delay;
        }
        if let Some(limit) = self.max_concurrency {
            request.max_concurrency = limit;
        }
        request
    }
}
