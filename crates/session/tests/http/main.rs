//! Web tiers over sockets: two instances or more on ports of their own, an account whose replication stands still,
//! and the adapters of each framework. What these show in a handful of cases, `tests/tier` shows in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "everything in here is a test"
)]

mod actix;
mod axum;
mod browser;
mod grpc;
mod services;
mod tier;
