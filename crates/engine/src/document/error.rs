//! Why an item's text is refused.

use super::{MAX_DEPTH, MAX_ITEM_BYTES};

/// What is wrong with an item's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DocumentError {
    /// Larger than an item may be: 413; every other error is a 400.
    #[error("the request body is {0} bytes and the limit is {MAX_ITEM_BYTES} bytes")]
    TooLarge(usize),
    /// Not UTF-8.
    #[error("the request body is not valid UTF-8 from byte {0}")]
    NotUtf8(usize),
    /// Not JSON.
    #[error("the request body is not valid JSON: {expected} at byte {at}")]
    Syntax {
        /// What stands there, or should.
        expected: &'static str,
        /// Offset in bytes.
        at: usize,
    },
    /// JSON, but not an object.
    #[error("the request body is not a JSON object")]
    NotAnObject,
    /// Nested too deeply.
    #[error("the document is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A number that no double can hold.
    #[error("the number at byte {0} is outside the range of a double")]
    NumberOutOfRange(usize),
    /// No `id`.
    #[error("the document has no 'id', which is required")]
    IdMissing,
    /// `id` is something else than a string.
    #[error("the 'id' of a document must be a string")]
    IdNotAString,
    /// `id` holds half of a surrogate pair.
    #[error("the 'id' of the document is not valid Unicode")]
    IdNotUnicode,
    /// The id breaks a rule of the service.
    #[error("{0}")]
    Id(#[from] cosmokit_protocol::resource::Refusal),
}
