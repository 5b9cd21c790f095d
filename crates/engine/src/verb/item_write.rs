//! Storing items: everything between the decision to write and the answer.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{id::Rid, resource::TimeToLive, status::StatusCode};

use super::{
    answer::{Standpoint, item_facts, with_item},
    item_target::is_visible,
};
use crate::{
    account::{Call, Place},
    clock::Timestamp,
    document::{Draft, ItemTtl, Stamp},
    metadata::container::{Container, Indexing},
    partition::{
        item_key::ItemName,
        items::{Items, Slot},
        replica_set::{Appended, Appender, ReplicaId},
        version::{Change, Version},
    },
    precondition::{WriteVerdict, on_write},
    refuse,
    request::{ContentResponse, Precondition},
    response::{Facts, Failure, Response},
    throughput::charge::{Work, Written},
};

/// A write to a partition: while it lives, nobody else writes there.
pub(super) struct ItemWrite<'a> {
    call: &'a Call<'a>,
    place: &'a Place,
    appender: Appender<'a>,
    now: Timestamp,
}

/// What stands where a write wants to go.
#[derive(Debug)]
pub(super) enum Present {
    /// Nothing.
    Nothing,
    /// An item that has expired: as good as nothing, but in the log.
    Expired(Slot),
    /// An item.
    Live(Slot),
}

/// A version that was appended.
#[derive(Debug)]
pub(super) struct Stored {
    version: Arc<Version>,
    at: Appended,
}

impl<'a> ItemWrite<'a> {
    /// Begins a write at a place.
    pub(super) fn begin(call: &'a Call<'a>, place: &'a Place) -> Self {
        let appender = place.replicas.appender();
        Self {
            call,
            place,
            appender,
            now: call.now(),
        }
    }

    /// What `find` finds.
    pub(super) fn present(&self, find: impl FnOnce(&Items) -> Option<&Slot>) -> Present {
        let slot = self.appender.at_head(|state| find(state.items()).cloned());
        match slot {
            None => Present::Nothing,
            Some(slot) if is_visible(&self.place.container, &slot.version, self.now) => {
                Present::Live(slot)
            }
            Some(slot) => Present::Expired(slot),
        }
    }

    /// Stores a document where there is no item, or only an expired one.
    ///
    /// # Errors
    /// 500 when the log is full.
    pub(super) fn create(&self, draft: Draft, expired: Option<&Slot>) -> Result<Stored, Failure> {
        let name = ItemName::new(self.place.point.as_bytes(), draft.id());
        let ordinal = self.place.container.live.next_ordinal();
        let version = self.version(draft, name, ordinal, Change::Create)?;
        let gone = expired.map(|slot| Arc::new(self.tombstone(&slot.version)));
        self.append(gone, version)
    }

    /// Stores a document over an item.
    ///
    /// # Errors
    /// 500 when the log is full.
    pub(super) fn replace(&self, draft: Draft, over: &Slot) -> Result<Stored, Failure> {
        let Version { name, ordinal, .. } = &*over.version;
        let version = self.version(draft, name.clone(), *ordinal, Change::Replace)?;
        self.append(None, version)
    }

    /// Deletes an item.
    ///
    /// # Errors
    /// 500 when the log is full.
    pub(super) fn delete(&self, slot: &Slot) -> Result<Stored, Failure> {
        self.append(None, self.tombstone(&slot.version))
    }

    fn append(&self, before: Option<Arc<Version>>, version: Version) -> Result<Stored, Failure> {
        let version = Arc::new(version);
        let changes = before.into_iter().chain([Arc::clone(&version)]);
        let retention = self.place.container.rules.retention(self.now);
        let at = self
            .appender
            .append(changes, retention)
            .map_err(|_| refuse::log_full())?;
        Ok(Stored { version, at })
    }

