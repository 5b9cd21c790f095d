//! Taking a snapshot.

use std::sync::{Arc, atomic::Ordering};

use cosmokit_protocol::id::Rid;
use imbl::OrdMap;

use crate::{
    account::{Account, Topology},
    durable::Durable,
    metadata::catalog::Catalog,
    partition::{layout::Layout, replica_sets::ReplicaSets},
};

/// An account as it was at one moment: databases, containers, offers, partitions, items, logs.
///
/// A handle is one pointer. What it shares with accounts stays in memory as long as one of them,
/// or the snapshot, needs it.
#[derive(Clone, Debug)]
pub struct Snapshot(pub(super) Arc<Frozen>);

/// What a snapshot holds.
#[derive(Debug)]
pub(super) struct Frozen {
    pub(super) topology: Arc<Topology>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) containers: OrdMap<Rid, FrozenContainer>,
    pub(super) writes: u64,
}

/// The partitions of a container, and the replicas of each; none of one that cannot be read.
#[derive(Clone, Debug)]
pub(super) struct FrozenContainer {
    pub(super) layout: Arc<Layout>,
    pub(super) replicas: Vec<Option<ReplicaSets>>,
    pub(super) next_range: u32,
    pub(super) next_ordinal: u64,
}

impl Account {
    /// The account as it is now. Takes a few hundred nanoseconds per partition, however much is in
    /// it; a durable account reads what it has not read yet.
    ///
    /// Each partition is caught at one position; writes to other partitions that run meanwhile
    /// may be in it or not. Changes on their way to other regions or replicas are on their way in
    /// the snapshot too.
    pub fn snapshot(&self) -> Snapshot {
        let state = self.state();
        let _still = state.durable.as_ref().map(Durable::hold);
        let topology = self.topology();
        let catalog = state.catalog.load_full();
        let mut containers = OrdMap::new();
        for (_, database) in catalog.databases() {
            for (rid, container) in database.containers() {
                let layout = container.live.layout_full();
                let partitions = layout.partitions();
                let replicas = partitions.map(|partition| {
                    let readable = partition.replicas.load().is_ok();
                    readable.then(|| partition.replicas.copy())
                });
                let frozen = FrozenContainer {
                    replicas: replicas.collect(),
                    next_range: container.live.ranges(),
                    next_ordinal: container.live.ordinals(),
                    layout,
                };
                containers.insert(*rid, frozen);
            }
        }
        Snapshot(Arc::new(Frozen {
            topology,
            catalog,
            containers,
            writes: state.writes().load(Ordering::SeqCst),
        }))
    }
}
