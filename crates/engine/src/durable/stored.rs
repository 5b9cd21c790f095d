//! Partitions that are on disk and not in memory: loaded when somebody looks at them first.
//!
//! Opening a directory reads what an account is; the content of a partition is read with the first
//! request to it, about a microsecond per item, and stays. What was loaded is noted where the
//! ledger and the journal find it before the request goes on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
};

use arc_swap::ArcSwap;

use super::{
    journal::Stand,
    ledger::PartitionName,
    record::log::LogRecord,
    recover,
    store::{LogId, Store, StoreError},
};
use crate::{
    account::Topology,
    partition::{items::Usage, replica_sets::ReplicaSets, replicas::Source, state::State},
};

/// The logs that the store holds and that are in memory, as the store has them.
#[derive(Debug, Default)]
pub(super) struct LoadedLogs {
    states: Mutex<HashMap<LogId, State>>,
    /// Where partitions stood when they were loaded, until the journal has noted it.
    fresh: Mutex<Vec<Stand>>,
    topology: OnceLock<Arc<ArcSwap<Topology>>>,
}

impl LoadedLogs {
    /// The states by their logs.
    pub(super) fn states(&self) -> MutexGuard<'_, HashMap<LogId, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out where partitions stood that were loaded since the last time.
    pub(super) fn take_fresh(&self) -> Vec<Stand> {
        std::mem::take(&mut *self.fresh())
    }

    /// Says which regions partitions that are loaded from now on are in.
    pub(super) fn follow(&self, topology: Arc<ArcSwap<Topology>>) {
        // There is one account to a store; the first word counts.
        let _told = self.topology.set(topology);
    }

    fn fresh(&self) -> MutexGuard<'_, Vec<Stand>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A partition in a store.
#[derive(Debug)]
pub(super) struct StoredPartition {
    pub(super) name: PartitionName,
    pub(super) logs: Vec<(LogId, LogRecord)>,
    pub(super) merges: u32,
    pub(super) store: Arc<dyn Store>,
    pub(super) loaded: Weak<LoadedLogs>,
}

impl Source for StoredPartition {
    fn load(&self, newest: Option<&Arc<Topology>>) -> Result<ReplicaSets, StoreError> {
        let closed = || StoreError::Io {
            action: "read",
            reason: "the account is closed".to_owned(),
        };
        let loaded = self.loaded.upgrade().ok_or_else(closed)?;
        let present = loaded.topology.get().ok_or_else(closed)?.load_full();
        let topology = match newest {
            Some(newest) if newest.revision() > present.revision() => Arc::clone(newest),
            _ => present,
        };
        let mut states = Vec::with_capacity(self.logs.len());
        for (log, record) in &self.logs {
            states.push(recover::state(&*self.store, *log, record)?);
        }
        let logs = self.logs.iter().map(|(log, _)| *log);
        loaded.states().extend(logs.zip(states.iter().cloned()));
        let writers = topology.writable().iter().zip(&states);
        loaded.fresh().push(Stand {
            name: self.name,
            positions: writers
                .map(|(region, state)| (region.id, state.lsn()))
                .collect(),
        });
        Ok(ReplicaSets::restored(&topology, &states, self.merges))
    }

    fn usage(&self) -> Usage {
        let first = self.logs.first();
        first.map(|(_, record)| record.usage).unwrap_or_default()
    }
}
