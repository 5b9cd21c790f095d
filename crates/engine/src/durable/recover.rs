//! From the rows of a store to the values of an account.

use std::{collections::HashMap, sync::Arc};

use cosmokit_protocol::id::Rid;
use imbl::OrdMap;

use super::{
    content,
    ledger::{Frame, Ledger, PartitionLogs, PartitionName},
    record::{
        account::{AccountRecord, Counters},
        catalog, change,
        key::RowKey,
        layout::LayoutRecord,
        log::LogRecord,
        several::SeveralRecord,
    },
    store::{LogId, Store, StoreError},
    stored::{LoadedLogs, StoredPartition},
};
use crate::{
    conflict::{feed::ConflictFeed, policy::ConflictPolicy},
    metadata::{
        catalog::Catalog,
        container::{Container, LiveContainer},
        database::Database,
    },
    partition::{
        layout::Layout,
        log::{Entry, LogIndex},
        state::State,
    },
};

/// The rows of a store, by what they are about.
#[derive(Debug, Default)]
struct Rows {
    account: Option<AccountRecord>,
    counters: Option<Counters>,
    databases: Vec<(Rid, Vec<u8>)>,
    containers: Vec<(Rid, Vec<u8>)>,
    layouts: HashMap<Rid, LayoutRecord>,
    offers: Vec<(Rid, Vec<u8>)>,
    resources: Vec<(Rid, Vec<u8>)>,
    logs: HashMap<LogId, LogRecord>,
    several: HashMap<PartitionName, SeveralRecord>,
}

/// What a store holds; `None` when nothing was ever written to it.
///
/// # Errors
/// [`StoreError::Damaged`] for whatever does not fit together; those of the store.
pub(super) fn recover(store: &Arc<dyn Store>) -> Result<Option<Ledger>, StoreError> {
    let rows = Rows::read(&**store)?;
    let (Some(account), Some(counters)) = (&rows.account, rows.counters) else {
        return Ok(None);
    };
    let topology = Arc::new(account.topology());
    let mut restoring = Restoring {
        store,
        rows: &rows,
        frame: Frame {
            sequence: store.sequence()?,
            topology,
            catalog: Arc::default(),
            layouts: OrdMap::new(),
            names: OrdMap::new(),
            counters,
        },
        logs: Arc::default(),
    };
    let catalog = restoring.catalog()?;
    Ok(Some(Ledger {
        frame: Frame {
            catalog: Arc::new(catalog),
            ..restoring.frame
        },
        logs: restoring.logs,
    }))
}

impl Rows {
    fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for (key, row) in store.rows()? {
            match RowKey::decode(&key)? {
                RowKey::Account => rows.account = Some(AccountRecord::decode(&row)?),
                RowKey::Counters => rows.counters = Some(Counters::decode(&row)?),
                RowKey::Database(rid) => rows.databases.push((rid, row)),
                RowKey::Container(rid) => rows.containers.push((rid, row)),
                RowKey::Layout(rid) => {
                    rows.layouts.insert(rid, LayoutRecord::decode(&row)?);
                }
                RowKey::Several(name) => {
                    rows.several.insert(name, SeveralRecord::decode(&row)?);
                }
                RowKey::Offer(rid) => rows.offers.push((rid, row)),
                RowKey::Resource(rid) => rows.resources.push((rid, row)),
                RowKey::Log(log) => {
                    rows.logs.insert(log, LogRecord::decode(&row)?);
                }
            }
        }
        Ok(rows)
    }
}

/// A ledger that is being put together.
struct Restoring<'a> {
    store: &'a Arc<dyn Store>,
    rows: &'a Rows,
    frame: Frame,
    logs: Arc<LoadedLogs>,
}

