//! The built-in functions: one table row for each, with name, arity, index use and evaluation.
//!
//! Unless its row says otherwise, a function of an undefined argument is undefined, and so is a function of an argument
//! of the wrong type.

mod array;
mod conditional;
mod convert;
mod date;
pub(crate) mod full_text;
mod integer;
mod math;
mod regular;
mod search;
mod set;
pub(crate) mod spatial;
mod string;
mod table;
mod types;
mod utf16;
pub(crate) mod vector;

pub(crate) use regular::RegexCache;
pub use spatial::Surface;
pub(crate) use table::Nullness;
pub use table::{Function, IndexUse, Purity, find, functions};
pub use vector::Metric;
