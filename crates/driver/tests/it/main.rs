//! The driver through its public API, against a scripted account in this process, over sockets, and against
//! the local account.

#![allow(clippy::large_futures, reason = "tests may be wasteful")]
#![allow(missing_docs, reason = "a test binary has no readers of its docs")]

mod cache;
mod fake;
mod feed;
mod gateway;
mod lifetime;
mod options;
mod retry;
mod session;
mod sockets;
mod wire;
