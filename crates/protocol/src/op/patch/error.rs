//! Why a patch is refused; the service answers every one of these with 400.

/// A patch was refused, and nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// The body is not a list of operations.
    #[error("the patch body is not readable: {0}")]
    Malformed(Box<str>),
    /// The list is empty.
    #[error("a patch needs at least one operation")]
    NoOperations,
    /// The list is too long.
    #[error("the patch has {found} operations, and the limit is {limit}")]
    TooManyOperations {
        /// How many there are.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
    /// The document to patch is not a JSON object.
    #[error("the document to patch is not a JSON object: {0}")]
    Document(Box<str>),
    /// One of the operations cannot be done.
    #[error("patch operation {number} ({op} {path:?}) is refused: {reason}")]
    Operation {
        /// Position of the operation, from 1.
        number: usize,
        /// The word of the operation.
        op: &'static str,
        /// The path at fault.
        path: Box<str>,
        /// What is wrong.
        reason: PatchReason,
    },
}

/// What is wrong with one operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchReason {
    /// The path is not a JSON pointer.
    #[error("a path starts with '/', and '~' in it stands before 0 or 1")]
    InvalidPath,
    /// The document would be nested too deeply, or the path leads too deep.
    #[error("arrays and objects can be nested {limit} deep")]
    TooDeep {
        /// The most levels.
        limit: usize,
    },
    /// The path names the whole document.
    #[error("the path names the whole document")]
    Root,
    /// The path names a property that only the service writes.
    #[error("system properties cannot be patched")]
    SystemProperty,
    /// The path names the id.
    #[error("the id cannot be patched")]
    Id,
    /// The path names the partition key, a part of it, or what it stands in.
    #[error("the partition key cannot be patched")]
    PartitionKey,
    /// The object or array in which the target would stand is missing.
    #[error("there is no object or array in which the target could stand")]
    MissingParent,
    /// The target is missing.
    #[error("the target does not exist")]
    MissingTarget,
    /// The last segment is not an index of an array.
    #[error("an index of an array is digits without leading zeros, or '-' for its end")]
    InvalidIndex,
    /// The index lies beyond the end of the array.
    #[error("the index lies beyond the end of the array, which has {len} elements")]
    IndexOutOfRange {
        /// Number of elements.
        len: usize,
    },
    /// Something other than a number cannot be incremented.
    #[error("only a number can be incremented")]
    NotANumber,
    /// The sum is too large for a number.
    #[error("the sum is not a finite number")]
    NotFinite,
    /// A value cannot be moved into itself.
    #[error("a value cannot be moved into itself")]
    MoveIntoItself,
}
