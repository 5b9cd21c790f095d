//! The engine through its public interface.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "everything in here is a test"
)]

mod asking;
mod batches;
mod bounds;
mod change_feeds;
mod containers;
mod databases;
mod durable;
mod expiry;
mod feeds;
mod functions;
mod indexes;
mod items;
mod key_deletes;
mod log_model;
mod model;
mod offers;
mod patches;
mod procedures;
mod queries;
mod ranges;
mod regions;
mod repartition;
mod resources;
mod sessions;
mod snapshots;
mod split_contents;
mod split_regions;
mod splits;
mod throughput;
mod transfers;
mod triggers;
mod unique_keys;
mod world;
