//! Queries over documents in any spelling against an evaluator that is as plain as can be.
//!
//! The engine reads documents as bytes and looks at no more of them than it must; the plain evaluator walks the tree
//! that the text was written from. They share nothing but the order of numbers.

mod evaluator;
mod laws;
mod predicate;
mod tree;
