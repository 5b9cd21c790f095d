//! Deletes a conflict: `DELETE …/colls/{c}/conflicts/{id}`.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::partition::PartitionKey;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "delete_conflict",
    operation: OperationType::Delete,
    method: Method::DELETE,
    resource: ResourceType::Conflicts,
    plane: Plane::Data,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Deletes the conflict with this id, of an item under this partition key.
    pub fn delete_conflict(
        container: ContainerReference,
        partition_key: impl Into<PartitionKey>,
        id: impl AsRef<str>,
    ) -> Self {
        let (subject, check) = Subject::conflict(container, partition_key.into(), id.as_ref());
        Self::new(&VERB, subject, check)
    }
}
