//! A web tier in virtual time: several instances of an app, each near a region of one account, users with
//! cookie jars who speak HTTP with them, replication that lags or stands still. Whether users read their own writes is
//! seen by reading, and what instances send to the account is looked at on the wire.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::large_futures,
    reason = "everything in here is a test"
)]

mod account_changes;
mod answers;
mod app;
mod browser;
mod carriers;
mod consistency;
mod hostile;
mod http;
mod logs;
mod opting_out;
mod reading;
mod simulation;
mod tasks;
mod tier;
mod troubles;
mod wire;
