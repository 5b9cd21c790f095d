//! Where the replicas of a container stand: for whoever watches replication from outside.

use cosmokit_protocol::{
    session::{Lsn, RangeId},
    wire::region::Region,
};

use super::{Account, AccountRegion, ContainerNames, Link, Topology, WriteMode};
use crate::{
    clock::Timestamp,
    partition::{
        replica_set::{REPLICAS, ReplicaId},
        replica_sets::ReplicaSets,
        replicas::Replicas,
    },
    request::ContainerAddress,
    response::Failure,
};

/// Where the replicas of a partition stand, region by region, in the account's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionPositions {
    /// Id of its partition key range.
    pub id: RangeId,
    /// The regions that have it.
    pub regions: Vec<RegionPositions>,
}

/// Where the replicas of a partition stand in one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionPositions {
    /// The region.
    pub region: Region,
    /// The four replicas, the leader first.
    pub replicas: Vec<ReplicaPosition>,
}

/// Where a replica stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicaPosition {
    /// Its position in the log.
    pub lsn: Lsn,
    /// Versions that were written and have not reached it.
    pub behind: u64,
    /// When the first of them was written.
    pub missing_since: Option<Timestamp>,
}

/// What is on the way from one region to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkBacklog {
    /// The link.
    pub link: Link,
    /// Versions that are on the way.
    pub versions: u64,
    /// When the oldest of them was written.
    pub since: Option<Timestamp>,
}

impl LinkBacklog {
    fn of(from: &AccountRegion, to: &AccountRegion) -> Self {
        let link = Link {
            from: from.region.clone(),
            to: to.region.clone(),
        };
        Self {
            link,
            versions: 0,
            since: None,
        }
    }

    fn add(&mut self, (versions, since): (u64, Option<Timestamp>)) {
        self.versions = self.versions.saturating_add(versions);
        self.since = self.since.into_iter().chain(since).min();
    }
}

impl Account {
    /// Where the replicas of a container stand, partition by partition.
    ///
    /// # Errors
    /// 404, or 404/1003 without the database, when there is no such container.
    pub fn positions(
        &self,
        container: &ContainerAddress,
    ) -> Result<Vec<PartitionPositions>, Failure> {
        let container = self.find_container(container)?;
        let (now, topology) = (self.now(), self.topology());
        let layout = container.live.layout();
        let partitions = layout.partitions().map(|partition| PartitionPositions {
            id: partition.id,
            regions: stand(&partition.replicas, &topology)
                .unwrap_or_else(|| partition.replicas.inspect(now, regions)),
        });
        Ok(partitions.collect())
    }

    /// What is on the way over each link between regions, summed over all partitions, in the order
    /// of the account's regions. Links that carry nothing are there too.
    pub fn backlogs(&self) -> Vec<LinkBacklog> {
        let (now, topology) = (self.now(), self.topology());
        let regions = topology.all_regions();
        let writers = match topology.write_mode() {
            WriteMode::Single => regions.get(..1).unwrap_or_default(),
            WriteMode::Multi => regions,
        };
        let links = writers.iter().flat_map(|from| {
            let others = regions.iter().filter(move |to| to.id != from.id);
            others.map(move |to| (from, to))
        });
        let mut backlogs: Vec<_> = links
            .map(|(from, to)| ((from.id, to.id), LinkBacklog::of(from, to)))
            .collect();
        self.state().for_each_partition(|_, partition| {
            // Where the content is still on disk, nothing is on the way.
            if partition.replicas.is_present() {
                partition.replicas.inspect(now, |sets| {
                    for (ends, backlog) in &mut backlogs {
                        backlog.add(sets.on_the_way(*ends));
                    }
                });
            }
        });
        backlogs.into_iter().map(|(_, backlog)| backlog).collect()
    }

    /// Every container, by the names of its path, in the order of creation.
    pub fn containers(&self) -> Vec<ContainerNames> {
        let catalog = self.state().catalog.load();
        let databases = catalog.databases();
        let named = databases.flat_map(|(_, database)| {
            let containers = database.containers();
            containers.map(|(_, container)| ContainerNames {
                database: database.header.name.to_string(),
                database_rid: database.header.rid.to_string(),
                container: container.name.to_string(),
                container_rid: container.rid_text.clone(),
            })
        });
        named.collect()
    }
}

/// Where the replicas of a partition stand that is still on disk: all of them at the same place.
fn stand(replicas: &Replicas, topology: &Topology) -> Option<Vec<RegionPositions>> {
    let regions = topology.all_regions().iter();
    let positions = regions.map(|entry| {
        let replica = ReplicaPosition {
            lsn: replicas.absent_position(entry.id)?,
            behind: 0,
            missing_since: None,
        };
        Some(RegionPositions {
            region: entry.region.clone(),
            replicas: vec![replica; REPLICAS],
        })
    });
    positions.collect()
}

fn regions(sets: &ReplicaSets) -> Vec<RegionPositions> {
    let topology = &sets.topology;
    let regions = topology.all_regions().iter();
    let positions = regions.filter_map(|entry| {
        let view = sets.view(entry.id)?;
        let replicas = view
            .states()
            .into_iter()
            .enumerate()
            .map(|(number, state)| {
                let (behind, missing_since) = view.behind(ReplicaId::new(number));
                ReplicaPosition {
                    lsn: state.lsn(),
                    behind,
                    missing_since,
                }
            });
        Some(RegionPositions {
            region: entry.region.clone(),
            replicas: replicas.collect(),
        })
    });
    positions.collect()
}
