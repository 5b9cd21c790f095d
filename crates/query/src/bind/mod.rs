//! Names to places: binds a tree to what a container offers, and says everything that is wrong with it.
//!
//! Complaints are collected in the order in which the service reports them: of a query first its FROM clause, then WHERE,
//! GROUP BY, ORDER BY, SELECT, OFFSET LIMIT; of an expression the inner parts first.

mod call;
mod context;
mod expression;
mod fold;
mod from;
mod group;
mod order;
mod origin;
mod program;
mod query;
mod rank;

pub(crate) use group::selects_aggregate;
pub(crate) use origin::Origin;
pub use program::Program;
pub(crate) use query::{column_name, counts_distinct};
pub(crate) use rank::{Component, RankPlan, is_full_text_score, split_weights};

/// How many user-defined function calls one query may have.
pub(crate) const MAX_UDF_CALLS: usize = 10;
/// How many JOINs one FROM clause may have.
pub(crate) const MAX_JOINS: usize = 10;
/// How many conditions one AND or OR may join.
pub(crate) const MAX_CONDITIONS: usize = 2000;
/// How many values one IN list may have.
pub(crate) const MAX_IN_LIST: usize = 16_000;
