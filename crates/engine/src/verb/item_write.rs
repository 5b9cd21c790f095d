//! Storing items: everything between the decision to write and the answer.
//!
//! Operations stage versions, and see those staged before them; nothing is in the log until
//! [`ItemWrite::commit`], which gives all of them one LSN. Dropping the write undoes it.

use std::sync::Arc;

use bytes::Bytes;
use cosmokit_protocol::{
    resource::TimeToLive, session::Lsn, status::StatusCode, wire::charge::RequestCharge,
};

use super::{
    answer::item_facts,
    item_target::is_visible,
    item_version::{Identity, VersionMaker},
    sweep::sweep_some,
};
use crate::{
    account::{Call, Place},
    document::{Draft, ItemTtl},
    metadata::container::Container,
    partition::{
        appender::Appender,
        item_key::{ItemName, KeyProbe},
        items::{Items, Slot},
        log::LogIndex,
        standpoint::Standpoint,
        unique::UniqueEntry,
        version::{Change, Version},
    },
    precondition::{WriteVerdict, on_write},
    refuse,
    request::{ContentResponse, Precondition},
    response::{Facts, Failure, Response},
    throughput::charge::{Work, Written},
};

/// A write to one logical partition: while it lives, nobody else writes to the physical one.
pub(super) struct ItemWrite<'a> {
    make: VersionMaker<'a>,
    place: &'a Place,
    appender: Appender<'a>,
    /// What was staged, in order.
    pending: Vec<Arc<Version>>,
}

/// What stands where a write wants to go.
#[derive(Debug)]
pub(super) enum Present {
    /// Nothing.
    Nothing,
    /// An item that has expired: as good as nothing, but in the log.
    Expired(Arc<Version>),
    /// An item.
    Live(Arc<Version>),
}

/// What an operation came to, once what it staged is committed.
#[derive(Debug)]
pub(super) struct Done {
    /// Its status.
    pub(super) status: StatusCode,
    /// The item after it; none after a delete.
    pub(super) version: Option<Arc<Version>>,
    /// What it costs.
    pub(super) work: Work,
}

impl<'a> ItemWrite<'a> {
    /// Begins a write at a place. A few items of the partition that have expired are deleted on
    /// the way.
    ///
    /// # Errors
    /// 403/3, 410/1007, 410/1002 and 429/3096; see [`Call::appender`].
    pub(super) fn begin(call: &'a Call<'a>, place: &'a Place) -> Result<Self, Failure> {
        let make = VersionMaker {
            call,
            container: &place.container,
            now: call.now(),
        };
        let mut appender = call.appender(&place.container, &place.partition, make.now)?;
        sweep_some(&make, &mut appender);
        Ok(Self {
            make,
            place,
            appender,
            pending: Vec::new(),
        })
    }

    /// What `find` finds; not for writes that have staged something.
    pub(super) fn present(&self, find: impl FnOnce(&Items) -> Option<&Slot>) -> Present {
        let slot = self
            .appender
            .at_head(|state| find(state.items()).map(|slot| Arc::clone(&slot.version)));
        self.judged(slot)
    }

    /// The item of this id, as it stands after what was staged.
    pub(super) fn present_id(&self, id: &str) -> Present {
        let staged = self.pending.iter().rev();
        match staged.into_iter().find(|version| version.name.id() == id) {
            Some(version) if version.change.removes() => Present::Nothing,
            Some(version) => Present::Live(Arc::clone(version)),
            None => self.present(|items| items.get(&KeyProbe::new(&self.place.point, id))),
        }
    }

    /// The id of the item with this number, also of one that was staged.
    pub(super) fn id_of(&self, ordinal: u64) -> Option<String> {
        let of_key = |version: &&Arc<Version>| version.name.point() == self.place.point.as_bytes();
        let mut staged = self.pending.iter();
        if let Some(version) = staged.find(|version| version.ordinal == ordinal) {
            return Some(version.name.id().to_owned());
        }
        self.appender.at_head(|state| {
            let version = state.items().by_ordinal(ordinal);
            version
                .filter(of_key)
                .map(|found| found.name.id().to_owned())
        })
    }

