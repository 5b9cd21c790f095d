//! Indexes over the items of a partition, as the indexing policy allows them.
//!
//! An index is a value: the entries of one path (or of several together) over the items of one
//! state. It is made when a query first wants it, and brought to another state by what the two
//! states differ in, which costs in proportion to the difference because states share structure.
//! Writes know nothing of it. Nobody waits for it, a lagging replica has its own position's
//! answer, and a snapshot or a fork costs nothing. See `docs/adr/0004`.
//!
//! [`key`] what an entry is sorted by; [`spec`] which paths, and how keys are taken from an item;
//! [`rules`] what the policy says; [`path_index`] the index; [`shelf`] those of a partition;
//! [`seek`] the entries that a condition asks for; [`text`] and [`vector`] what is special about
//! words and vectors. Queries about everything read values in columns: [`column_table`],
//! [`column_texts`], and [`column_shelf`] for those of a partition.

mod column_cells;
pub(crate) mod column_shelf;
pub(crate) mod column_table;
mod column_texts;
pub(crate) mod key;
pub(crate) mod path_index;
pub(crate) mod rules;
pub(crate) mod seek;
pub(crate) mod shelf;
pub(crate) mod spec;
pub(crate) mod text;
pub(crate) mod vector;

#[cfg(test)]
mod tests;
