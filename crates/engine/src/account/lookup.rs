//! Small questions about an account's containers, for whoever watches requests from outside.

use std::sync::Arc;

use cosmokit_protocol::partition::PartitionKey;

use super::{Account, Topology};
use crate::{request::ContainerAddress, verb};

/// What a container can be called by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerNames {
    /// Name of the database.
    pub database: String,
    /// Resource id of the database.
    pub database_rid: String,
    /// Name of the container.
    pub container: String,
    /// Resource id of the container.
    pub container_rid: String,
}

impl Account {
    /// Waits until the regions, their states or their links are others than `known` says; returns at once when they are
    /// already.
    ///
    /// # Cancel safety
    /// Dropping the future leaves nothing behind.
    pub async fn topology_changed(&self, known: Arc<Topology>) -> Arc<Topology> {
        loop {
            let mut changed = std::pin::pin!(self.state().changed.notified());
            changed.as_mut().enable();
            let topology = self.topology();
            if topology.revision() != known.revision() {
                return topology;
            }
            changed.await;
        }
    }

    /// What an address stands for, whichever way it addresses it; `None` when it does not exist.
    pub fn names_of(&self, address: &ContainerAddress) -> Option<ContainerNames> {
        let catalog = self.state().catalog.load();
        let located = catalog.container(address).ok()?;
        Some(ContainerNames {
            database: located.database.header.name.to_string(),
            database_rid: located.database.header.rid.to_string(),
            container: located.container.name.to_string(),
            container_rid: located.container.rid_text.clone(),
        })
    }

    /// The id of the partition key range that a key lies in; `None` when the container does not exist, or the key is
    /// none of it or only the beginning of one.
    pub fn range_of(&self, address: &ContainerAddress, key: &PartitionKey) -> Option<String> {
        let catalog = self.state().catalog.load();
        let container = catalog.container(address).ok()?.container;
        let point = verb::header_point(&container.rules.key, Some(key)).ok()?;
        let layout = container.live.layout();
        layout
            .owner_of(&point)
            .map(|partition| partition.id.to_string())
    }
}
