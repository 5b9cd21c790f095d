//! Integration tests: the public API of the protocol crate against independent truth.
//!
//! `cfg(test)` on each module tells clippy that its helpers are test code.

#[cfg(test)]
mod fuzz_targets;
#[cfg(test)]
mod id;
#[cfg(test)]
mod partition;
