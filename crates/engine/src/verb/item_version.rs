//! Making versions: a document with its system properties, or the mark of its end.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::id::Rid;

use crate::{
    account::Call,
    clock::Timestamp,
    document::{Draft, ItemTtl, Stamp},
    metadata::container::{Container, Indexing},
    partition::{
        item_key::ItemName,
        unique::UniqueEntries,
        version::{Change, Version},
    },
    refuse,
    response::Failure,
    throughput::charge::Written,
};

/// Makes the versions of one write.
#[derive(Clone, Copy, Debug)]
pub(super) struct VersionMaker<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) container: &'a Container,
    pub(super) now: Timestamp,
}

/// Which item a version is of, and what the write did to it.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) name: ItemName,
    pub(super) ordinal: u64,
    pub(super) change: Change,
}

impl VersionMaker<'_> {
    /// The version that stores a document.
    ///
    /// # Errors
    /// 500 when the container has given out all its resource ids.
    pub(super) fn stored(&self, draft: Draft, item: Identity) -> Result<Arc<Version>, Failure> {
        let container = self.container;
        let rid = Rid::document(container.rid, item.ordinal).map_err(|_| refuse::log_full())?;
        let tag = self.call.state.next_tag(self.call.region.id, self.now);
        let leaves = u32::try_from(draft.leaves()).unwrap_or(u32::MAX);
        let ttl = draft.ttl();
        let unique = container
            .rules
            .unique_keys
            .entries(&item.name, draft.text());
        let body = draft.stamp(&Stamp {
            rid: &rid.to_string(),
            container_self: &container.self_link,
            tag: &tag.to_string(),
            ts: self.now.secs(),
        });
        Ok(Arc::new(Version {
            name: item.name,
            ordinal: item.ordinal,
            change: item.change,
            tag,
            origin: None,
            at: self.now,
            ttl,
            leaves,
            unique,
            body,
        }))
    }

    /// The version that ends an item: `change` is a delete or an expiry.
    pub(super) fn removed(&self, of: &Version, change: Change) -> Arc<Version> {
        debug_assert!(change.removes(), "this is for ends");
        Arc::new(Version {
            name: of.name.clone(),
            ordinal: of.ordinal,
            change,
            tag: self.call.state.next_tag(self.call.region.id, self.now),
            origin: None,
            at: self.now,
            ttl: ItemTtl::Absent,
            leaves: 0,
            unique: UniqueEntries::NONE,
            body: Bytes::new(),
        })
    }

    /// What a write of, or over, this version pays for.
    pub(super) fn written(&self, version: &Version) -> Written {
        let indexed_values = match self.container.rules.indexing {
            Indexing::On => version.leaves,
            Indexing::Off => 0,
        };
        Written {
            bytes: version.body.len(),
            indexed_values,
        }
    }
}
