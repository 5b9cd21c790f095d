//! Queries that are answered from columns: the single values of a few paths, one row for each document, without the documents.
//!
//! [`Program::over_columns`](crate::Program::over_columns) says which paths a query needs when those are all that it reads.
//! [`ColumnExecution`] then runs the very same expressions and operators as [`Execution`](crate::Execution) does, over
//! places that are filled from columns instead of documents: there is one place to be right, and rows in the order of
//! documents give the same answer. Where the columns come from, and whether they are as of the right moment, is the
//! business of whoever has them.

mod cell;
mod program;

pub use crate::operator::ColumnExecution;
pub use cell::{Cell, Column, NoCell, Rows, Texts};
pub use program::{ColumnProgram, MAX_PATHS};
