//! Queries made from a seed, over documents made from the same seed, asked in every way that must give the same rows.
//!
//! `documents` and `grammar` make them, typed and ill-typed alike; `reference` says what they give, by the pure
//! evaluator over the documents one after another: no index, no partition, no page; `trial` asks an account of one
//! partition and one of several, at once and in pages that new clients go on with, before, during and after splits.
//! `just queries` plays thousands of seeds, `just queries SEED` one.

mod asking;
mod containers;
mod documents;
mod expected;
mod expression;
mod grammar;
mod nature;
mod ranking;
mod reference;
mod rows;
mod trial;

pub use self::grammar::{GeneratedQuery, RowOrder};
pub use self::ranking::Rank;
pub use self::trial::{Disagreement, Played, play};
