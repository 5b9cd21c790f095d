//! The HTTP status of a [`CosmosStatus`](super::CosmosStatus): a type of this crate, so that it compares with the
//! status types of other crates.

use std::fmt;
use std::ops::Deref;

use http::StatusCode;

/// An HTTP status. Derefs to [`http::StatusCode`] and compares with it, with a bare number, and, with the feature
/// `azure_core`, with `azure_core::http::StatusCode`.
///
/// ```
/// use cosmokit_protocol::status::{CosmosStatus, StatusCode};
///
/// let status = CosmosStatus::new(StatusCode::NOT_FOUND).status_code();
/// assert_eq!(status, StatusCode::NOT_FOUND);
/// assert_eq!(status, 404);
/// assert!(status.is_client_error());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpStatus(StatusCode);

impl HttpStatus {
    /// A status of this crate.
    pub const fn new(status: StatusCode) -> Self {
        Self(status)
    }

    /// The status as the `http` crate has it.
    pub const fn get(self) -> StatusCode {
        self.0
    }

    /// The number.
    pub const fn as_u16(self) -> u16 {
        self.0.as_u16()
    }
}

impl Deref for HttpStatus {
    type Target = StatusCode;

    fn deref(&self) -> &StatusCode {
        &self.0
    }
}

impl From<StatusCode> for HttpStatus {
    fn from(status: StatusCode) -> Self {
        Self(status)
    }
}

impl From<HttpStatus> for StatusCode {
    fn from(status: HttpStatus) -> Self {
        status.0
    }
}

impl From<HttpStatus> for u16 {
    fn from(status: HttpStatus) -> Self {
        status.as_u16()
    }
}

impl PartialEq<StatusCode> for HttpStatus {
    fn eq(&self, other: &StatusCode) -> bool {
        self.0 == *other
    }
}

impl PartialEq<HttpStatus> for StatusCode {
    fn eq(&self, other: &HttpStatus) -> bool {
        *self == other.0
    }
}

impl PartialEq<u16> for HttpStatus {
    fn eq(&self, other: &u16) -> bool {
        self.as_u16() == *other
    }
}

impl PartialEq<HttpStatus> for u16 {
    fn eq(&self, other: &HttpStatus) -> bool {
        *self == other.as_u16()
    }
}

impl fmt::Display for HttpStatus {
    /// Writes the number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_u16(), f)
    }
}

impl fmt::Debug for HttpStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
