//! Queries over many partitions: planned here (or by the gateway), asked of each partition, merged by
//! `cosmokit_query::merge`, cut into pages, and written down to go on from.

mod explain;
mod limits;
mod merging;
mod pager;
mod plan_cache;
mod planner;
mod request;
mod tally;
mod token;

pub use self::explain::QueryExplanation;
pub use self::limits::QueryLimits;
pub use self::pager::QueryPager;
pub(crate) use self::plan_cache::PlanCache;
pub use self::planner::{PlanSource, QueryPlan};
pub use self::request::{QueryPlanMode, QueryRequest};
