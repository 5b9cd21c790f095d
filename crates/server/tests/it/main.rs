//! The server through its public API: the gateway in process, and the same requests over sockets.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod accounts;
mod bad_input;
mod call;
mod connections;
mod faults;
mod gateway;
mod lifecycle;
mod log_verbs;
mod resources;
mod scene;
mod scripts;
mod shutdown;
mod snapshots;
mod sockets;
mod topology;
mod wire;
