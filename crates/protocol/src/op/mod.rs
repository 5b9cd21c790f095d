//! The bodies of operations: feeds, errors, queries, batches, patches, change feed entries.
//!
//! Bodies only: what goes into headers stands in `wire`, what a resource looks like in `resource`.

pub mod batch;
pub mod change_feed;
pub mod error_body;
pub mod feed;
mod index_metrics;
mod json;

pub mod patch;
pub mod query;
mod query_metrics;

pub use batch::{
    BatchOperation, BatchOperationType, TransactionalBatchOperationResult,
    TransactionalBatchResponse,
};
pub use change_feed::{
    ChangeFeedItem, ChangeFeedMetadata, ChangeFeedMode, ChangeFeedOperationType,
};
pub use error_body::ErrorBody;
pub use feed::{FeedEnvelope, FeedWriter};
pub use index_metrics::IndexMetrics;
pub use patch::{CosmosNumber, PatchError, PatchInstructions, PatchOperation, PatchRequest};
pub use query::SqlQuery;
pub use query_metrics::QueryMetrics;
