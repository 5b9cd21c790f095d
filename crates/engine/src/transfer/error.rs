//! What goes wrong with a transfer.

use std::{io, sync::Arc};

use crate::{durable::StoreError, response::Failure};

/// Why an import or export ended.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A line is not what it should be.
    #[error("line {line}: {reason}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The account refused what a line asks for.
    #[error("line {line}: {source}")]
    Refused {
        /// Counted from 1.
        line: u64,
        /// The refusal.
        source: Failure,
    },
    /// The container is not there.
    #[error("the container cannot be found: {0}")]
    Container(Failure),
    /// What is on disk cannot be read.
    #[error(transparent)]
    Unreadable(#[from] StoreError),
    /// Reading or writing failed.
    #[error("the text cannot be read or written: {0}")]
    Io(#[source] Arc<io::Error>),
}

impl From<io::Error> for TransferError {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}
