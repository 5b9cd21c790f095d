//! Reads partition key ranges: `GET …/colls/{c}/pkranges`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "read_partition_key_ranges",
    operation: OperationType::ReadFeed,
    method: Method::GET,
    resource: ResourceType::PartitionKeyRanges,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a page of the partition key ranges of a container, past the driver's cache.
    pub fn read_partition_key_ranges(container: ContainerReference) -> Self {
        let check = container.check();
        let subject = Subject {
            account: container.account().clone(),
            address: container.ranges().clone(),
            container: Some(container),
            partition_key: None,
        };
        Self::new(&VERB, subject, check)
    }
}
