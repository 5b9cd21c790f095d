//! The two texts that every request needs of its resource: the path it is sent to (percent-encoded) and
//! the link that is signed (raw names, or the lower-cased rid). Built once, cloned without copying.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::PathAndQuery;

use super::database::check_id;
use crate::error::Result;

/// Where a resource or feed is, and what is signed for it.
#[derive(Clone, Debug)]
pub(crate) struct ResourceAddress {
    pub(crate) path: PathAndQuery,
    pub(crate) link: SigningLink,
}

/// The resource link of the string to sign.
#[derive(Clone, Debug)]
pub(crate) enum SigningLink {
    /// The path without its leading slash: an item path whose names need no escape.
    Path,
    /// A text of its own.
    Text(Arc<str>),
}

impl ResourceAddress {
    /// The link to sign.
    pub(crate) fn link(&self) -> &str {
        match &self.link {
            SigningLink::Path => self.path.path().trim_start_matches('/'),
            SigningLink::Text(text) => text,
        }
    }

    /// A path that contains only encoded segments and slashes.
    pub(crate) fn from_encoded(path: String, link: SigningLink) -> Self {
        Self {
            path: encoded_path(path),
            link,
        }
    }

    /// The address of a fixed path, with nothing to sign: the account and its top feeds.
    pub(crate) fn fixed(path: &'static str) -> Self {
        Self {
            path: PathAndQuery::from_static(path),
            link: SigningLink::Text(Arc::from("")),
        }
    }

    /// The address of an offer, which is only ever addressed by rid, and whether the rid can be sent.
    pub(crate) fn offer(rid: &str) -> (Self, Result<()>) {
        let mut path = String::with_capacity(8 + rid.len());
        path.push_str("/offers/");
        push_rid(&mut path, rid);
        let link = SigningLink::Text(Arc::from(rid.to_ascii_lowercase()));
        (
            Self::from_encoded(path, link),
            check_id("offer", rid, refuse_id(rid)),
        )
    }

    /// The feed `segment` below this resource; the link signed for a feed is its parent's.
    pub(crate) fn feed(&self, segment: &str) -> Self {
        let link: Arc<str> = match &self.link {
            SigningLink::Path => Arc::from(self.link()),
            SigningLink::Text(text) => Arc::clone(text),
        };
        Self::from_encoded(
            format!("{}/{segment}", self.path.path()),
            SigningLink::Text(link),
        )
    }
}

fn encoded_path(path: String) -> PathAndQuery {
    PathAndQuery::from_maybe_shared(Bytes::from(path))
        .expect("segments are percent-encoded, so the path has only URI characters")
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Appends a rid as a path segment: base64 with `-` for `/`, so only `+` and `=` stand out, and both are
/// legal in a path.
pub(crate) fn push_rid(path: &mut String, rid: &str) {
    for byte in rid.bytes() {
        if is_unreserved(byte) || byte == b'=' || byte == b'+' {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

/// Why an id cannot be part of an address.
pub(crate) fn refuse_id(id: &str) -> Option<&'static str> {
    match id {
        "" => Some("it is empty"),
        id if id.len() > MAX_ID_BYTES => Some("it is longer than 1023 bytes"),
        id if id.contains(['/', '\\']) => Some("it contains a slash or backslash"),
        _ => None,
    }
}

/// Bytes that an id may have (protocol: item ids 1 to 1023 bytes of UTF-8).
const MAX_ID_BYTES: usize = 1023;
