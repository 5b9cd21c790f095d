//! What can be wrong with a session token. Errors name the segment by its index and never quote
//! its text: tokens come from users' cookies and must not reach a log.

use super::composite::{MAX_SEGMENTS, MAX_TOKEN_BYTES};

/// A session token that cannot be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionTokenError {
    /// Nothing but blanks and commas. The service answers an empty token with 400; omit it.
    #[error("session token is empty; omit the token instead")]
    Empty,
    /// More bytes than [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES).
    #[error("session token has {bytes} bytes, more than {MAX_TOKEN_BYTES}")]
    TooLong {
        /// Length of the rejected text in bytes.
        bytes: usize,
    },
    /// More segments than [`MAX_SEGMENTS`](super::MAX_SEGMENTS).
    #[error("session token has more than {MAX_SEGMENTS} segments")]
    TooManySegments,
    /// One segment is malformed.
    #[error("session token segment {index}: {fault}")]
    Segment {
        /// Position of the segment, counted from 0, empty segments included.
        index: usize,
        /// What is wrong with it.
        fault: SegmentFault,
    },
}

/// What is wrong with one segment, or with the value behind its colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentFault {
    /// No `:` between range id and value.
    #[error("there is no ':' after the partition key range id")]
    MissingColon,
    /// The range id is not 1 to 10 digits.
    #[error("the partition key range id is not 1 to 10 digits")]
    RangeId,
    /// The version is neither -1 nor a number up to 2^31.
    #[error("the version is not a whole number from -1 to 2^31")]
    Version,
    /// The global LSN, or the only LSN of the simple form, is not a number up to 2^53.
    #[error("the global LSN is not a whole number from 0 to 2^53")]
    GlobalLsn,
    /// A region entry without `=`.
    #[error("a region entry is not of the form region=LSN")]
    RegionEntry,
    /// A region id that is not an unsigned 32-bit number.
    #[error("a region id is not a whole number below 2^32")]
    RegionId,
    /// A local LSN that is no number, or beyond 2^53 in magnitude.
    #[error("a local LSN is not a whole number of at most 2^53")]
    LocalLsn,
    /// A region listed twice.
    #[error("a region is listed twice")]
    DuplicateRegion,
    /// More regions than [`MAX_REGIONS`](super::MAX_REGIONS).
    #[error("there are more than {} regions", super::MAX_REGIONS)]
    TooManyRegions,
    /// The same range id as an earlier segment.
    #[error("the partition key range id occurs in an earlier segment")]
    DuplicateRange,
}
