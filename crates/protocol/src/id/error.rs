//! What can be wrong with a resource id, a name or a path.

use thiserror::Error;

use super::ResourceType;

/// A resource id, a name or a path that means nothing to Cosmos DB.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdError {
    /// A text is no resource id.
    #[error("{text:?} is not a resource id: {reason}")]
    InvalidRid {
        /// The start of the text given, at most 64 characters.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A resource id of one kind was needed and another given.
    #[error("a resource id of kind {expected} is needed here, not of kind {actual}")]
    WrongRidKind {
        /// The kind that would fit.
        expected: &'static str,
        /// The kind that was given.
        actual: &'static str,
    },
    /// A number does not fit into a resource id.
    #[error("the ordinal {ordinal} does not fit a resource id of kind {kind}")]
    OrdinalOutOfRange {
        /// The kind to be made.
        kind: &'static str,
        /// The number given.
        ordinal: u64,
    },
    /// A path leads to nothing that the service has.
    #[error("the path has no meaning at segment {segment:?}")]
    UnknownPath {
        /// The start of the first segment that fits nowhere, at most 64 characters; empty when one is missing.
        segment: String,
    },
    /// A segment is not UTF-8 once it is percent-decoded.
    #[error("a segment of the path is not valid UTF-8 after percent-decoding")]
    InvalidEncoding,
    /// A path addresses by resource id, but an id in it is none or belongs elsewhere.
    #[error(
        "the path addresses by resource id, but {id:?} is not the id of one of {expected} below its parent"
    )]
    MixedAddressing {
        /// The segment, at most 64 characters.
        id: String,
        /// The kind of resource that it should name.
        expected: ResourceType,
    },
    /// A resource id cannot be a user's name for a resource.
    #[error("the id {id:?} is not allowed: {reason}")]
    InvalidName {
        /// The start of the id, at most 64 characters.
        id: String,
        /// The rule that it breaks.
        reason: &'static str,
    },
}

/// The first 64 characters of a text from outside, for a message.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(64).collect()
}
