//! What the store holds, as the account's own values, and the batch that brings it up to date.
//!
//! Nothing records what a request changes. Catalog, layouts and states are persistent values, so
//! what was written since the last commit is the difference between the value that the store has
//! and the present one, found in the time of the difference; it does not matter which verb, split
//! or restore made it. A batch is drafted from one look at everything that may have changed:
//! first the catalog, then the layouts, then the states, so that whatever was acknowledged before
//! the look is in it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use cosmokit_protocol::{id::Rid, session::RangeId, wire::consistency::ConsistencyLevel};
use imbl::{OrdMap, ordmap::DiffItem};

use super::{
    content,
    record::{
        account::{AccountRecord, Counters},
        catalog, change,
        key::RowKey,
        layout::LayoutRecord,
        log::LogRecord,
    },
    store::{Batch, ChangeRow, LogId},
    stored::LoadedLogs,
};
use crate::{
    account::{Topology, WriteMode},
    metadata::{
        catalog::{Catalog, CatalogCell},
        container::{Container, LiveContainer},
        database::Database,
    },
    partition::{layout::Layout, partition::Partition, state::State},
};

/// The living parts of an account.
#[derive(Clone, Debug)]
pub(crate) struct Living {
    pub(crate) topology: Arc<ArcSwap<Topology>>,
    pub(crate) catalog: Arc<CatalogCell>,
    pub(crate) writes: Arc<AtomicU64>,
}

impl Living {
    /// The parts of an account that begins like this.
    pub(crate) fn new(topology: Topology, catalog: Arc<Catalog>, writes: u64) -> Self {
        Self {
            topology: Arc::new(ArcSwap::from_pointee(topology)),
            catalog: Arc::new(CatalogCell::new(catalog)),
            writes: Arc::new(AtomicU64::new(writes)),
        }
    }
}

/// A partition, by names that are never used again.
pub(super) type PartitionName = (Rid, RangeId);

/// What the store holds.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(super) frame: Frame,
    /// The logs of partitions that are in memory.
    pub(super) logs: Arc<LoadedLogs>,
}

/// Everything but the logs; a copy costs a few pointers.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) sequence: u64,
    pub(super) topology: Arc<Topology>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) layouts: OrdMap<Rid, Arc<Layout>>,
    /// The logs of every partition.
    pub(super) names: OrdMap<PartitionName, Arc<[LogId]>>,
    pub(super) counters: Counters,
}

/// A batch, and the ledger once it is committed.
#[derive(Debug)]
pub(super) struct Draft {
    batch: Batch,
    frame: Frame,
    logs: Vec<(LogId, Option<State>)>,
}

/// Numbers of writes that are taken from the store at once.
const WRITES_AHEAD: u64 = 1 << 20;

impl Ledger {
    /// The batch that brings the store up to date with the catalog, and with the `dirty`
    /// partitions.
    pub(super) fn draft(&self, living: &Living, dirty: &BTreeSet<PartitionName>) -> Draft {
        let mut draft = Draft {
            batch: Batch {
                sequence: self.frame.sequence + 1,
                ..Batch::default()
            },
            frame: self.frame.clone(),
            logs: Vec::new(),
        };
        draft.frame.sequence += 1;
        draft.account(living);
        let catalog = living.catalog.load_full();
        let changed = draft.catalog(&catalog);
        let mut containers: BTreeMap<Rid, Arc<Container>> = changed
            .into_iter()
            .map(|container| (container.rid, container))
            .collect();
        draft.frame.catalog = catalog;
        for (rid, _) in dirty {
            if !containers.contains_key(rid)
                && let Some(container) = draft.frame.catalog.container_by_rid(rid)
            {
                containers.insert(*rid, Arc::clone(container));
            }
        }
        for container in containers.into_values() {
            draft.container(self, &container, dirty);
        }
        draft.counters(living);
        draft
    }

    /// A ledger of a store to which nothing was written.
    pub(super) fn empty() -> Self {
        let nothing = Topology::new(Vec::new(), WriteMode::Single, ConsistencyLevel::Session);
        Self {
            frame: Frame {
                sequence: 0,
                topology: Arc::new(nothing),
                catalog: Arc::default(),
                layouts: OrdMap::new(),
                names: OrdMap::new(),
                counters: Counters {
                    writes: 1,
                    next_database: 1,
                    next_offer: 1,
                    next_log: 1,
                    opened: 0,
                },
            },
            logs: Arc::default(),
        }
    }

    /// Makes the living parts what the store holds.
    pub(super) fn restore(&mut self, living: &Living) {
        let mut catalog = Catalog::clone(&self.frame.catalog);
        for database in self.frame.catalog.all_databases().values() {
            let mut restored = Database::clone(database);
            for (_, container) in database.containers() {
                if let Some(live) = self.gone_back(container) {
                    let live = Arc::new(live);
                    self.frame.layouts.insert(container.rid, live.layout_full());
                    restored.put(Arc::new(Container {
                        live,
                        ..Container::clone(container)
                    }));
                }
            }
            catalog.put_database(restored);
        }
        let catalog = Arc::new(catalog);
        self.frame.catalog = Arc::clone(&catalog);
        living.catalog.replace(catalog);
        living.topology.store(Arc::clone(&self.frame.topology));
    }

