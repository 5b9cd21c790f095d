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
use cosmokit_protocol::{
    id::Rid,
    session::{RangeId, RegionId},
    wire::consistency::ConsistencyLevel,
};
use imbl::{OrdMap, ordmap::DiffItem};

use super::{
    content,
    record::{
        account::{AccountRecord, Counters},
        catalog, change,
        key::RowKey,
        layout::LayoutRecord,
        log::LogRecord,
        several::SeveralRecord,
    },
    store::{Batch, ChangeRow, LogId},
    stored::{LoadedLog, LoadedLogs},
};
use crate::{
    account::{Topology, WriteMode},
    conflict::feed::ConflictFeed,
    metadata::{
        catalog::{Catalog, CatalogCell},
        container::{Container, LiveContainer},
        database::Database,
    },
    partition::{content::Content, layout::Layout, partition::Partition, state::State},
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

/// The logs of a partition in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PartitionLogs {
    /// That of each region which has one of its own, or the one that all have in common.
    pub(super) logs: Vec<(RegionId, LogId)>,
    /// That of the conflicts, if there are any.
    pub(super) conflicts: Option<LogId>,
}

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
    pub(super) names: OrdMap<PartitionName, Arc<PartitionLogs>>,
    pub(super) counters: Counters,
}

/// Whether the store has something under the logs that it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logs {
    Same,
    Other,
}

