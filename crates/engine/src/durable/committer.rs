//! The one thread that commits, and the handle through which an account talks to it.
//!
//! Group commit: while a commit is on its way to the disk, requests go on in memory and gather
//! for the next. When a commit fails, memory goes back to what the store holds and everybody who
//! waited is refused; the next write tries the store again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    thread::JoinHandle,
};

use cosmokit_protocol::id::Rid;

use super::{
    content,
    journal::{Journal, Present, Stand},
    ledger::{Ledger, Living},
    loader::Loader,
    outcome::Ticket,
    store::{Store, StoreError},
};
use crate::partition::partition::Partition;

/// A durable account's way to its store.
#[derive(Debug)]
pub(crate) struct Durable {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    loader: Loader,
}

/// What the account and the committing thread share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Arc<dyn Store>,
    pub(super) living: Living,
    pub(super) journal: Journal,
    pub(super) ledger: Mutex<Ledger>,
    /// Held for reading while a request changes memory and notes what it did; for writing while
    /// memory goes back, so that no request falls in between.
    gate: RwLock<()>,
}

impl Durable {
    /// Begins to commit what happens to `living`, which is what the ledger says.
    ///
    /// # Errors
    /// [`StoreError::Io`] when there is no thread to be had.
    pub(super) fn start(
        store: Arc<dyn Store>,
        living: Living,
        ledger: Ledger,
    ) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared {
            journal: Journal::new(living.present(), Arc::clone(&ledger.logs)),
            store,
            living,
            ledger: Mutex::new(ledger),
            gate: RwLock::default(),
        });
        let committing = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("cosmokit-commit".to_owned())
            .spawn(move || committing.run())
            .map_err(|error| StoreError::Io {
                action: "written",
                reason: error.to_string(),
            })?;
        Ok(Self {
            shared,
            thread: Some(thread),
            loader: Loader::default(),
        })
    }

    /// Has the content of a partition read, on another thread.
    pub(crate) fn load(&self, container: Rid, partition: &Arc<Partition>) -> Ticket {
        self.loader.load(container, partition)
    }

    /// To be held while a request runs and until it is [covered](Self::cover).
    pub(crate) fn enter(&self) -> RwLockReadGuard<'_, ()> {
        let gate = &self.shared.gate;
        gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be held while the account as a whole is looked at or replaced: no request runs
    /// meanwhile.
    pub(crate) fn hold(&self) -> RwLockWriteGuard<'_, ()> {
        let gate = &self.shared.gate;
        gate.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a request looked at or wrote to.
    pub(super) fn cover(&self, stands: &[Stand]) -> Ticket {
        let Shared {
            journal, living, ..
        } = &*self.shared;
        journal.cover(stands, living.present())
    }

    /// Has every partition looked at, when something changed without a request.
    pub(crate) fn touch_everything(&self) -> Ticket {
        let stands = self.shared.living.stands();
        self.shared.journal.touch(&stands)
    }
}

impl Drop for Durable {
    /// Commits what is left and waits for it: afterwards the directory can be opened again.
    fn drop(&mut self) {
        // Splits that nobody has looked at since are noted nowhere.
        let _ticket = self.touch_everything();
        self.shared.journal.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to commit.
            let _ended = thread.join();
        }
    }
}

impl Shared {
    fn run(&self) {
        while let Some(work) = self.journal.take() {
            let draft = self.ledger().draft(&self.living, &work.partitions);
            match self.store.commit(draft.batch()) {
                Ok(()) => {
                    self.ledger().accept(draft);
                    self.journal.committed();
                }
                Err(error) => self.go_back(&error),
            }
        }
    }

    /// Makes memory what the store holds.
    fn go_back(&self, why: &StoreError) {
        let _gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        let mut ledger = self.ledger();
        ledger.restore(&self.living);
        let (present, stands) = (self.living.present(), self.living.stands());
        self.journal.refuse(why, present, &stands);
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Living {
    /// Where everything stands.
    fn stands(&self) -> Vec<Stand> {
        let catalog = self.catalog.load();
        let databases = catalog.databases().map(|(_, database)| database);
        let containers = databases.flat_map(|database| database.containers());
        let stands = containers.flat_map(|(rid, container)| {
            let layout = container.live.layout();
            let partitions = layout.partitions();
            let stands =
                partitions.map(|partition| content::stand((*rid, partition.id), partition));
            stands.collect::<Vec<_>>()
        });
        stands.collect()
    }

    /// The present catalog and topology.
    pub(super) fn present(&self) -> Present {
        Present {
            catalog: self.catalog.load_full(),
            topology: self.topology.load_full(),
        }
    }
}
