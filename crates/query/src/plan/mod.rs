//! Plans: which ranges a query reads, what each of them is asked, and what merging needs to know.
//!
//! The same code answers plan requests on the server and plans on the client. Routing reads the bound filter, texts are made
//! from the tree; nothing here knows how many ranges a container has.

mod client_counts;
mod document;
mod features;
mod hybrid;
mod key_filter;
mod key_range;
mod payload;
mod prepare;
mod region;
mod rewrite;
mod routing;
mod span;

pub use document::{
    AliasAggregates, DCountInfo, DistinctType, HybridSearchQueryInfo, PLAN_VERSION,
    PartitionedQueryExecutionInfo, QueryInfo, QueryRange,
};
pub use features::{Feature, Features};
pub use hybrid::{HIT_COUNTS, TOTAL_DOCUMENT_COUNT, TOTAL_WORD_COUNT};
pub use key_range::{KeyInterval, KeyRange, KeyRanges, MAX_RANGES};
pub use payload::ORDER_BY_FILTER;
pub use prepare::{Plan, PreparedQuery, Work};
pub(crate) use rewrite::ranking_distance;
pub use span::KeyBound;
