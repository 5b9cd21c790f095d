//! What an account tells about the partitions of a container.

use std::sync::Arc;

use cosmokit_protocol::{
    partition::EpkRange,
    resource::PartitionKeyRangeStatus,
    session::{Lsn, RangeId, RegionId},
};

use super::Account;
use crate::{
    durable::Ticket,
    metadata::container::Container,
    partition::{items::Usage, replicas::Replicas, state::State},
    refuse,
    request::ContainerAddress,
    response::Failure,
};

/// A physical partition of a container, as it stands in the first region.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartitionProperties {
    /// Id of its partition key range.
    pub id: RangeId,
    /// The points it owns.
    pub range: EpkRange,
    /// Every range it came from by splits and merges, nearest first.
    pub parents: Vec<RangeId>,
    /// `online`, or `splitting` during a split or merge.
    pub status: PartitionKeyRangeStatus,
    /// Position of its log.
    pub lsn: Lsn,
    /// Its items.
    pub items: u64,
    /// Bytes of their bodies.
    pub items_bytes: u64,
}

impl Account {
    /// The partitions of a container, in the order of their points.
    ///
    /// # Errors
    /// 404, or 404/1003 without the database, when there is no such container.
    pub fn partitions(
        &self,
        container: &ContainerAddress,
    ) -> Result<Vec<PartitionProperties>, Failure> {
        let container = self.find_container(container)?;
        let topology = self.topology();
        let first = topology.hub();
        let layout = container.live.layout();
        let described = layout.partitions().map(|partition| {
            let (lsn, usage) = stand(&partition.replicas, first);
            PartitionProperties {
                id: partition.id,
                range: partition.range.clone(),
                parents: partition.ancestors.to_vec(),
                status: partition.phase.status(),
                lsn,
                items: usage.items,
                items_bytes: usage.bytes,
            }
        });
        Ok(described.collect())
    }

    /// Has everything in memory that is on disk and was not asked for yet. What is not is read
    /// with the first request to it, which waits; this lets a caller choose the moment.
    ///
    /// # Errors
    /// 500 for what cannot be read.
    ///
    /// # Cancel safety
    /// What was begun to be read is read.
    pub fn preload(&self) -> impl Future<Output = Result<(), Failure>> + Send + use<> {
        let catalog = self.state().catalog.load();
        let databases = catalog.databases();
        let containers = databases.flat_map(|(_, database)| database.containers());
        all(containers
            .flat_map(|(_, container)| self.read_rest_of(container))
            .collect())
    }

    /// The same for one container; nothing where there is none.
    ///
    /// # Errors
    /// As [`preload`](Self::preload).
    ///
    /// # Cancel safety
    /// As [`preload`](Self::preload).
    pub fn preload_container(
        &self,
        address: &ContainerAddress,
    ) -> impl Future<Output = Result<(), Failure>> + Send + use<> {
        let found = self.find_container(address).ok();
        all(found.map_or_else(Vec::new, |container| self.read_rest_of(&container)))
    }

    /// Begins to read what of a container is still on disk.
    fn read_rest_of(&self, container: &Container) -> Vec<Ticket> {
        let Some(durable) = &self.state().durable else {
            return Vec::new();
        };
        let layout = container.live.layout();
        let absent = layout
            .partitions()
            .filter(|partition| !partition.replicas.is_present());
        let tickets = absent.map(|partition| durable.load(container.rid, partition));
        tickets.collect()
    }

    /// The container at an address.
    ///
    /// # Errors
    /// 404, or 404/1003 without the database.
    pub(crate) fn find_container(
        &self,
        address: &ContainerAddress,
    ) -> Result<Arc<Container>, Failure> {
        let catalog = self.state().catalog.load();
        let located = catalog.container(address);
        located
            .map(|located| Arc::clone(located.container))
            .map_err(|missing| missing.as_target(address))
    }
}

/// Waits for all of it.
async fn all(tickets: Vec<Ticket>) -> Result<(), Failure> {
    for ticket in tickets {
        ticket.await.map_err(|error| refuse::unreadable(&error))?;
    }
    Ok(())
}

/// Position and content in the first region, also of what is still on disk.
fn stand(replicas: &Replicas, first: RegionId) -> (Lsn, Usage) {
    let absent = replicas.absent_position(first).zip(replicas.absent_usage());
    let present = |state: &State| (state.lsn(), state.items().usage());
    absent.unwrap_or_else(|| replicas.at_first_head(present))
}
