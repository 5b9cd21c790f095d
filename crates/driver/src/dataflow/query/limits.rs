//! What one query may use of the client.

use std::num::NonZeroU32;

use cosmokit_query::merge::MergeLimits;

/// What one query may use of the client: requests, memory, and the size of its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "each is a bound, and says so")]
#[non_exhaustive]
pub struct QueryLimits {
    /// How many partitions are asked at the same time. Default: 32.
    pub max_concurrency: NonZeroU32,
    /// Pages that are read ahead of the rows that are asked for, over all partitions. Default: 4; 0 reads nothing
    /// before it is needed.
    pub max_pages_ahead: u32,
    /// Partitions that a query may be spread over; beyond it the query is refused. Default: 1,000.
    pub max_fan_out: u32,
    /// Rows that are sorted in memory (distances, rank fusion). Default: 50,000.
    pub max_sorted_rows: u64,
    /// Different rows that DISTINCT remembers, 16 bytes each. Default: 1,000,000.
    pub max_distinct_rows: u64,
    /// Groups of GROUP BY. Default: 100,000.
    pub max_groups: u64,
    /// Bytes of rows that are held until the last one is read. Default: 256 MiB.
    pub max_held_bytes: u64,
    /// Bytes of a continuation token; a larger one is an error when it is asked for. Default: 1 MiB.
    pub max_continuation_bytes: u64,
}

impl Default for QueryLimits {
    fn default() -> Self {
        let merge = MergeLimits::default();
        let count = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        Self {
            max_concurrency: NonZeroU32::new(32).expect("32 is not 0"),
            max_pages_ahead: 4,
            max_fan_out: 1_000,
            max_sorted_rows: count(merge.sorted_rows),
            max_distinct_rows: count(merge.distinct_rows),
            max_groups: count(merge.groups),
            max_held_bytes: count(merge.held_bytes),
            max_continuation_bytes: 1 << 20,
        }
    }
}

impl QueryLimits {
    pub(super) fn merge(&self) -> MergeLimits {
        let count = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
        MergeLimits {
            // What is needed next counts as ahead while it is held.
            pages_ahead: count(u64::from(self.max_pages_ahead)).max(1),
            groups: count(self.max_groups),
            distinct_rows: count(self.max_distinct_rows),
            sorted_rows: count(self.max_sorted_rows),
            held_bytes: count(self.max_held_bytes),
            ..MergeLimits::default()
        }
    }
}
