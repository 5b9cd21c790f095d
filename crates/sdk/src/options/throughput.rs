//! Options of the calls about throughput.

use std::time::Duration;

use cosmokit_driver::options::OperationOptions;

/// Options of `read_throughput` and `begin_replace_throughput` of a database or container.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ThroughputOptions {
    /// The settings of this call that every operation knows.
    pub operation: OperationOptions,
    /// How often a change that is pending is looked at. Default: every 5 s.
    pub poll_interval: Option<Duration>,
}

impl ThroughputOptions {
    /// Sets how often a change that is pending is looked at.
    pub fn with_poll_interval(mut self, poll_interval: Duration) -> Self {
        self.poll_interval = Some(poll_interval);
        self
    }

    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }
}
