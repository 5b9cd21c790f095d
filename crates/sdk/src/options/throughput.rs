//! Options of the calls about throughput.

use super::operation_options_only;

operation_options_only! {
    /// Options of `read_throughput` of a database or container.
    ThroughputOptions;
}
