//! What can be wrong with a key, a definition, a hash point or a set of ranges.

use thiserror::Error;

use crate::value::PathError;

/// A partition key, a definition or a range that Cosmos DB has no meaning for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PartitionKeyError {
    /// A number is NaN or infinite; JSON has no such number.
    #[error("a partition key number must be finite")]
    NonFiniteNumber,
    /// An integer has no exact form on the wire.
    #[error("the integer {0} fits neither 64 bits nor a double exactly; send it as a string")]
    IntegerOutOfRange(String),
    /// A key has more values than a hierarchy can have levels.
    #[error("a partition key has at most {max} values, got {actual}", max = super::PartitionKey::MAX_VALUES)]
    TooManyValues {
        /// The number of values given.
        actual: usize,
    },
    /// A key has another number of values than the container has paths.
    #[error("the container is partitioned by {paths} path(s), but the key has {values} value(s)")]
    WrongNumberOfValues {
        /// Paths of the definition.
        paths: usize,
        /// Values of the key.
        values: usize,
    },
    /// A definition has no path, or more than its kind allows.
    #[error("a {kind} partition key definition needs {allowed} path(s), got {actual}")]
    WrongNumberOfPaths {
        /// The kind, as on the wire.
        kind: &'static str,
        /// How many there may be.
        allowed: &'static str,
        /// How many there are.
        actual: usize,
    },
    /// A hierarchical definition asks for the old hash.
    #[error("a MultiHash partition key definition needs version 2")]
    MultiHashNeedsVersion2,
    /// A path of a definition cannot be read.
    #[error("partition key path {path:?} is invalid: {reason}")]
    InvalidPath {
        /// The path as given.
        path: String,
        /// What is wrong with it.
        #[source]
        reason: PathError,
    },
    /// A header value is not a JSON array of partition key values.
    #[error(
        "the partition key header is not an array of strings, numbers, booleans, null or {{}}: {reason}"
    )]
    InvalidHeader {
        /// What the JSON reader said.
        reason: String,
    },
    /// A document is not a JSON object.
    #[error("the document is not a JSON object: {reason}")]
    InvalidDocument {
        /// What the JSON reader said.
        reason: String,
    },
    /// A hash point is not an even number of hexadecimal digits.
    #[error(
        "{text:?} is no effective partition key: it must be an even number of hexadecimal digits"
    )]
    InvalidHex {
        /// The start of the text given, at most 64 characters.
        text: String,
    },
    /// A range ends before or where it begins.
    #[error("the range from {min:?} to {max:?} is empty")]
    EmptyRange {
        /// Lower bound, hexadecimal.
        min: String,
        /// Upper bound, hexadecimal.
        max: String,
    },
    /// A text is not a feed range.
    #[error("the feed range is invalid: {reason}")]
    InvalidFeedRange {
        /// What is wrong with it.
        reason: String,
    },
}

/// A set of ranges that does not tile the key space.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RangeMapError {
    /// No range owns the keys from `from` to `to`.
    #[error("no range owns the keys from {from:?} to {to:?}; read the partition key ranges again")]
    Gap {
        /// Where the gap begins, hexadecimal.
        from: String,
        /// Where the gap ends, hexadecimal.
        to: String,
    },
    /// Two ranges own the same keys.
    #[error(
        "ranges {first:?} and {second:?} both own the keys from {from:?}; read the partition key ranges again"
    )]
    Overlap {
        /// Id of the range that begins first.
        first: String,
        /// Id of the other range.
        second: String,
        /// Where the overlap begins, hexadecimal.
        from: String,
    },
}
