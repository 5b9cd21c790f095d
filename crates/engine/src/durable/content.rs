//! Between partitions and what the store keeps of them.
//!
//! Regions of an account with one write region have one log in common; how far it had come to
//! whom is not kept: what was under way counts as delivered when the account is opened again.

use std::sync::Arc;

use cosmokit_protocol::session::RegionId;

use super::{journal::Stand, ledger::PartitionName, record::layout::PartitionRecord, store::LogId};
use crate::{
    account::Topology,
    entropy::mix,
    partition::{
        partition::Partition,
        replica_sets::ReplicaSets,
        replicas::{Replicas, Source},
        state::State,
    },
    response::PartitionFacts,
};

/// The states of a partition that are kept: one, as long as all regions have a log in common. The
/// partition is in memory from now on.
pub(crate) fn lasting(partition: &Partition, topology: &Topology) -> Vec<State> {
    let heads = partition.replicas.heads(topology.writable());
    heads.into_iter().map(|(_, state)| state).collect()
}

/// Where these states stand.
pub(super) fn stand(name: PartitionName, partition: &Partition, topology: &Topology) -> Stand {
    if !partition.replicas.is_present() {
        return Stand {
            name,
            positions: Vec::new(),
        };
    }
    let heads = partition.replicas.heads(topology.writable());
    let positions = heads
        .into_iter()
        .map(|(region, state)| (region, state.lsn()));
    Stand {
        name,
        positions: positions.collect(),
    }
}

/// A partition that was kept, and whose content is still where it was kept.
pub(super) fn absent(
    record: PartitionRecord,
    source: Box<dyn Source>,
    topology: &Arc<Topology>,
) -> Partition {
    let seed = seed(&record);
    assembled(record, Replicas::absent(source, topology, seed))
}

/// Whatever seed: what is drawn from it differs from partition to partition and stays the same.
fn seed(record: &PartitionRecord) -> u64 {
    record.internal_id.bytes().map(u64::from).fold(0, mix)
}

fn assembled(record: PartitionRecord, replicas: Replicas) -> Partition {
    let facts = PartitionFacts {
        range_id: record.id.to_string(),
        internal_id: record.internal_id,
        physical_id: record.physical_id,
    };
    Partition::new(record.id, record.range, facts, Arc::new(replicas))
        .descended(record.ancestors.into(), record.since)
}

/// A partition with these states in the place of its own, in every region of the account.
pub(crate) fn again(
    partition: &Partition,
    states: &[State],
    topology: &Arc<Topology>,
) -> Partition {
    let record = record(partition, &[]);
    let sets = ReplicaSets::restored(topology, states, record.merges);
    let seed = seed(&record);
    let sets = sets.with_policy(&partition.replicas.policy());
    assembled(record, Replicas::from_sets(sets, seed))
}

/// A partition with a copy of these replicas in the place of its own. In regions other than those
/// of the copy, what was on its way has arrived.
pub(crate) fn thawed(
    partition: &Partition,
    replicas: &ReplicaSets,
    topology: &Arc<Topology>,
) -> Partition {
    let ids = |topology: &Topology| -> Vec<RegionId> {
        let regions = topology.all_regions().iter();
        regions.map(|region| region.id).collect()
    };
    let own = &replicas.topology;
    if own.write_mode() == topology.write_mode() && ids(own) == ids(topology) {
        let record = record(partition, &[]);
        let seed = seed(&record);
        return assembled(record, Replicas::from_sets(replicas.clone(), seed));
    }
    let heads = Replicas::from_sets(replicas.clone(), 0).heads(own.writable());
    let states: Vec<State> = heads.into_iter().map(|(_, state)| state).collect();
    again(partition, &states, topology)
}

/// What is kept of a partition besides its states.
pub(super) fn record(partition: &Partition, logs: &[LogId]) -> PartitionRecord {
    PartitionRecord {
        id: partition.id,
        range: partition.range.clone(),
        ancestors: partition.ancestors.to_vec(),
        since: partition.since,
        merges: partition.replicas.merges(),
        internal_id: partition.facts.internal_id.clone(),
        physical_id: partition.facts.physical_id.clone(),
        logs: logs.to_vec(),
    }
}
