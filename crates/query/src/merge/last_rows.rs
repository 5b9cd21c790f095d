//! The rows that a merge gives once it has read everything.

use std::vec::IntoIter;

use bytes::Bytes;

use super::MergeError;
use super::checkpoint::RawText;
use super::stage::MergeStep;

/// The rows that are left; none of them before everything is read.
#[derive(Debug, Default)]
pub(super) struct LastRows(Option<IntoIter<Bytes>>);

impl LastRows {
    /// What a checkpoint says is left.
    pub(super) fn restored(rows: Option<Vec<RawText>>) -> Self {
        let rows = rows.map(|rows| rows.into_iter().map(Bytes::from));
        Self(rows.map(|rows| rows.collect::<Vec<_>>().into_iter()))
    }

    /// Whether the rows are still to be made.
    pub(super) fn are_missing(&self) -> bool {
        self.0.is_none()
    }

    /// Everything is read, and these are the rows.
    pub(super) fn set(&mut self, rows: impl Iterator<Item = Bytes>) {
        self.0 = Some(rows.collect::<Vec<_>>().into_iter());
    }

    /// Gives the next row.
    pub(super) fn give(&mut self) -> MergeStep {
        let row = self.0.as_mut().and_then(Iterator::next);
        row.map_or(MergeStep::Finished, MergeStep::Row)
    }

    /// The rows that are left, for a checkpoint.
    pub(super) fn state(&self) -> Result<Option<Vec<RawText>>, MergeError> {
        let texts = |rows: &IntoIter<Bytes>| rows.as_slice().iter().map(RawText::of).collect();
        self.0.as_ref().map(texts).transpose()
    }
}
