//! System properties, appended to a draft in the service's form and order.

use std::io::Write;

use bytes::Bytes;

use super::Draft;

/// Room for the system properties of an item: their fixed text is 201 bytes with a ten-digit
/// `_ts`.
pub(super) const RESERVE_BYTES: usize = 216;

/// The values of an item's system properties.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp<'a> {
    /// Resource id of the item.
    pub(crate) rid: &'a str,
    /// `_self` of the container, with its trailing slash.
    pub(crate) container_self: &'a str,
    /// The etag without quotes.
    pub(crate) tag: &'a str,
    /// Seconds since 1970.
    pub(crate) ts: u64,
}

impl Draft {
    /// The stored text: the user's properties, then the system's.
    pub(crate) fn stamp(mut self, stamp: &Stamp<'_>) -> Bytes {
        self.text.pop();
        let Stamp {
            rid,
            container_self,
            tag,
            ts,
        } = stamp;
        write!(
            self.text,
            ",\"_rid\":\"{rid}\",\"_self\":\"{container_self}docs/{rid}/\",\
             \"_etag\":\"\\\"{tag}\\\"\",\"_attachments\":\"attachments/\",\"_ts\":{ts}}}"
        )
        .expect("writing to a vector cannot fail");
        self.text.shrink_to_fit();
        Bytes::from(self.text)
    }
}

/// The user's part of a stored text.
///
/// The system's part begins at the last place where its first property can begin, because none of
/// the values behind that holds such a text.
pub(crate) fn unstamped(stored: &[u8]) -> Vec<u8> {
    const BEGIN: &[u8] = b",\"_rid\":\"";
    let at = stored
        .windows(BEGIN.len())
        .rposition(|window| window == BEGIN);
    let mut text = stored.to_vec();
    if let Some(at) = at {
        text.truncate(at);
        text.push(b'}');
    }
    text
}