    /// How many versions were staged.
    pub(super) fn staged(&self) -> usize {
        self.pending.len()
    }

    /// The items of the logical partition as they stand after what was staged, in the order of
    /// creation. Takes time in proportion to the logical partition.
    pub(super) fn items_of_key(&self) -> Vec<Arc<Version>> {
        let point = &self.place.point;
        let mut items: Vec<Arc<Version>> = self.appender.at_head(|state| {
            let slots = state.items().of_point(point);
            slots.map(|slot| Arc::clone(&slot.version)).collect()
        });
        let container = &self.place.container;
        items.retain(|version| is_visible(container, version, self.make.now));
        for staged in &self.pending {
            items.retain(|version| version.name != staged.name);
            if !staged.change.removes() {
                items.push(Arc::clone(staged));
            }
        }
        items.sort_by_key(|version| version.ordinal);
        items
    }

    fn judged(&self, version: Option<Arc<Version>>) -> Present {
        match version {
            None => Present::Nothing,
            Some(version) if is_visible(&self.place.container, &version, self.make.now) => {
                Present::Live(version)
            }
            Some(version) => Present::Expired(version),
        }
    }

    /// Stages a document where there is no item, or only an expired one.
    ///
    /// # Errors
    /// 409 when another item holds a unique key.
    pub(super) fn create(
        &mut self,
        draft: Draft,
        expired: Option<&Version>,
    ) -> Result<Arc<Version>, Failure> {
        if let Some(expired) = expired {
            self.pending
                .push(self.make.removed(expired, Change::Expire));
        }
        let item = Identity {
            name: ItemName::new(self.place.point.as_bytes(), draft.id()),
            ordinal: self.place.container.live.next_ordinal(),
            change: Change::Create,
        };
        self.store(draft, item)
    }

    /// Stages a document over an item.
    ///
    /// # Errors
    /// 409 when another item holds a unique key.
    pub(super) fn replace(
        &mut self,
        draft: Draft,
        over: &Version,
    ) -> Result<Arc<Version>, Failure> {
        let item = Identity {
            name: over.name.clone(),
            ordinal: over.ordinal,
            change: Change::Replace,
        };
        self.store(draft, item)
    }

    /// Stages the deletion of an item.
    pub(super) fn delete(&mut self, version: &Version) {
        self.pending
            .push(self.make.removed(version, Change::Delete));
    }

    fn store(&mut self, draft: Draft, item: Identity) -> Result<Arc<Version>, Failure> {
        let version = self.make.stored(draft, item)?;
        for entry in version.unique.iter() {
            match self.holder(entry) {
                Present::Live(holder) if holder.name != version.name => {
                    return Err(self.refused(refuse::unique_key_taken()));
                }
                Present::Expired(holder) if holder.name != version.name => {
                    self.pending
                        .push(self.make.removed(&holder, Change::Expire));
                }
                _ => {}
            }
        }
        self.pending.push(Arc::clone(&version));
        Ok(version)
    }

    /// The item that holds an entry of a unique key, after what was staged.
    fn holder(&self, entry: &UniqueEntry) -> Present {
        let is_latest = |at: usize, version: &Version| {
            let later = self.pending.iter().skip(at + 1);
            later.into_iter().all(|other| other.name != version.name)
        };
        let staged = self.pending.iter().enumerate();
        let mut staged = staged.filter(|(at, version)| is_latest(*at, version));
        if let Some((_, version)) = staged.find(|(_, version)| version.unique.contains(entry)) {
            return Present::Live(Arc::clone(version));
        }
        let stored = self.appender.at_head(|state| {
            let name = state.items().unique().holder(entry)?;
            let slot = state.items().get(&KeyProbe::of(name))?;
            Some(Arc::clone(&slot.version))
        });
        let untouched = |version: &Arc<Version>| {
            let mut staged = self.pending.iter();
            staged.all(|other| other.name != version.name)
        };
        self.judged(stored.filter(untouched))
    }

