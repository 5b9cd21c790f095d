//! The `cosmokit` command as its users start it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod crash;
mod query;
mod serve;
mod transfer;
