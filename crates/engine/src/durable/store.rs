//! Where the changes of an account go to stay: the small trait behind which a store stands.
//!
//! A store keeps rows under short keys, and changes under the number of their log and their place
//! in it. It knows nothing of what they mean. In memory there is no store at all.

use std::{fmt, path::PathBuf};

/// The number of a log in a store; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LogId(pub(crate) u64);

/// Everything that one commit makes lasting.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Grows by one with every commit.
    pub(crate) sequence: u64,
    /// Rows to write, or to delete.
    pub(crate) rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Changes to write, or to forget.
    pub(crate) changes: Vec<ChangeRow>,
    /// Logs that go with everything in them.
    pub(crate) dropped: Vec<LogId>,
}

/// A change at its place.
#[derive(Clone, Debug)]
pub(crate) struct ChangeRow {
    pub(crate) log: LogId,
    pub(crate) at: Place,
    /// The encoded change; none when it is to be forgotten.
    pub(crate) record: Option<Vec<u8>>,
}

/// A row: its key, and what stands there.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// A place in a log: the LSN, and which of the changes that share it.
pub(crate) type Place = (u64, u32);

/// Looks at one change of a log: its place and its record.
pub(crate) type VisitChange<'a> = dyn FnMut(Place, &[u8]) -> Result<(), StoreError> + 'a;

/// A store. One thread commits; any may read.
pub(crate) trait Store: fmt::Debug + Send + Sync {
    /// Makes all of a batch lasting, or nothing of it. After an error the store answers as before
    /// the batch, and the next commit tries anew.
    ///
    /// # Errors
    /// [`StoreError`].
    fn commit(&self, batch: &Batch) -> Result<(), StoreError>;

    /// The sequence of the last commit.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sequence(&self) -> Result<u64, StoreError>;

    /// Every row with its key, in the order of the keys.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rows(&self) -> Result<Vec<Row>, StoreError>;

    /// Shows `visit` every change of a log, in order.
    ///
    /// # Errors
    /// [`StoreError`]; those of `visit`.
    fn changes(&self, log: LogId, visit: &mut VisitChange<'_>) -> Result<(), StoreError>;
}

/// Why a data directory cannot be opened, read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process, or another account of this one, has it open.
    #[error("the data directory {} is open elsewhere: close the account that has it", .0.display())]
    Locked(PathBuf),
    /// Written by a later version.
    #[error("the data directory cannot be opened: {0}")]
    Newer(String),
    /// Bytes are not what was written.
    #[error("the data directory is damaged: {0}; restore it from a copy")]
    Damaged(String),
    /// The operating system refused.
    #[error("the data directory cannot be {action}: {reason}")]
    Io {
        /// `read` or `written`.
        action: &'static str,
        /// What the system said.
        reason: String,
    },
}
