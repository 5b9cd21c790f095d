//! Feeds that are read from several partitions at once: the change feed and queries. Each page of a partition is
//! an operation of its own and goes through the attempt loop like any other; what moves while it is read (splits,
//! merges) is followed here.

mod change_feed;
mod continuation;
mod page;
mod query;
mod range_read;
mod scope;

pub use self::change_feed::{ChangeFeedPager, ChangeFeedRequest};
pub use self::continuation::ContinuationToken;
pub use self::page::FeedPage;
pub(crate) use self::query::PlanCache;
pub use self::query::{
    PlanSource, QueryExplanation, QueryLimits, QueryPager, QueryPlan, QueryPlanMode, QueryRequest,
};
pub(crate) use self::range_read::{RangeAnswer, RangeReader, has_moved, is_gone};
pub use self::scope::FeedScope;
