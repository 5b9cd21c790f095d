//! The driver through its public API, against a scripted account in this process, over sockets, and against
//! the local account.

#![allow(
    clippy::large_futures,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "tests may be wasteful and may panic"
)]
#![allow(missing_docs, reason = "a test binary has no readers of its docs")]

mod availability;
mod cache;
mod diagnostics;
mod fake;
mod fault_routing;
mod faults;
mod feed;
mod gateway;
mod h2_server;
mod hostile;
mod lifetime;
mod option_effects;
mod options;
mod options_page;
mod options_tested;
#[cfg(feature = "otel")]
mod otel;
mod proxy;
mod raw_server;
mod refresh;
mod retry;
mod session;
mod session_from_outside;
mod sockets;
mod throughput_control;
mod transport_options;
mod wire;