    /// The partitions of a container as the store has them, where memory has others.
    fn gone_back(&self, container: &Container) -> Option<LiveContainer> {
        let rid = container.rid;
        let (now, kept) = (container.live.layout_full(), self.frame.layouts.get(&rid)?);
        let topology = &self.frame.topology;
        let states = |partition: &Partition| {
            let logs = self.frame.names.get(&(rid, partition.id));
            let logs = logs.iter().flat_map(|logs| logs.iter());
            let loaded = self.logs.states();
            logs.filter_map(|log| loaded.get(log))
                .cloned()
                .collect::<Vec<State>>()
        };
        let is_kept = |partition: &Arc<Partition>| {
            if !partition.replicas.is_present() {
                return true;
            }
            let present = content::lasting(partition, topology);
            let mut pairs = present.iter().zip(states(partition));
            pairs.all(|(present, kept)| present.head() == kept.head())
        };
        if Arc::ptr_eq(&now, kept) && kept.partitions().all(is_kept) {
            return None;
        }
        let partitions = kept.partitions().map(|partition| {
            if partition.replicas.is_present() {
                Arc::new(content::again(partition, &states(partition), topology))
            } else {
                Arc::clone(partition)
            }
        });
        let layout = Layout::restored(kept.version(), partitions.collect())?;
        let (ranges, ordinals) = (container.live.ranges(), container.live.ordinals());
        Some(LiveContainer::restored(layout, ranges, ordinals))
    }

    /// Notes that a draft is in the store.
    pub(super) fn accept(&mut self, draft: Draft) {
        self.frame = draft.frame;
        let mut loaded = self.logs.states();
        for (log, state) in draft.logs {
            match state {
                Some(state) => loaded.insert(log, state),
                None => loaded.remove(&log),
            };
        }
    }
}

impl Draft {
    pub(super) fn batch(&self) -> &Batch {
        &self.batch
    }

    fn put(&mut self, key: RowKey, row: Vec<u8>) {
        self.batch.rows.push((key.encode(), Some(row)));
    }

    fn delete(&mut self, key: RowKey) {
        self.batch.rows.push((key.encode(), None));
    }

    fn account(&mut self, living: &Living) {
        let topology = living.topology.load_full();
        if !Arc::ptr_eq(&topology, &self.frame.topology) {
            self.put(RowKey::Account, AccountRecord::of(&topology).encode());
            self.frame.topology = topology;
        }
    }

    /// What changed in the catalog; the containers that are new or have other partitions.
    fn catalog(&mut self, now: &Arc<Catalog>) -> Vec<Arc<Container>> {
        let before = Arc::clone(&self.frame.catalog);
        if Arc::ptr_eq(&before, now) {
            return Vec::new();
        }
        let mut changed = Vec::new();
        for difference in before.all_databases().diff(now.all_databases()) {
            match difference {
                DiffItem::Add(rid, database) => {
                    self.database(*rid, None, Some(database), &mut changed);
                }
                DiffItem::Remove(rid, database) => {
                    self.database(*rid, Some(database), None, &mut changed);
                }
                DiffItem::Update {
                    old: (rid, old),
                    new: (_, new),
                } => self.database(*rid, Some(old), Some(new), &mut changed),
            }
        }
        for difference in before.all_offers().diff(now.all_offers()) {
            match difference {
                DiffItem::Add(rid, offer)
                | DiffItem::Update {
                    new: (rid, offer), ..
                } => self.put(RowKey::Offer(*rid), catalog::encode_offer(offer)),
                DiffItem::Remove(rid, _) => self.delete(RowKey::Offer(*rid)),
            }
        }
        changed
    }

    fn database(
        &mut self,
        rid: Rid,
        before: Option<&Arc<Database>>,
        now: Option<&Arc<Database>>,
        changed: &mut Vec<Arc<Container>>,
    ) {
        match now {
            Some(database) => {
                self.put(RowKey::Database(rid), catalog::encode_database(database));
            }
            None => self.delete(RowKey::Database(rid)),
        }
        let containers = |database: Option<&Arc<Database>>| {
            database.map(|database| database.all_containers().clone())
        };
        let (before, now) = (
            containers(before).unwrap_or_default(),
            containers(now).unwrap_or_default(),
        );
        for difference in before.diff(&now) {
            match difference {
                DiffItem::Add(rid, container)
                | DiffItem::Update {
                    new: (rid, container),
                    ..
                } => {
                    let row = catalog::encode_container(container);
                    self.put(RowKey::Container(*rid), row);
                    changed.push(Arc::clone(container));
                }
                DiffItem::Remove(rid, _) => {
                    self.delete(RowKey::Container(*rid));
                    self.delete(RowKey::Layout(*rid));
                    if let Some(layout) = self.frame.layouts.remove(rid) {
                        for partition in layout.partitions() {
                            self.drop_partition((*rid, partition.id));
                        }
                    }
                }
            }
        }
    }

