//! Cosmos SQL: parse, bind, plan, evaluate, merge. Pure: no I/O, no clock, no randomness of its own.
//!
//! - [`syntax`] and [`ast`]: text to tree and back;

pub mod ast;
pub mod syntax;
pub mod value;
