//! Deletes a container: `DELETE …/colls/{c}`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "delete_container",
    operation: OperationType::Delete,
    method: Method::DELETE,
    resource: ResourceType::Containers,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Deletes a container with everything in it.
    pub fn delete_container(container: ContainerReference) -> Self {
        let check = container.check();
        let subject = Subject {
            account: container.account().clone(),
            address: container.address().clone(),
            container: Some(container),
            partition_key: None,
        };
        Self::new(&VERB, subject, check)
    }
}
