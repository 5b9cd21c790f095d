//! Why a binary body cannot be read, or a text not be encoded.

/// A body is not readable as binary JSON, or not writable. Offsets are bytes from the start of the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BinaryJsonError {
    /// The first byte is not `0x80`.
    #[error("the body is not binary JSON: it does not start with 0x80")]
    NotBinary,
    /// The body, or the array or object around the value, ends too early.
    #[error("binary JSON ends too early at byte {offset}")]
    Truncated {
        /// Where bytes are missing.
        offset: usize,
    },
    /// A marker has no meaning in its place.
    #[error("binary JSON has the marker {marker:#04x} at byte {offset}, where it means nothing")]
    Marker {
        /// The marker.
        marker: u8,
        /// Where it stands.
        offset: usize,
    },
    /// A length or count does not agree with what follows it.
    #[error("binary JSON has a length or count at byte {offset} that does not fit its content")]
    Length {
        /// Where the value stands.
        offset: usize,
    },
    /// A string is not UTF-8, or its packed form is broken.
    #[error("binary JSON has a broken string at byte {offset}")]
    String {
        /// Where the string stands.
        offset: usize,
    },
    /// A number is NaN or infinite.
    #[error("binary JSON has a number at byte {offset} that is not finite")]
    Number {
        /// Where the number stands.
        offset: usize,
    },
    /// A back reference does not lead to an earlier string.
    #[error("binary JSON refers at byte {offset} to byte {target}, which is no earlier string")]
    Reference {
        /// Where the reference stands.
        offset: usize,
        /// Where it leads.
        target: usize,
    },
    /// A string stands in a dictionary outside the body.
    #[error("binary JSON uses a dictionary string at byte {offset}, and there is no dictionary")]
    DictionaryString {
        /// Where the string stands.
        offset: usize,
    },
    /// Arrays and objects are nested too deeply.
    #[error("binary JSON is nested more than {limit} deep")]
    TooDeep {
        /// The most levels that are allowed.
        limit: usize,
    },
    /// The result is too large.
    #[error("binary JSON becomes larger than {limit} bytes")]
    TooLarge {
        /// The largest result that is allowed, in bytes.
        limit: usize,
    },
    /// Something follows the value.
    #[error("binary JSON has bytes after its value, from byte {offset} on")]
    Trailing {
        /// Where the value ends.
        offset: usize,
    },
    /// The text to encode is not JSON.
    #[error("the text is not JSON: {0}")]
    NotJson(Box<str>),
}
