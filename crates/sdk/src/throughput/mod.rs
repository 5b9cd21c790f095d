//! Throughput: what a database or container may consume, and its changes.

mod offer;
mod poller;

pub(crate) use self::offer::{begin_replace_throughput_of, read_throughput_of, with_throughput};
pub use self::poller::ThroughputPoller;
