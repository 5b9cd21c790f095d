//! The session crate through its public API.

mod budget;
mod cookies;
mod format;
mod sample;
mod sizes;
mod vectors;
