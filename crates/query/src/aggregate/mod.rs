//! Aggregates: what each one does with a value, with the partial state of another range, and at the end.

mod accumulator;
mod kind;

pub(crate) use accumulator::{Accumulator, Sum};
pub use kind::AggregateKind;
