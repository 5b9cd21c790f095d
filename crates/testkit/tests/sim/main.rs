//! Simulated worlds: campaigns in which the guarantees of each level are judged while the account is disturbed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod campaigns;
mod crew;
mod liars;
mod policies;
mod processor;
mod repeats;
mod staleness;
