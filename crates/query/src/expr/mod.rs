//! Expressions after binding: names are places in a frame, functions are pointers, patterns are prepared.
//!
//! Evaluation is a walk over this tree. Its depth is bounded by the parser, its work by a budget of steps.

mod arithmetic;
mod compare;
mod document_members;
mod like;
mod machine;
mod run;
mod scalar_set;
mod subquery;
mod tree;
mod truth;

pub(crate) use compare::equality;
pub(crate) use document_members::{DocumentMembers, MemberMemory, recycled};
pub(crate) use like::LikePattern;
pub use machine::UserFunctions;
pub(crate) use machine::{Flow, Host, Machine};
pub(crate) use run::MAX_VALUE_BYTES;
pub(crate) use scalar_set::ScalarSet;
pub(crate) use tree::{
    AggregateCall, CountPlan, DOCUMENT, Expr, Grouping, InList, LikeExpr, OrderPlan, PatternSource,
    Projection, QueryPlan, Scope, Slot, SourcePlan, Step, VectorExpr,
};
pub(crate) use truth::Truth;
