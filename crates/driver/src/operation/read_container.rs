//! Reads a container: `GET …/colls/{c}`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "read_container",
    operation: OperationType::Read,
    method: Method::GET,
    resource: ResourceType::Containers,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a container document.
    pub fn read_container(container: ContainerReference) -> Self {
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
