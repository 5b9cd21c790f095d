//! Reads items as a feed: `GET …/docs`, in one logical partition or in the whole container.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::partition::PartitionKey;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "read_all_items",
    operation: OperationType::ReadFeed,
    method: Method::GET,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a page of the items under one partition key.
    pub fn read_all_items(
        container: ContainerReference,
        partition_key: impl Into<PartitionKey>,
    ) -> Self {
        let (subject, check) = Subject::items(container, Some(partition_key.into()));
        Self::new(&VERB, subject, check)
    }

    /// Reads a page of all items of a container; the service walks through the partitions.
    pub fn read_all_items_cross_partition(container: ContainerReference) -> Self {
        let (subject, check) = Subject::items(container, None);
        Self::new(&VERB, subject, check)
    }
}
