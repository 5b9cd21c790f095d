//! What a query asks of indexes: conditions that an index can answer, which indexes serve it, and what is missed.
//!
//! Nothing here reads an index. An engine turns a [`Predicate`] into seeks; results never depend on it, because the
//! filter is evaluated wherever a predicate says less than the filter does.

mod advice;
mod composite;
mod computed;
mod metrics;
mod nearest;
mod paths;
mod predicate;
mod ranking;
mod reader;
pub mod spatial;
pub mod text;

pub use advice::Advice;
pub use composite::{CompositePaths, CompositeUse, MAX_COMBINATIONS};
pub use computed::ComputedProperty;
pub use metrics::{IndexMetrics, IndexPolicy, SpecialIndex};
pub use nearest::{Nearest, SearchOptions, vector};
pub use predicate::{Accuracy, Edge, Predicate, Term, Test, Wanted};
pub use ranking::{Ranked, Score, TextCount, TextOrder, TextScore};
