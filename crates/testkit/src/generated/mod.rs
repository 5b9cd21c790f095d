//! Queries made from a seed, over documents made from the same seed, asked in every way that must give the same rows.
//!
//! `documents` and `grammar` make them, typed and ill-typed alike; `reference` says what they give, by the pure
//! evaluator over the documents one after another: no index, no partition, no page; `ranking` scores and fuses a second
//! time. `trial` asks an account of one partition and one of several, with all indexes, some and none, at once and in
//! pages that new clients go on with, before and after splits. `moving` asks in regions that lag behind, while partitions
//! are split and merged and items are written. `just queries` plays thousands of seeds, `just queries SEED` one.

mod asking;
mod containers;
mod documents;
mod elsewhere;
mod expected;
mod expression;
mod grammar;
mod moving;
mod nature;
mod ranking;
mod reference;
mod rows;
mod trial;

pub use self::elsewhere::{Elsewhere, PageQuestion, PageRead};
pub use self::grammar::{GeneratedQuery, RowOrder};
pub use self::moving::play_moving;
pub use self::ranking::Rank;
pub use self::trial::{Disagreement, Played, play, play_elsewhere};