    fn drop_partition(&mut self, name: PartitionName) {
        for log in self
            .frame
            .names
            .remove(&name)
            .iter()
            .flat_map(|logs| logs.iter())
        {
            self.delete(RowKey::Log(*log));
            self.batch.dropped.push(*log);
            self.logs.push((*log, None));
        }
    }

    /// What changed in the partitions of a container.
    fn container(
        &mut self,
        ledger: &Ledger,
        container: &Container,
        dirty: &BTreeSet<PartitionName>,
    ) {
        let rid = container.rid;
        let now = container.live.layout_full();
        let before = self.frame.layouts.get(&rid).map(Arc::clone);
        let is_same = before
            .as_ref()
            .is_some_and(|before| Arc::ptr_eq(before, &now));
        if let Some(before) = before.as_ref().filter(|_| !is_same) {
            for gone in before.partitions() {
                if now.by_id(gone.id.as_str()).is_none() {
                    self.drop_partition((rid, gone.id));
                }
            }
        }
        let known = |partition: &Arc<Partition>| {
            let before = before.as_ref()?.by_id(partition.id.as_str())?;
            Some(Arc::ptr_eq(before, partition))
        };
        for partition in now.partitions() {
            let name = (rid, partition.id);
            if dirty.contains(&name) || known(partition) != Some(true) {
                self.partition(ledger, container, partition);
            }
        }
        if !is_same {
            let record = self.layout_record(rid, container, &now);
            self.put(RowKey::Layout(rid), record.encode());
            self.frame.layouts.insert(rid, now);
        }
    }

    /// What changed in a partition.
    fn partition(&mut self, ledger: &Ledger, container: &Container, partition: &Partition) {
        let name = (container.rid, partition.id);
        if !partition.replicas.is_present() {
            // Nobody has looked at it, so it is what it was.
            return;
        }
        let states = content::lasting(partition, &self.frame.topology);
        let mut logs = self
            .frame
            .names
            .get(&name)
            .map_or_else(Vec::new, |logs| logs.to_vec());
        for log in logs.split_off(states.len().min(logs.len())) {
            self.delete(RowKey::Log(log));
            self.batch.dropped.push(log);
            self.logs.push((log, None));
        }
        while logs.len() < states.len() {
            logs.push(LogId(self.frame.counters.next_log));
            self.frame.counters.next_log += 1;
        }
        for (log, state) in logs.iter().zip(states) {
            self.log(ledger, container, *log, state);
        }
        if self
            .frame
            .names
            .get(&name)
            .is_none_or(|known| **known != *logs)
        {
            self.frame.names.insert(name, logs.into());
        }
    }

    fn log(&mut self, ledger: &Ledger, container: &Container, log: LogId, state: State) {
        let nothing = State::default();
        let known = ledger.logs.states().get(&log).cloned();
        let before = known.as_ref().unwrap_or(&nothing);
        state.log().changed_since(before.log(), |index, entry| {
            self.batch.changes.push(ChangeRow {
                log,
                at: (index.lsn().value(), index.change()),
                record: entry.map(change::encode),
            });
        });
        if known.is_none_or(|known| known.head() != state.head()) {
            let record = LogRecord {
                head: state.head(),
                next_ordinal: container.live.ordinals(),
                changes: u64::try_from(state.log().len()).unwrap_or(u64::MAX),
                usage: state.items().usage(),
            };
            self.put(RowKey::Log(log), record.encode());
        }
        self.logs.push((log, Some(state)));
    }

    fn layout_record(&self, rid: Rid, container: &Container, layout: &Layout) -> LayoutRecord {
        let partitions = layout.partitions().map(|partition| {
            let logs = self.frame.names.get(&(rid, partition.id));
            content::record(partition, logs.map_or(&[], |logs| &**logs))
        });
        LayoutRecord {
            version: layout.version(),
            next_range: container.live.ranges(),
            partitions: partitions.collect(),
        }
    }

    fn counters(&mut self, living: &Living) {
        let before = self.frame.counters;
        let writes = living.writes.load(Ordering::SeqCst);
        let mut counters = self.frame.counters;
        if writes + WRITES_AHEAD / 2 > before.writes {
            counters.writes = writes + WRITES_AHEAD;
        }
        (counters.next_database, counters.next_offer) = self.frame.catalog.next_numbers();
        self.frame.counters = counters;
        self.put(RowKey::Counters, counters.encode());
    }
}
