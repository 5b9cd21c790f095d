//! The session crate through its public API.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "everything in here is a test"
)]

mod budget;
mod cookies;
mod format;
mod fuzz_target;
mod requirements;
mod sample;
mod sizes;
mod vectors;
