//! Between partitions and what the store keeps of them.
//!
//! Regions of an account with one write region have one log in common; how far it had come to
//! whom is not kept: what was under way counts as delivered when the account is opened again.

use std::sync::Arc;

use super::{journal::Stand, ledger::PartitionName, record::layout::PartitionRecord, store::LogId};
use crate::{
    account::Topology,
    partition::{
        partition::{Lineage, Partition},
        replica_set::ReplicaSet,
        state::State,
    },
    response::PartitionFacts,
};

/// The states of a partition that are kept: one, as long as all regions have a log in common.
pub(super) fn lasting(partition: &Partition, topology: &Topology) -> Vec<State> {
    let writers = topology.writable().iter();
    let sets = writers.filter_map(|region| partition.in_region(region.id));
    sets.map(|set| set.at_head(State::clone)).collect()
}

/// Where these states stand.
pub(super) fn stand(name: PartitionName, partition: &Partition, topology: &Topology) -> Stand {
    let writers = topology.writable().iter();
    let positions = writers.filter_map(|region| {
        let set = partition.in_region(region.id)?;
        Some((region.id, set.at_head(State::lsn)))
    });
    Stand {
        name,
        positions: positions.collect(),
    }
}

/// A partition that was kept, in every region of the account.
pub(super) fn restored(
    record: PartitionRecord,
    states: &[State],
    topology: &Topology,
) -> Partition {
    let facts = PartitionFacts {
        range_id: record.id.to_string(),
        internal_id: record.internal_id,
        physical_id: record.physical_id,
    };
    let sets = topology.regions().iter().enumerate();
    let sets = sets.filter_map(|(number, region)| {
        let state = states.get(number).or(states.first())?;
        Some(Arc::new(ReplicaSet::new(region.id, state.clone())))
    });
    let lineage = Lineage {
        ancestors: record.ancestors.into(),
        clock_version: record.clock_version,
    };
    Partition::new(record.id, record.range, facts, sets).descended(lineage, record.since)
}

/// What is kept of a partition besides its states.
pub(super) fn record(partition: &Partition, logs: &[LogId]) -> PartitionRecord {
    PartitionRecord {
        id: partition.id,
        range: partition.range.clone(),
        ancestors: partition.ancestors.to_vec(),
        since: partition.since,
        clock_version: partition.clock_version,
        internal_id: partition.facts.internal_id.clone(),
        physical_id: partition.facts.physical_id.clone(),
        logs: logs.to_vec(),
    }
}