/// A batch, and the ledger once it is committed.
#[derive(Debug)]
pub(super) struct Draft {
    batch: Batch,
    frame: Frame,
    logs: Vec<(LogId, Option<LoadedLog>)>,
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
                    next: Catalog::default().next_numbers(),
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
        let content = |partition: &Partition| {
            let logs = self.frame.names.get(&(rid, partition.id));
            logs.map_or_else(Content::default, |logs| self.logs.content(logs))
        };
        let is_kept = |partition: &Arc<Partition>| {
            let is_present = partition.replicas.is_present();
            !is_present || is_same(&partition.replicas.content(), &content(partition))
        };
        if Arc::ptr_eq(&now, kept) && kept.partitions().all(is_kept) {
            return None;
        }
        let partitions = kept.partitions().map(|partition| {
            if partition.replicas.is_present() {
                Arc::new(content::again(partition, &content(partition), topology))
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
        self.logs.put_all(draft.logs);
    }
}

/// Whether memory holds what the store does.
fn is_same(present: &Content, kept: &Content) -> bool {
    let mut settled = true;
    present
        .conflicts
        .changed_since(&kept.conflicts, |_| settled = false);
    let mut logs = present.logs.iter().zip(&kept.logs);
    settled
        && present.logs.len() == kept.logs.len()
        && logs.all(|((_, present), (_, kept))| present.is_as_kept(kept))
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
        self.resources(&before, now);
        changed
    }

    /// What changed in the named resources.
    fn resources(&mut self, before: &Catalog, now: &Catalog) {
        if before.resources().is_same(now.resources()) {
            return;
        }
        let (before, now) = (before.resources().all(), now.resources().all());
        for difference in before.diff(&now) {
            match difference {
                DiffItem::Add(rid, resource)
                | DiffItem::Update {
                    new: (rid, resource),
                    ..
                } => self.put(RowKey::Resource(*rid), catalog::encode_resource(resource)),
                DiffItem::Remove(rid, _) => self.delete(RowKey::Resource(*rid)),
            }
        }
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
        if let Some(logs) = self.frame.names.remove(&name) {
            logs.logs.iter().for_each(|(_, log)| self.drop_log(*log));
            logs.conflicts.iter().for_each(|log| self.drop_log(*log));
            self.delete(RowKey::Several(name));
        }
    }

    fn drop_log(&mut self, log: LogId) {
        self.delete(RowKey::Log(log));
        self.batch.dropped.push(log);
        self.logs.push((log, None));
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
        let mut same_logs = true;
        for partition in now.partitions() {
            let name = (rid, partition.id);
            if dirty.contains(&name) || known(partition) != Some(true) {
                same_logs &= self.partition(ledger, container, partition) == Logs::Same;
            }
        }
        if !is_same || !same_logs {
            let record = self.layout_record(rid, container, &now);
            self.put(RowKey::Layout(rid), record.encode());
            self.frame.layouts.insert(rid, now);
        }
    }

    /// What changed in a partition; whether it has the logs that it had.
    fn partition(&mut self, ledger: &Ledger, container: &Container, partition: &Partition) -> Logs {
        let name = (container.rid, partition.id);
        if !partition.replicas.is_present() {
            // Nobody has looked at it, so it is what it was.
            return Logs::Same;
        }
        let content = partition.replicas.content();
        let known = self.frame.names.get(&name).map(Arc::clone);
        let known = known.unwrap_or_default();
        let logs = self.assign(&known, &content);
        for ((_, log), (_, state)) in logs.logs.iter().zip(content.logs) {
            self.log(ledger, container, *log, state);
        }
        let settled = logs.conflicts.map_or(Logs::Same, |log| {
            self.conflicts(ledger, log, content.conflicts.clone())
        });
        let is_same = *known == logs;
        if !is_same || settled == Logs::Other {
            match SeveralRecord::of(&logs, &content.conflicts) {
                Some(record) => self.put(RowKey::Several(name), record.encode()),
                None => self.delete(RowKey::Several(name)),
            }
        }
        if is_same {
            return Logs::Same;
        }
        self.frame.names.insert(name, Arc::new(logs));
        Logs::Other
    }

    /// The logs for this content: those of the partition so far, each for the region that it was,
    /// and new ones for what has none.
    fn assign(&mut self, known: &PartitionLogs, content: &Content) -> PartitionLogs {
        let regions = content.logs.iter().map(|(region, _)| *region);
        let mut free = known.logs.clone();
        let mut logs: Vec<(RegionId, Option<LogId>)> = Vec::new();
        for region in regions {
            let at = free.iter().position(|(known, _)| *known == region);
            logs.push((region, at.map(|at| free.swap_remove(at).1)));
        }
        let assigned = logs.into_iter().map(|(region, log)| {
            let log = log.or_else(|| free.pop().map(|(_, log)| log));
            (region, log.unwrap_or_else(|| self.next_log()))
        });
        let logs = assigned.collect();
        for (_, log) in free {
            self.drop_log(log);
        }
        let has_conflicts = content.conflicts.len() > 0;
        let conflicts = match known.conflicts {
            Some(log) if !has_conflicts => {
                self.drop_log(log);
                None
            }
            None if has_conflicts => Some(self.next_log()),
            known => known,
        };
        PartitionLogs { logs, conflicts }
    }

    fn next_log(&mut self) -> LogId {
        let log = LogId(self.frame.counters.next_log);
        self.frame.counters.next_log += 1;
        log
    }

    /// What changed in the conflicts of a partition; whether anything did.
    fn conflicts(&mut self, ledger: &Ledger, log: LogId, now: ConflictFeed) -> Logs {
        let before = ledger.logs.conflicts(log);
        let mut same = Logs::Same;
        now.changed_since(&before, |(number, conflict)| {
            same = Logs::Other;
            self.batch.changes.push(ChangeRow {
                log,
                at: (number, 0),
                record: conflict.map(change::encode_conflict),
            });
        });
        self.logs.push((log, Some(LoadedLog::Conflicts(now))));
        same
    }

    fn log(&mut self, ledger: &Ledger, container: &Container, log: LogId, state: State) {
        let nothing = State::default();
        let known = ledger.logs.state(log);
        let before = known.as_ref().unwrap_or(&nothing);
        let mut is_same = known.as_ref().map(State::head) == Some(state.head());
        state.log().changed_since(before.log(), |index, entry| {
            // After a restore, other changes may stand at the same positions.
            is_same = false;
            self.batch.changes.push(ChangeRow {
                log,
                at: (index.lsn().value(), index.change()),
                record: entry.map(change::encode),
            });
        });
        if !is_same {
            let record = LogRecord {
                head: state.head(),
                next_ordinal: container.live.ordinals(),
                changes: u64::try_from(state.log().len()).unwrap_or(u64::MAX),
                usage: state.items().usage(),
            };
            self.put(RowKey::Log(log), record.encode());
        }
        self.logs.push((log, Some(LoadedLog::State(state))));
    }

    fn layout_record(&self, rid: Rid, container: &Container, layout: &Layout) -> LayoutRecord {
        let none = Arc::default();
        let partitions = layout.partitions().map(|partition| {
            let logs = self.frame.names.get(&(rid, partition.id));
            content::record(partition, logs.unwrap_or(&none))
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
        counters.next = self.frame.catalog.next_numbers();
        self.frame.counters = counters;
        self.put(RowKey::Counters, counters.encode());
    }
}
