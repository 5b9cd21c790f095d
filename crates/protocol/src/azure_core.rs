//! The vocabulary of the `azure_core` crate, for programs that speak it: conversions and comparisons only, each of
//! them an addition. Behind the feature `azure_core`; nothing in this crate needs it.

use azure_core::http::{Etag as CoreEtag, StatusCode as CoreStatus};
use http::StatusCode;

use crate::id::Etag;
use crate::status::{CosmosStatus, HttpStatus};
use crate::wire::signing::Secret;

impl From<CoreEtag> for Etag {
    fn from(etag: CoreEtag) -> Self {
        Self::from(etag.as_ref())
    }
}

impl From<&CoreEtag> for Etag {
    fn from(etag: &CoreEtag) -> Self {
        Self::from(etag.as_ref())
    }
}

impl From<Etag> for CoreEtag {
    fn from(etag: Etag) -> Self {
        Self::from(etag.as_str())
    }
}

impl From<&Etag> for CoreEtag {
    fn from(etag: &Etag) -> Self {
        Self::from(etag.as_str())
    }
}

impl PartialEq<CoreEtag> for Etag {
    fn eq(&self, other: &CoreEtag) -> bool {
        self.as_str() == other.as_ref()
    }
}

impl PartialEq<Etag> for CoreEtag {
    fn eq(&self, other: &Etag) -> bool {
        self.as_ref() == other.as_str()
    }
}

impl From<azure_core::credentials::Secret> for Secret {
    fn from(secret: azure_core::credentials::Secret) -> Self {
        Self::new(secret.secret())
    }
}

impl PartialEq<CoreStatus> for HttpStatus {
    fn eq(&self, other: &CoreStatus) -> bool {
        self.as_u16() == u16::from(*other)
    }
}

impl PartialEq<HttpStatus> for CoreStatus {
    fn eq(&self, other: &HttpStatus) -> bool {
        u16::from(*self) == other.as_u16()
    }
}

impl From<HttpStatus> for CoreStatus {
    fn from(status: HttpStatus) -> Self {
        Self::from(status.as_u16())
    }
}

impl PartialEq<CoreStatus> for CosmosStatus {
    /// Compares the HTTP status alone.
    fn eq(&self, other: &CoreStatus) -> bool {
        self.status_code() == *other
    }
}

impl PartialEq<CosmosStatus> for CoreStatus {
    /// Compares the HTTP status alone.
    fn eq(&self, other: &CosmosStatus) -> bool {
        *self == other.status_code()
    }
}

impl From<CoreStatus> for CosmosStatus {
    /// A number that HTTP does not allow (below 100, above 999) becomes 500.
    fn from(status: CoreStatus) -> Self {
        let status =
            StatusCode::from_u16(status.into()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_compare_and_convert_in_both_directions() {
        let status = CosmosStatus::new(StatusCode::NOT_FOUND).with_sub_status(1002);
        assert_eq!(status.status_code(), CoreStatus::NotFound);
        assert_eq!(CoreStatus::NotFound, status.status_code());
        assert_ne!(status.status_code(), CoreStatus::Ok);
        assert_eq!(status, CoreStatus::NotFound);
        assert_eq!(CoreStatus::from(status.status_code()), CoreStatus::NotFound);
        assert_eq!(CosmosStatus::from(CoreStatus::TooManyRequests), 429);
        assert_eq!(CosmosStatus::from(CoreStatus::from(0)), 500);
    }

    #[test]
    fn etags_compare_and_convert_in_both_directions() {
        let own = Etag::quoted("e1");
        let core = CoreEtag::from(&own);
        assert_eq!(core.as_ref(), "\"e1\"");
        assert_eq!(own, core);
        assert_eq!(core, own);
        assert_eq!(Etag::from(core), own);
    }
}
