//! Indexes of vectors: flat, quantized, and as a graph. See `docs/adr/0005`.
//!
//! An index is a value, like every other (ADR 4):
//! rows in columns that several states share, and beside them what has been written since, which is
//! compared one by one until it is worth a new set of columns. What is found is a superset of the
//! nearest, as far as the index can tell: whoever asks compares the vectors themselves.
//!
//! [`settings`] what the policies say; [`elements`] a column of vectors; [`mod@column`] rows of them with
//! their items; [`quantizer`] compressed vectors; [`graph`] who is near whom; [`shard`] the index of one
//! shard; [`vector_index`] all of them; [`nearness`] how near rows are to what is sought.

mod bits;
mod column;
mod elements;
mod graph;
mod nearness;
mod product;
mod quantizer;
mod settings;
mod shard;
mod vector_index;

pub(crate) use nearness::{Method, Search};
pub(crate) use settings::VectorSettings;
pub(crate) use vector_index::VectorIndex;

#[cfg(test)]
mod tests;
