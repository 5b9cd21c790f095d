//! A web tier in virtual time: several instances of an app, each near a region of one account, users with
//! cookie jars, replication that lags or stands still. Whether users read their own writes is seen by reading.

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
mod reading;
mod simulation;
mod tasks;
mod tier;
mod wire;
