//! Operators over rows that hold something between rows: groups, order, duplicates, windows, ranking; and the execution
//! that drives a program over documents.

mod collector;
mod columnar;
mod execution;
pub(crate) mod group;
pub(crate) mod order;
mod output;
pub(crate) mod rank;
pub(crate) mod window;

pub use columnar::ColumnExecution;
pub use execution::{Environment, Execution, Progress};
