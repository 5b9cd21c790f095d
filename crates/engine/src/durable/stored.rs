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
use cosmokit_protocol::session::{Lsn, RegionId};

use super::{
    journal::Stand,
    ledger::{PartitionLogs, PartitionName},
    record::log::LogRecord,
    recover,
    store::{LogId, Store, StoreError},
};
use crate::{
    account::Topology,
    conflict::{feed::ConflictFeed, policy::ConflictPolicy},
    partition::{
        content::Content, items::Usage, replica_sets::ReplicaSets, replicas::Source, state::State,
    },
};

/// A log that the store holds and that is in memory, as the store has it.
#[derive(Clone, Debug)]
pub(super) enum LoadedLog {
    /// What a region's log adds up to.
    State(State),
    /// The conflicts of a partition.
    Conflicts(ConflictFeed),
}

/// The logs that the store holds and that are in memory, as the store has them.
#[derive(Debug, Default)]
pub(super) struct LoadedLogs {
    logs: Mutex<HashMap<LogId, LoadedLog>>,
    /// Where partitions stood when they were loaded, until the journal has noted it.
    fresh: Mutex<Vec<Stand>>,
    topology: OnceLock<Arc<ArcSwap<Topology>>>,
}

impl LoadedLogs {
    /// What a region's log adds up to; `None` when it is not in memory.
    pub(super) fn state(&self, log: LogId) -> Option<State> {
        match self.logs().get(&log) {
            Some(LoadedLog::State(state)) => Some(state.clone()),
            _ => None,
        }
    }

    /// The conflicts in a log.
    pub(super) fn conflicts(&self, log: LogId) -> ConflictFeed {
        match self.logs().get(&log) {
            Some(LoadedLog::Conflicts(conflicts)) => conflicts.clone(),
            _ => ConflictFeed::default(),
        }
    }

    /// The content of a partition that has these logs.
    pub(super) fn content(&self, of: &PartitionLogs) -> Content {
        let states = of.logs.iter();
        let states = states.filter_map(|(region, log)| Some((*region, self.state(*log)?)));
        Content {
            logs: states.collect(),
            conflicts: of
                .conflicts
                .map_or_else(ConflictFeed::default, |log| self.conflicts(log)),
        }
    }

    /// Notes what the store has now; none for logs that are gone.
    pub(super) fn put_all(&self, logs: impl IntoIterator<Item = (LogId, Option<LoadedLog>)>) {
        let mut known = self.logs();
        for (log, content) in logs {
            match content {
                Some(content) => known.insert(log, content),
                None => known.remove(&log),
            };
        }
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

    fn logs(&self) -> MutexGuard<'_, HashMap<LogId, LoadedLog>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> MutexGuard<'_, Vec<Stand>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A partition in a store.
#[derive(Debug)]
pub(super) struct StoredPartition {
    pub(super) name: PartitionName,
    /// The logs of its regions.
    pub(super) logs: Vec<(RegionId, LogId, LogRecord)>,
    /// The log of its conflicts, and how many it has.
    pub(super) conflicts: Option<(LogId, u64)>,
    pub(super) policy: Arc<ConflictPolicy>,
    pub(super) merges: u32,
    pub(super) store: Arc<dyn Store>,
    pub(super) loaded: Weak<LoadedLogs>,
}

impl StoredPartition {
    fn read(&self) -> Result<Content, StoreError> {
        let mut content = Content::default();
        for (region, log, record) in &self.logs {
            let state = recover::state(&*self.store, *log, record)?;
            content.logs.push((*region, state));
        }
        if let Some((log, count)) = self.conflicts {
            content.conflicts = recover::conflicts(&*self.store, log, count)?;
        }
        Ok(content)
    }

    /// Notes what has been read as what the store has.
    fn note(&self, loaded: &LoadedLogs, content: &Content) {
        let states = self.logs.iter().zip(&content.logs);
        let states =
            states.map(|((_, log, _), (_, state))| (*log, Some(LoadedLog::State(state.clone()))));
        let conflicts = self
            .conflicts
            .map(|(log, _)| (log, Some(LoadedLog::Conflicts(content.conflicts.clone()))));
        loaded.put_all(states.chain(conflicts));
    }
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
        let content = self.read()?;
        self.note(&loaded, &content);
        let sets = ReplicaSets::restored(&topology, &content, self.merges);
        loaded.fresh().push(Stand {
            name: self.name,
            mark: Some(sets.mark()),
        });
        Ok(sets.with_policy(&self.policy))
    }

    fn usage(&self) -> Usage {
        let first = self.logs.first();
        first.map(|(_, _, record)| record.usage).unwrap_or_default()
    }

    fn merges(&self) -> u32 {
        self.merges
    }

    fn position(&self, region: RegionId) -> Lsn {
        let own = self.logs.iter().find(|(known, ..)| *known == region);
        let log = own.or(self.logs.first());
        log.map_or(Lsn::ZERO, |(_, _, record)| record.head.lsn)
    }
}
