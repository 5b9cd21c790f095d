//! Queries through indexes: the same answers as by a look at every item, for less; what the
//! indexing policy refuses; pages.

mod composites;
mod grammar;
mod laws;
mod metrics;
mod pages;
mod policies;
mod ranks;
mod vectors;
