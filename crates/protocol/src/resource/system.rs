//! The properties that the service puts on every resource.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use crate::id::Etag;

/// `_rid`, `_self`, `_etag` and `_ts`.
///
/// All of them are written when present: a server answers with them, and a server that receives them in a
/// request body ignores them, so a client may send back what it read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SystemProperties {
    /// Resource id.
    #[serde(rename = "_rid", default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// Path of resource ids with a slash at the end, such as `dbs/AAAAAA==/colls/AAAAAIAAAAE=/`.
    #[serde(rename = "_self", default, skip_serializing_if = "Option::is_none")]
    pub self_link: Option<String>,
    /// Changes with each write.
    #[serde(rename = "_etag", default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<Etag>,
    /// Time of the last write.
    #[serde(rename = "_ts", default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Timestamp>,
}

impl SystemProperties {
    /// Names of the properties that the service puts on an item or its change feed entry, and that no client sets.
    pub const ITEM_NAMES: [&'static str; 6] =
        ["_rid", "_self", "_etag", "_attachments", "_ts", "_lsn"];

    /// The properties of a resource that was just written.
    pub fn new(
        resource_id: impl Into<String>,
        self_link: impl Into<String>,
        etag: Etag,
        last_modified: Timestamp,
    ) -> Self {
        Self {
            resource_id: Some(resource_id.into()),
            self_link: Some(self_link.into()),
            etag: Some(etag),
            last_modified: Some(last_modified),
        }
    }
}
