//! Keys of geometries for a spatial index, and the ranges of keys that a search must read.
//!
//! The globe, or the plane, is cut into four cells, each of them again, thirty times. A geometry has the keys of the few
//! cells that hold it; a search reads the ranges of the cells that it reaches, and the cells around them. What is found
//! is a superset: the filter decides. Nothing that fulfils a condition is missed, which is tested for every function.

mod cells;
mod extent;
mod keys;

pub use keys::{MAX_KEYS, keys_of, ranges_near};

#[cfg(test)]
mod tests;
