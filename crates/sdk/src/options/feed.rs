//! Options of the calls that read a feed page by page.

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{ContinuationToken, CosmosOperation, MaxItemCountHint};

/// How a feed is cut into pages.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FeedOptions {
    /// How many items a page may have. Default: the service decides.
    pub max_item_count: Option<MaxItemCountHint>,
    /// Where an earlier reader of the same feed stopped.
    pub continuation_token: Option<ContinuationToken>,
    /// Partitions that a query may be spread over; `None` and 0 stand for the default, 1,000.
    pub max_fan_out: Option<u32>,
}

impl FeedOptions {
    /// Limits the items of a page.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use cosmokit::options::{FeedOptions, MaxItemCountHint};
    ///
    /// let ten = NonZeroU32::new(10).map(MaxItemCountHint::Limit).unwrap_or_default();
    /// let options = FeedOptions::default().with_max_item_count(ten);
    /// # let _ = options;
    /// ```
    pub fn with_max_item_count(mut self, max_item_count: MaxItemCountHint) -> Self {
        self.max_item_count = Some(max_item_count);
        self
    }

    /// Goes on where an earlier reader of the same feed stopped.
    pub fn with_continuation_token(mut self, continuation_token: ContinuationToken) -> Self {
        self.continuation_token = Some(continuation_token);
        self
    }

    /// Sets how many partitions a query may be spread over.
    pub fn with_max_fan_out(mut self, max_fan_out: u32) -> Self {
        self.max_fan_out = Some(max_fan_out);
        self
    }

    /// The operation with these wishes.
    pub(crate) fn apply(&self, operation: CosmosOperation) -> CosmosOperation {
        let operation = match self.max_item_count {
            Some(limit) => operation.with_max_item_count(limit),
            None => operation,
        };
        match &self.continuation_token {
            Some(token) => operation.with_continuation(token.as_str()),
            None => operation,
        }
    }
}

/// Declares the options of one list.
macro_rules! list_options {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, Default)]
            #[non_exhaustive]
            pub struct $name {
                /// The settings of this call that every operation knows.
                pub operation: OperationOptions,
                /// How the list is cut into pages.
                pub feed: FeedOptions,
            }

            impl $name {
                /// Sets the settings that every operation knows.
                pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
                    self.operation = operation;
                    self
                }

                /// Sets how the list is cut into pages.
                pub fn with_feed_options(mut self, feed: FeedOptions) -> Self {
                    self.feed = feed;
                    self
                }

                /// Limits the items of a page.
                pub fn with_max_item_count(mut self, max_item_count: MaxItemCountHint) -> Self {
                    self.feed = self.feed.with_max_item_count(max_item_count);
                    self
                }

                /// Goes on where an earlier reader of the same list stopped.
                pub fn with_continuation_token(mut self, token: ContinuationToken) -> Self {
                    self.feed = self.feed.with_continuation_token(token);
                    self
                }
            }
        )+
    };
}

list_options! {
    /// Options of [`CosmosClient::list_databases`](crate::CosmosClient::list_databases).
    ListDatabasesOptions;
    /// Options of [`CosmosClient::query_databases`](crate::CosmosClient::query_databases).
    QueryDatabasesOptions;
    /// Options of [`DatabaseClient::query_containers`](crate::DatabaseClient::query_containers).
    QueryContainersOptions;
    /// Options of [`DatabaseClient::list_containers`](crate::DatabaseClient::list_containers).
    ListContainersOptions;
    /// Options of [`ContainerClient::list_conflicts`](crate::ContainerClient::list_conflicts) and
    /// [`ContainerClient::query_conflicts`](crate::ContainerClient::query_conflicts).
    ListConflictsOptions;
    /// Options of the calls of [`NamedResourceClient`](crate::NamedResourceClient) that give several resources.
    ListNamedResourcesOptions;
}
