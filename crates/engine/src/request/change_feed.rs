//! Inputs of the change feed.

use cosmokit_protocol::{id::Etag, op::ChangeFeedMode};

use super::{ContainerAddress, FeedScope};
use crate::clock::Timestamp;

/// Read what changed in a container: 200 with a page of changes, or 304 when there is nothing new.
/// Both carry an etag, the position to go on from.
#[derive(Clone, Debug)]
pub struct ReadChangeFeed {
    /// Which container.
    pub container: ContainerAddress,
    /// Which part of it; at most 64 partitions at a time.
    pub scope: FeedScope,
    /// The latest version of each item, or every version and delete.
    pub mode: ChangeFeedMode,
    /// `If-None-Match`: absent for the beginning, `*` for now, or the etag of the page before.
    pub if_none_match: Option<Etag>,
    /// `If-Modified-Since`: only changes at or after this second.
    pub if_modified_since: Option<Timestamp>,
    /// `x-ms-max-item-count`; `None`, zero and negative values leave the size to the engine.
    pub max_item_count: Option<i64>,
    /// How a change is written. Every version and delete always comes in envelopes.
    pub format: ChangeFeedFormat,
}

/// How a change is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangeFeedFormat {
    /// The document with `_lsn`.
    #[default]
    Documents,
    /// `{"current": …, "metadata": …}`, as the wire format header asks for.
    Envelopes,
}
