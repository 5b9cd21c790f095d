//! Deletes every item under a partition key: `POST …/colls/{c}/operations/partitionkeydelete`, signed for the
//! container.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::partition::PartitionKey;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "delete_all_items_by_partition_key",
    operation: OperationType::DeleteByPartitionKey,
    method: Method::POST,
    resource: ResourceType::Containers,
    plane: Plane::Data,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Deletes every item under a partition key, or below a prefix of a hierarchical one. The items are gone
    /// for readers at once; the service takes the storage back in the background.
    pub fn delete_all_items_by_partition_key(
        container: ContainerReference,
        partition_key: impl Into<PartitionKey>,
    ) -> Self {
        let address = container.address().feed("operations/partitionkeydelete");
        let (mut subject, check) = Subject::items(container, Some(partition_key.into()));
        subject.address = address;
        Self::new(&VERB, subject, check)
    }
}
