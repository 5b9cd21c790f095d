//! Partial results of ranges to one result.
//!
//! Every operator is a state machine without I/O: it says which range it wants rows of, takes them, gives rows, and can
//! write its position down and go on from there. [`MergePipeline`] puts them together for a plan.

mod aggregate;
mod checkpoint;
mod distinct;
mod error;
mod group;
mod hybrid;
mod kind;
mod last_rows;
mod limits;
mod order_row;
mod ordered;
mod partial;
mod pipeline;
pub mod rank_fusion;
mod resume;
mod sorted;
mod source;
mod stage;
mod statistics;
mod token;
mod unordered;

pub use checkpoint::Checkpoint;
pub use error::MergeError;
pub use limits::MergeLimits;
pub use pipeline::MergePipeline;
pub use resume::from_json as resume_key;
pub use source::SourceId;
pub use stage::{Fetch, MergeStep, Urgency};
pub use token::ContinuationToken;
