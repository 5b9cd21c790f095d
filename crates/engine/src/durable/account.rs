//! Opening a data directory, and what a request leaves behind for the journal.

use std::{cell::RefCell, path::Path, sync::Arc};

use cosmokit_protocol::id::Rid;

use super::{
    committer::Durable,
    content,
    disk::Disk,
    ledger::{Ledger, Living},
    outcome::Ticket,
    recover::recover,
    store::{Store, StoreError},
};
use crate::{account::Topology, metadata::catalog::Catalog, partition::partition::Partition};

/// A store and what it holds, before an account lives on it.
#[derive(Debug)]
pub(crate) struct Opened {
    store: Arc<dyn Store>,
    ledger: Ledger,
    is_new: bool,
}

impl Opened {
    /// Opens the data directory of an account; makes it when there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn directory(directory: &Path) -> Result<Self, StoreError> {
        Self::on(Arc::new(Disk::open(directory)?))
    }

    /// What a store holds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn on(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let recovered = recover(&store)?;
        Ok(Self {
            is_new: recovered.is_none(),
            ledger: recovered.unwrap_or_else(Ledger::empty),
            store,
        })
    }

    /// The topology that was kept, if the store is not new.
    pub(crate) fn topology(&self) -> Option<Topology> {
        (!self.is_new).then(|| Topology::clone(&self.ledger.frame.topology))
    }

    /// The catalog that was kept.
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.ledger.frame.catalog)
    }

    /// The number of the first write.
    pub(crate) fn writes(&self) -> u64 {
        self.ledger.frame.counters.writes
    }

    /// How often the account was opened before.
    pub(crate) fn times_opened(&self) -> u64 {
        self.ledger.frame.counters.opened
    }

    /// Notes the opening in the store, and begins to commit what happens from now on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn start(mut self, living: Living) -> Result<Durable, StoreError> {
        self.ledger.logs.follow(Arc::clone(&living.topology));
        self.ledger.frame.counters.opened += 1;
        let draft = self
            .ledger
            .draft(&living, &std::collections::BTreeSet::new());
        self.store.commit(draft.batch())?;
        self.ledger.accept(draft);
        Durable::start(self.store, living, self.ledger)
    }
}

/// The partitions that a request has looked at or written to, and the one that it could not look
/// at yet; nothing is noted in memory.
#[derive(Debug)]
pub(crate) struct Looked<'a> {
    durable: Option<&'a Durable>,
    partitions: RefCell<Vec<(Rid, Arc<Partition>)>>,
    missing: RefCell<Option<Ticket>>,
}

/// The content of a partition is still on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OnDisk;

impl<'a> Looked<'a> {
    /// Nothing yet.
    pub(crate) fn at_nothing(durable: Option<&'a Durable>) -> Self {
        Self {
            durable,
            partitions: RefCell::default(),
            missing: RefCell::default(),
        }
    }

    /// Has the content of a partition in memory: reads it, or, where the request can wait, begins
    /// to have it read.
    ///
    /// # Errors
    /// [`OnDisk`] when it is being read: the request is to be given up, and run again once
    /// [`missing`](Self::missing) is there.
    pub(crate) fn require(
        &self,
        container: Rid,
        partition: &Arc<Partition>,
    ) -> Result<Result<(), StoreError>, OnDisk> {
        if partition.replicas.is_present() {
            return Ok(Ok(()));
        }
        let Some(durable) = self.durable else {
            return Ok(partition.replicas.load());
        };
        *self.missing.borrow_mut() = Some(durable.load(container, partition));
        Err(OnDisk)
    }

    /// What the request has to wait for before it can run.
    pub(crate) fn missing(&self) -> Option<Ticket> {
        self.missing.take()
    }

    /// Notes a partition.
    pub(crate) fn at(&self, container: Rid, partition: &Arc<Partition>) {
        if self.durable.is_some() {
            let looked = (container, Arc::clone(partition));
            self.partitions.borrow_mut().push(looked);
        }
    }

    /// What the answer has to wait for; `None` in memory.
    pub(crate) fn ticket(self) -> Option<Ticket> {
        let durable = self.durable?;
        let looked = self.partitions.into_inner();
        let stands = looked
            .iter()
            .map(|(rid, partition)| content::stand((*rid, partition.id), partition));
        Some(durable.cover(&stands.collect::<Vec<_>>()))
    }
}
