//! Options of the calls that answer with feed ranges.

use cosmokit_driver::options::OperationOptions;

/// Options of [`ContainerClient::read_feed_ranges`](crate::ContainerClient::read_feed_ranges) and
/// [`ContainerClient::feed_range_from_partition_key`](crate::ContainerClient::feed_range_from_partition_key).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadFeedRangesOptions {
    /// The settings of this call that every operation knows.
    pub operation: OperationOptions,
    /// Whether to ask the service instead of answering from the driver's cache. Default: no.
    pub force_refresh: bool,
}

impl ReadFeedRangesOptions {
    /// Whether to ask the service instead of answering from the driver's cache.
    pub fn with_force_refresh(mut self, force_refresh: bool) -> Self {
        self.force_refresh = force_refresh;
        self
    }

    /// Sets the settings that every operation knows.
    pub fn with_operation_options(mut self, operation: OperationOptions) -> Self {
        self.operation = operation;
        self
    }
}
