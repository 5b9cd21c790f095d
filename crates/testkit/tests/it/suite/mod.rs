//! What every account must do, as functions over a local account and its clients. Written once; `main.rs` runs each
//! of them on every wire.

pub(crate) mod answers;
pub(crate) mod batches;
pub(crate) mod bulk;
pub(crate) mod change_feed;
pub(crate) mod containers;
pub(crate) mod databases;
pub(crate) mod deletion_by_key;
pub(crate) mod feed_ranges;
pub(crate) mod hierarchical_keys;
pub(crate) mod items;
pub(crate) mod keys;
pub(crate) mod moves;
pub(crate) mod paging;
pub(crate) mod patches;
pub(crate) mod preconditions;
pub(crate) mod queries;
pub(crate) mod races;
pub(crate) mod recreated;
pub(crate) mod scripts;
pub(crate) mod sessions;
pub(crate) mod stage;
pub(crate) mod throughput;
