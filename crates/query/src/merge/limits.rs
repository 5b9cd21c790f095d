//! How much merging may hold in memory.

/// Limits of one merge. Each one crossed is a [`MergeError::TooMuch`](super::MergeError::TooMuch), except for pages read
/// ahead, of which no more are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergeLimits {
    /// Pages read ahead over all sources, besides the ones without which nothing goes on. Default 64, at least 1.
    pub pages_ahead: usize,
    /// Groups of GROUP BY. Default 100,000.
    pub groups: usize,
    /// Different rows that DISTINCT remembers, 16 bytes each. Default 1,000,000.
    pub distinct_rows: usize,
    /// Rows that are sorted in memory (distances, rank fusion). Default 50,000.
    pub sorted_rows: usize,
    /// Values that MAKELIST and MAKESET collect, over all groups. Default 500,000.
    pub list_values: usize,
    /// Bytes of rows and values that are held until the last row is read. Default 256 MiB.
    pub held_bytes: usize,
}

impl Default for MergeLimits {
    fn default() -> Self {
        Self {
            pages_ahead: 64,
            groups: 100_000,
            distinct_rows: 1_000_000,
            sorted_rows: 50_000,
            list_values: 500_000,
            held_bytes: 256 << 20,
        }
    }
}
