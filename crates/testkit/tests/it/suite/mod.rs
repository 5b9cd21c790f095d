//! What every account must do, as functions over a local account and its clients. Written once; `main.rs` runs each
//! of them on every wire.

pub mod answers;
pub mod containers;
pub mod databases;
pub mod feed_ranges;
pub mod hierarchical_keys;
pub mod items;
pub mod keys;
pub mod paging;
pub mod preconditions;
pub mod races;
pub mod sessions;
pub mod stage;
