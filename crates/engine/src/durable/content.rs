//! Between partitions and what the store keeps of them.
//!
//! How far a write had come to other regions and replicas is not kept: what was under way counts
//! as delivered when the account is opened again.

use std::sync::Arc;

use cosmokit_protocol::session::RegionId;

use super::{
    journal::Stand,
    ledger::{PartitionLogs, PartitionName},
    record::layout::PartitionRecord,
};
use crate::{
    account::Topology,
    conflict::policy::ConflictPolicy,
    entropy::mix,
    partition::{
        content::Content,
        partition::Partition,
        replica_sets::ReplicaSets,
        replicas::{Replicas, Source},
        state::State,
    },
    response::PartitionFacts,
};

/// Where a partition stands.
pub(super) fn stand(name: PartitionName, partition: &Partition) -> Stand {
    Stand {
        name,
        mark: partition.replicas.mark(),
    }
}

/// A partition that was kept, and whose content is still where it was kept.
pub(super) fn absent(
    record: PartitionRecord,
    source: Arc<dyn Source>,
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

/// A partition with this content in the place of its own, in every region of the account.
pub(super) fn again(
    partition: &Partition,
    content: &Content,
    topology: &Arc<Topology>,
) -> Partition {
    with_content(partition, content, topology, &partition.replicas.policy())
}

fn with_content(
    partition: &Partition,
    content: &Content,
    topology: &Arc<Topology>,
    policy: &Arc<ConflictPolicy>,
) -> Partition {
    let record = record(partition, &PartitionLogs::default());
    let sets = ReplicaSets::restored(topology, content, partition.replicas.merges());
    let seed = seed(&record);
    assembled(record, Replicas::from_sets(sets.with_policy(policy), seed))
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
        let record = record(partition, &PartitionLogs::default());
        let seed = seed(&record);
        let thawed = Replicas::from_sets(replicas.clone(), seed);
        let Replicas {
            indexes, columns, ..
        } = &*partition.replicas;
        let begins = thawed.at_first_head(State::lsn);
        thawed.indexes.begin_like(indexes, begins);
        thawed.columns.begin_like(columns, begins);
        return assembled(record, thawed);
    }
    with_content(partition, &replicas.content(), topology, &replicas.policy)
}

/// What is kept of a partition besides its content.
pub(super) fn record(partition: &Partition, logs: &PartitionLogs) -> PartitionRecord {
    PartitionRecord {
        id: partition.id,
        range: partition.range.clone(),
        ancestors: partition.ancestors.to_vec(),
        since: partition.since,
        merges: partition.replicas.merges(),
        internal_id: partition.facts.internal_id.clone(),
        physical_id: partition.facts.physical_id.clone(),
        logs: logs.logs.iter().map(|(_, log)| *log).collect(),
    }
}
