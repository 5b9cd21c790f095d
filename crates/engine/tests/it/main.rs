//! The engine through its public interface.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "everything in here is a test"
)]

mod bounds;
mod containers;
mod databases;
mod expiry;
mod feeds;
mod items;
mod model;
mod offers;
mod ranges;
mod sessions;
mod world;
