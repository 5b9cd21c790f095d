//! How much merging may hold in memory.

use super::MergeError;

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

impl MergeLimits {
    /// Refuses to hold more groups than allowed.
    pub(super) fn check_groups(&self, held: usize) -> Result<(), MergeError> {
        within("groups", held, self.groups)
    }

    /// Refuses to remember more different rows than allowed.
    pub(super) fn check_distinct(&self, held: usize) -> Result<(), MergeError> {
        within("different rows", held, self.distinct_rows)
    }

    /// Refuses to sort or rank more rows than allowed, or to hold more of their bytes.
    pub(super) fn check_sorted(
        &self,
        what: &'static str,
        rows: usize,
        bytes: usize,
    ) -> Result<(), MergeError> {
        within(what, rows, self.sorted_rows)?;
        within("bytes", bytes, self.held_bytes)
    }

    /// Refuses to collect more values than allowed, or to hold more bytes of values.
    pub(super) fn check_values(&self, values: usize, bytes: usize) -> Result<(), MergeError> {
        within("values of MAKELIST and MAKESET", values, self.list_values)?;
        within("bytes", bytes, self.held_bytes)
    }
}

fn within(what: &'static str, held: usize, limit: usize) -> Result<(), MergeError> {
    if held > limit {
        return Err(MergeError::TooMuch { what, limit });
    }
    Ok(())
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
