//! Cosmos SQL: parse, bind, plan, evaluate, merge. Pure: no I/O, no clock, no randomness of its own.
//!
//! - [`syntax`] and [`ast`]: text to tree and back;
//! - [`value`]: values while a query runs;
//! - [`bind`]: names to places, and everything that can be wrong with a query;
//! - [`Execution`]: a bound query running over documents, within a budget of steps;
//! - [`plan`]: where a query goes, what each range is asked, how the answers are merged;
//! - [`columns`]: the same run over the values of a few paths instead of documents;
//! - [`index`]: what a query asks of indexes;
//! - [`merge`]: the partial results of ranges to one result.

mod aggregate;
pub mod ast;
pub mod bind;
pub mod columns;
mod error;
mod expr;
mod function;
pub mod index;
pub mod merge;
mod operator;
pub mod plan;
pub mod schema;
pub mod syntax;
pub mod value;

pub use aggregate::AggregateKind;
pub use bind::Program;
pub use error::{QueryError, Refusal, RunError};
pub use expr::UserFunctions;
pub use function::{Function, IndexUse, Metric, Purity, Surface, find as find_function, functions};
pub use operator::{Environment, Execution, Progress};
pub use schema::Schema;
