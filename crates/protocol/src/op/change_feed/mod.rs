//! The change feed: its modes, where a reader starts, and the entries.

mod entry;
mod metadata;

use crate::resource::Timestamp;

pub use entry::{ChangeFeedItem, write_entry};
pub use metadata::{ChangeFeedMetadata, ChangeFeedOperationType, LogicalSequenceNumber};

/// What a change feed shows of an item that changed several times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeFeedMode {
    /// Its latest version, and no deletes.
    #[default]
    LatestVersion,
    /// Every version and deletes, within the container's retention.
    AllVersionsAndDeletes,
}

impl ChangeFeedMode {
    /// The value of the request header `A-IM`.
    pub const fn a_im(self) -> &'static str {
        match self {
            Self::LatestVersion => "Incremental Feed",
            Self::AllVersionsAndDeletes => "Full-Fidelity Feed",
        }
    }

    /// The mode that a request header `A-IM` asks for, in any case of letters; `None` for other values.
    pub fn from_a_im(value: &str) -> Option<Self> {
        let value = value.trim();
        let modes = [Self::LatestVersion, Self::AllVersionsAndDeletes];
        modes
            .into_iter()
            .find(|mode| mode.a_im().eq_ignore_ascii_case(value))
    }
}

/// Where a reader of the change feed starts when it has no continuation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeFeedStartFrom {
    /// With the first change of the container.
    #[default]
    Beginning,
    /// With the first change after this request.
    Now,
    /// With the first change at or after a time, to the second.
    PointInTime(Timestamp),
}

/// The wire format version under which every entry is an envelope.
pub const CHANGE_FEED_WIRE_FORMAT_VERSION: &str = "2021-09-15";

#[cfg(test)]
mod tests;