    /// 412 when the condition fails on the present version.
    ///
    /// # Errors
    /// 412, with the partition's facts.
    pub(super) fn check(&self, condition: &Precondition, version: &Version) -> Result<(), Failure> {
        if *condition == Precondition::default() {
            return Ok(());
        }
        match on_write(condition, version.tag.etag().as_str()) {
            WriteVerdict::Proceed => Ok(()),
            WriteVerdict::Failed => Err(self.refused(refuse::precondition_failed())),
        }
    }

    /// A refusal with the facts of the partition as it stands. It tells of what is there, so it
    /// waits like a write.
    pub(super) fn refused(&self, failure: Failure) -> Failure {
        self.refused_at(failure, self.charge(Work::RefusedWrite))
    }

    /// A refusal for which this is to be paid.
    pub(super) fn refused_at(&self, failure: Failure, charge: RequestCharge) -> Failure {
        let standpoint = self.appender.standpoint();
        let partition = &self.place.partition;
        self.make.call.acknowledge(partition, &standpoint);
        failure.with_facts(item_facts(self.place, &standpoint, None, charge))
    }

    /// The request that writes.
    pub(super) fn call(&self) -> &'a Call<'a> {
        self.make.call
    }

    /// The container that is written to.
    pub(super) fn container(&self) -> &'a Container {
        &self.place.container
    }

    /// What a write of, or over, this version pays for.
    pub(super) fn written(&self, version: &Version) -> Written {
        self.make.written(version)
    }

    /// What work costs here.
    pub(super) fn charge(&self, work: Work) -> RequestCharge {
        self.make.call.write_charge(work)
    }

    /// Puts everything that was staged into the log, under one LSN; without anything staged the
    /// log stays as it is.
    ///
    /// # Errors
    /// 500 when the log is full, 413 when more expired items than one LSN can take stand in the
    /// way of a batch; nothing is written then.
    pub(super) fn commit(self) -> Result<Committed<'a>, Failure> {
        if self.pending.len() > LogIndex::MAX_CHANGES {
            return Err(self.refused(refuse::too_many_changes()));
        }
        let at = if self.pending.is_empty() {
            self.appender.standpoint()
        } else {
            let retention = self.place.container.rules.retention(self.make.now);
            let appended = self.appender.append(self.pending, retention);
            drop(self.appender);
            let at = appended.map_err(|_| refuse::log_full())?;
            self.make.call.state.relieve(self.place, at.usage);
            at
        };
        self.make.call.acknowledge(&self.place.partition, &at);
        Ok(Committed {
            call: self.make.call,
            place: self.place,
            at,
        })
    }

    /// Commits, and answers a request that was this one operation.
    ///
    /// # Errors
    /// 500 when the log is full.
    pub(super) fn answer(self, done: Done) -> Result<Response, Failure> {
        let committed = self.commit()?;
        let charge = committed.call.write_charge(done.work);
        Ok(committed.answer(done, charge))
    }
}

/// A write that is in the log.
pub(super) struct Committed<'a> {
    call: &'a Call<'a>,
    place: &'a Place,
    at: Standpoint,
}

impl Committed<'_> {
    /// Facts of an answer about what was written.
    pub(super) fn facts(&self, item_lsn: Option<Lsn>, charge: RequestCharge) -> Facts {
        item_facts(self.place, &self.at, item_lsn, charge)
    }

    fn answer(&self, done: Done, charge: RequestCharge) -> Response {
        let mut facts = self.facts(Some(self.at.lsn), charge);
        let mut body = Bytes::new();
        if let Some(version) = done.version {
            facts.etag = Some(version.tag.etag());
            if self.call.options.content == ContentResponse::Full {
                body = version.body.clone();
            }
        }
        Response {
            status: done.status,
            body,
            facts,
        }
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
