//! Confines an operation to a part of one partition key range: what fan-outs send to each partition.

use cosmokit_protocol::partition::EpkRange;
use cosmokit_protocol::wire::header::{self, value};

use super::CosmosOperation;

/// A part of one partition key range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RangeScope<'a> {
    /// The id of the partition key range.
    pub(crate) id: &'a str,
    /// The points to read.
    pub(crate) slice: &'a EpkRange,
    /// Whether the slice is all of the range.
    pub(crate) is_whole: bool,
}

impl CosmosOperation {
    /// The operation, on a part of one partition key range.
    pub(crate) fn within(mut self, scope: RangeScope<'_>) -> Self {
        self = self.with_text(
            header::PARTITION_KEY_RANGE_ID,
            scope.id.to_owned(),
            "partition key range id",
        );
        if !scope.is_whole {
            let (min, max) = (scope.slice.min().to_hex(), scope.slice.max().to_hex());
            self = self.with_text(header::START_EPK, min, "lower bound");
            self = self.with_text(header::END_EPK, max, "upper bound");
            self = self
                .with_request_header(header::READ_KEY_TYPE, value::EFFECTIVE_PARTITION_KEY_RANGE);
        }
        self
    }
}