    fn version(
        &self,
        draft: Draft,
        name: ItemName,
        ordinal: u64,
        change: Change,
    ) -> Result<Version, Failure> {
        let container = &self.place.container;
        let rid = Rid::document(container.rid, ordinal).map_err(|_| refuse::log_full())?;
        let tag = self.call.state.next_tag(self.call.region.id, self.now);
        let leaves = u32::try_from(draft.leaves()).unwrap_or(u32::MAX);
        let ttl = draft.ttl();
        let body = draft.stamp(&Stamp {
            rid: &rid.to_string(),
            container_self: &container.self_link,
            tag: &tag.to_string(),
            ts: self.now.secs(),
        });
        Ok(Version {
            name,
            ordinal,
            change,
            tag,
            at: self.now,
            ttl,
            leaves,
            body,
        })
    }

    fn tombstone(&self, of: &Version) -> Version {
        Version {
            name: of.name.clone(),
            ordinal: of.ordinal,
            change: Change::Delete,
            tag: self.call.state.next_tag(self.call.region.id, self.now),
            at: self.now,
            ttl: ItemTtl::Absent,
            leaves: 0,
            body: Bytes::new(),
        }
    }

    /// 412 when the condition fails on the present version.
    ///
    /// # Errors
    /// 412, with the partition's facts.
    pub(super) fn check(&self, condition: &Precondition, slot: &Slot) -> Result<(), Failure> {
        if *condition == Precondition::default() {
            return Ok(());
        }
        match on_write(condition, slot.version.tag.etag().as_str()) {
            WriteVerdict::Proceed => Ok(()),
            WriteVerdict::Failed => Err(self.refused(refuse::precondition_failed())),
        }
    }

    /// A refusal with the facts of the partition as it stands.
    pub(super) fn refused(&self, failure: Failure) -> Failure {
        let standpoint = self
            .appender
            .at_head(|state| Standpoint::of(ReplicaId::LEADER, state));
        let charge = self.call.write_charge(Work::RefusedWrite);
        failure.with_facts(item_facts(self.place, standpoint, None, charge))
    }

    /// The answer after a document was stored.
    pub(super) fn answer(
        &self,
        status: StatusCode,
        stored: &Stored,
        work: fn(Written) -> Work,
    ) -> Response {
        let body = match self.call.options.content {
            ContentResponse::Full => stored.version.body.clone(),
            ContentResponse::Minimal => Bytes::new(),
        };
        let facts = self.facts(
            stored,
            work(written(&self.place.container, &stored.version)),
        );
        with_item(status, &stored.version, body, facts)
    }

    /// The answer after an item was deleted.
    pub(super) fn answer_deleted(&self, stored: &Stored, removed: &Slot) -> Response {
        let facts = self.facts(
            stored,
            Work::Insert(written(&self.place.container, &removed.version)),
        );
        Response {
            status: StatusCode::NO_CONTENT,
            body: Bytes::new(),
            facts,
        }
    }

    fn facts(&self, stored: &Stored, work: Work) -> Facts {
        let Appended { lsn, usage } = stored.at;
        item_facts(
            self.place,
            Standpoint::leader(lsn, usage),
            Some(lsn),
            self.call.write_charge(work),
        )
    }
}

fn written(container: &Container, version: &Version) -> Written {
    let indexed_values = match container.rules.indexing {
        Indexing::On => version.leaves,
        Indexing::Off => 0,
    };
    Written {
        bytes: version.body.len(),
        indexed_values,
    }
}

/// Refuses a document whose `ttl` is no time to live, where expiry is on.
///
/// # Errors
/// 400.
pub(super) fn check_ttl(container: &Container, draft: &Draft) -> Result<(), Failure> {
    if container.rules.ttl != TimeToLive::Forever && draft.ttl() == ItemTtl::Invalid {
        return Err(refuse::bad_request(
            "the 'ttl' of the document must be -1 or a whole number of seconds from 1 to 2147483647",
        ));
    }
    Ok(())
}
