//! What a request brought, of all its values together.

use crate::carried::Carried;
use crate::format::{Decoded, FormatError};
use crate::seal::SealError;

/// Why a value from outside was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Rejected {
    /// Longer than any value that is made.
    #[error("the value is too long")]
    TooLong,
    /// Not base64url.
    #[error("the value is not base64url")]
    Encoding,
    /// More values than are read of one request.
    #[error("the request has more values than are read")]
    TooMany,
    /// The protection does not hold.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The payload cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Made later than now, beyond the skew of clocks.
    #[error("the value was made later than now")]
    FromTheFuture,
}

impl Rejected {
    /// Whether the value may mean something to another version or key ring, so that it must not be
    /// deleted.
    pub fn may_be_of_another_version(self) -> bool {
        matches!(
            self,
            Self::Seal(SealError::Unknown | SealError::UnknownKey)
                | Self::Format(FormatError::Version)
        )
    }

    /// A short stable name, for metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Encoding => "encoding",
            Self::TooMany => "too_many",
            Self::Seal(SealError::Unknown) | Self::Format(FormatError::Version) => "version",
            Self::Seal(SealError::Weak) => "weak",
            Self::Seal(SealError::UnknownKey) => "unknown_key",
            Self::Seal(SealError::Forged) => "forged",
            Self::Format(_) => "format",
            Self::FromTheFuture => "future",
        }
    }
}

/// Values that were not taken, with the reason of each.
pub type Rejections = Vec<Rejected>;

/// What a request brought.
#[derive(Clone, Debug, Default)]
pub struct Received {
    /// All values, merged.
    pub carried: Carried,
    /// How many values were taken.
    pub values: usize,
    /// Values that were not taken. At most one entry says [`Rejected::TooMany`].
    pub rejected: Rejections,
    /// Positions that were left out of values that were taken.
    pub dropped: usize,
}

impl Received {
    /// Takes in what another way to travel brought.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.values += other.values;
        self.dropped += other.dropped + usize::from(self.carried.join(&other.carried).is_err());
        self.rejected.extend_from_slice(&other.rejected);
    }

    /// Takes in what became of one value.
    pub(crate) fn add(&mut self, value: Result<Decoded, Rejected>) {
        match value {
            Ok(decoded) => {
                self.values += 1;
                self.dropped += decoded.dropped;
                if self.carried.join(&decoded.carried).is_err() {
                    self.dropped += 1;
                }
            }
            Err(reason) => self.rejected.push(reason),
        }
    }
}
