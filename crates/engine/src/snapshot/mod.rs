//! Snapshots: an account as it was, kept for nothing and brought back in no time.
//!
//! Catalog, layouts and states are persistent values, so a snapshot shares all of its structure
//! with the account it was [taken](take) from, and an account that is [thawed](thaw) out of it
//! shares it too: none of this grows with the data, only with the number of partitions.

mod take;
mod thaw;

pub use take::Snapshot;