impl Restoring<'_> {
    fn catalog(&mut self) -> Result<Catalog, StoreError> {
        let rows = self.rows;
        let counters = self.frame.counters;
        let mut databases: HashMap<Rid, Database> = HashMap::new();
        for (rid, row) in &rows.databases {
            databases.insert(*rid, catalog::decode_database(*rid, row)?);
        }
        for (rid, row) in &rows.containers {
            let parent = rid.parent().and_then(|parent| databases.get_mut(&parent));
            let database = parent.ok_or_else(|| missing("database", rid))?;
            let (properties, description) = catalog::decode_container(*rid, row)?;
            let policy = ConflictPolicy::of(properties.conflict_resolution_policy.as_ref());
            let live = self.live(*rid, &Arc::new(policy))?;
            let container = Container::new(&database.header, properties, description, live);
            database.put(Arc::new(container));
        }
        let mut catalog = Catalog::going_on_from(counters.next);
        for database in databases.into_values() {
            catalog.put_database(database);
        }
        for (rid, row) in &rows.offers {
            catalog.put_offer(catalog::decode_offer(*rid, row)?);
        }
        for (rid, row) in &rows.resources {
            let resource = catalog::decode_resource(*rid, row)?;
            catalog.resources_mut().put(Arc::new(resource));
        }
        Ok(catalog)
    }

    fn live(
        &mut self,
        rid: Rid,
        policy: &Arc<ConflictPolicy>,
    ) -> Result<Arc<LiveContainer>, StoreError> {
        let rows = self.rows;
        let record = rows
            .layouts
            .get(&rid)
            .ok_or_else(|| missing("layout", &rid))?;
        let mut next_ordinal = 1;
        let mut partitions = Vec::with_capacity(record.partitions.len());
        for partition in &record.partitions {
            let name = (rid, partition.id);
            let several = rows.several.get(&name);
            let mut logs = Vec::with_capacity(partition.logs.len());
            for (number, log) in partition.logs.iter().enumerate() {
                let head = rows.logs.get(log).ok_or_else(|| missing("log", &rid))?;
                next_ordinal = next_ordinal.max(head.next_ordinal);
                let region = match several {
                    None if number == 0 => Some(self.frame.topology.hub()),
                    None => None,
                    Some(several) => several.regions.get(number).copied(),
                };
                let region = region.ok_or_else(|| missing("region of a log", &rid))?;
                logs.push((region, *log, head.clone()));
            }
            let conflicts =
                several.and_then(|several| Some((several.conflicts?, several.conflict_count)));
            let known = PartitionLogs {
                logs: logs
                    .iter()
                    .map(|(region, log, _)| (*region, *log))
                    .collect(),
                conflicts: conflicts.map(|(log, _)| log),
            };
            self.frame.names.insert(name, Arc::new(known));
            let source = StoredPartition {
                name,
                logs,
                conflicts,
                policy: Arc::clone(policy),
                merges: partition.merges,
                store: Arc::clone(self.store),
                loaded: Arc::downgrade(&self.logs),
            };
            let topology = &self.frame.topology;
            let absent = content::absent(partition.clone(), Arc::new(source), topology);
            partitions.push(Arc::new(absent));
        }
        let layout = Layout::restored(record.version, partitions).ok_or_else(|| {
            StoreError::Damaged(format!("the partitions of container {rid} leave a gap"))
        })?;
        let live = LiveContainer::restored(layout, record.next_range, next_ordinal);
        self.frame.layouts.insert(rid, live.layout_full());
        Ok(Arc::new(live))
    }
}

/// The state that a log adds up to.
///
/// # Errors
/// [`StoreError::Damaged`] when changes are missing; those of the store.
pub(super) fn state(
    store: &dyn Store,
    log: LogId,
    record: &LogRecord,
) -> Result<State, StoreError> {
    let count = usize::try_from(record.changes).unwrap_or_default();
    let mut entries: Vec<(LogIndex, Entry)> = Vec::with_capacity(count.min(1 << 24));
    store.changes(log, &mut |(lsn, number), row| {
        let lsn = change::position(lsn)?;
        entries.push((LogIndex::new(lsn, number), change::decode(row)?));
        Ok(())
    })?;
    if entries.len() != count {
        return Err(StoreError::Damaged(format!(
            "log {} has {} changes and had {count}",
            log.0,
            entries.len()
        )));
    }
    let state = State::restored(&record.head, entries);
    if state.items().usage() != record.usage {
        return Err(StoreError::Damaged(format!(
            "log {} does not add up to its items",
            log.0
        )));
    }
    Ok(state)
}

/// The conflicts in a log.
///
/// # Errors
/// [`StoreError::Damaged`] when some are missing; those of the store.
pub(super) fn conflicts(
    store: &dyn Store,
    log: LogId,
    count: u64,
) -> Result<ConflictFeed, StoreError> {
    let mut records = Vec::new();
    store.changes(log, &mut |_, row| {
        records.push(change::decode_conflict(row)?);
        Ok(())
    })?;
    let found = u64::try_from(records.len()).unwrap_or(u64::MAX);
    if found != count {
        return Err(StoreError::Damaged(format!(
            "log {} has {found} conflicts and had {count}",
            log.0
        )));
    }
    Ok(ConflictFeed::restored(records))
}

fn missing(what: &str, rid: &Rid) -> StoreError {
    StoreError::Damaged(format!("the {what} of {rid} is missing"))
}
