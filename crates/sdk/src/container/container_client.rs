//! The handle of a container, and what all operations on items share.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{
    ContainerReference, CosmosDriver, CosmosOperation, DatabaseReference, ItemReference,
};
use cosmokit_protocol::partition::PartitionKey;
use serde::Serialize;

use crate::models::ItemResponse;
use crate::options::ItemWriteOptions;
use crate::{ResourceId, ResourceIdentity};

/// The client of a container and its items. Cheap to clone. Made by
/// [`DatabaseClient::container_client`](crate::DatabaseClient::container_client).
///
/// A container that is deleted and created again under its name is met again by the same client.
#[derive(Clone)]
pub struct ContainerClient {
    pub(crate) driver: Arc<CosmosDriver>,
    identity: ResourceIdentity,
    pub(super) reference: ContainerReference,
}

impl ContainerClient {
    /// A client of a container that exists.
    pub(crate) async fn open(
        driver: Arc<CosmosDriver>,
        database: &DatabaseReference,
        identity: ResourceIdentity,
        options: &OperationOptions,
    ) -> crate::Result<Self> {
        let reference = match &identity {
            ResourceIdentity::Name(name) => ContainerReference::from_name(database, name),
            ResourceIdentity::Rid(rid) => ContainerReference::from_rid(database, rid),
        };
        driver.resolve_container(&reference, options).await?;
        Ok(Self {
            driver,
            identity,
            reference,
        })
    }

    /// How the container is addressed.
    pub fn id(&self) -> &ResourceIdentity {
        &self.identity
    }

    /// The name, when the container is addressed by it.
    pub fn name(&self) -> Option<&str> {
        self.identity.name()
    }

    /// The resource id, when the container is addressed by it. That of a container addressed by name may change; it is
    /// in the document that [`read`](Self::read) gives.
    pub fn rid(&self) -> Option<&ResourceId> {
        self.identity.rid()
    }

    /// The driver's address of the container.
    pub fn reference(&self) -> &ContainerReference {
        &self.reference
    }

    pub(super) fn item(
        &self,
        partition_key: impl Into<PartitionKey>,
        item_id: &str,
    ) -> ItemReference {
        ItemReference::from_name(&self.reference, partition_key, item_id)
    }

    /// Runs a write of one item.
    pub(super) async fn write_item(
        &self,
        operation: CosmosOperation,
        options: Option<ItemWriteOptions>,
    ) -> crate::Result<ItemResponse> {
        let (operation, options) = options.unwrap_or_default().apply(operation);
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ItemResponse::new)
    }
}

/// The body of an item: JSON text.
pub(super) fn item_body(item: &impl Serialize) -> crate::Result<Bytes> {
    Ok(Bytes::from(serde_json::to_vec(item)?))
}

impl fmt::Debug for ContainerClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContainerClient")
            .field("id", &self.identity)
            .finish_non_exhaustive()
    }
}
