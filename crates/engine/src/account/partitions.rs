//! What an account tells about the partitions of a container.

use std::sync::Arc;

use cosmokit_protocol::{
    partition::EpkRange,
    resource::PartitionKeyRangeStatus,
    session::{Lsn, RangeId},
};

use super::Account;
use crate::{
    metadata::container::Container, partition::state::State, request::ContainerAddress,
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
        let layout = container.live.layout();
        let described = layout.partitions().map(|partition| {
            let stands = |state: &State| (state.lsn(), state.items().usage());
            let (lsn, usage) = partition.replicas.at_first_head(stands);
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
