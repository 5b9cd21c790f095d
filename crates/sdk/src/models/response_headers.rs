//! Response headers in the vocabulary of `azure_core`.
//!
//! The headers are those of `cosmokit-protocol`, reached by `Deref`. This type exists for one accessor: programs
//! written for the Azure crates hold an etag as `azure_core::http::Etag` and take it from `headers().etag()`, which
//! must give a reference, so its value needs a place to live. It is made on first use and costs nothing otherwise.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use azure_core::http::Etag;
use cosmokit_protocol::wire::header::ResponseHeaders as WireHeaders;

/// Everything a response said in its headers. All accessors but [`etag`](Self::etag) are those of the
/// [type it derefs to](WireHeaders), among them the raw map.
#[derive(Clone, Default)]
pub struct ResponseHeaders {
    wire: WireHeaders,
    etag: OnceLock<Option<Etag>>,
}

impl ResponseHeaders {
    /// The etag of the resource, for [`Precondition::if_match`](crate::options::Precondition::if_match).
    pub fn etag(&self) -> Option<&Etag> {
        self.etag
            .get_or_init(|| self.wire.etag().map(|etag| Etag::from(etag.as_str())))
            .as_ref()
    }
}

impl Deref for ResponseHeaders {
    type Target = WireHeaders;

    fn deref(&self) -> &WireHeaders {
        &self.wire
    }
}

impl From<WireHeaders> for ResponseHeaders {
    fn from(wire: WireHeaders) -> Self {
        Self {
            wire,
            etag: OnceLock::new(),
        }
    }
}

impl fmt::Debug for ResponseHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wire.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmokit_protocol::wire::header;

    #[test]
    fn the_etag_is_that_of_azure_core_and_the_rest_is_that_of_the_wire() {
        let mut map = http::HeaderMap::new();
        map.insert(header::ETAG, "\"e1\"".parse().unwrap());
        map.insert(header::ITEM_COUNT, "3".parse().unwrap());
        let headers = ResponseHeaders::from(WireHeaders::from(map));
        let etag: Etag = headers.etag().unwrap().clone();
        assert_eq!(etag.as_ref(), "\"e1\"");
        assert_eq!(headers.item_count(), Some(3));
        assert_eq!(headers.as_map().len(), 2);
    }

    #[test]
    fn no_header_no_etag() {
        assert_eq!(ResponseHeaders::default().etag(), None);
    }
}
