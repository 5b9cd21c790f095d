//! Replaces a container: `PUT …/colls/{c}` with the whole document.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "replace_container",
    operation: OperationType::Replace,
    method: Method::PUT,
    resource: ResourceType::Containers,
    plane: Plane::Metadata,
    content: Content::Json,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Replaces a container document; id and partition key definition must stay.
    pub fn replace_container(container: ContainerReference) -> Self {
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
