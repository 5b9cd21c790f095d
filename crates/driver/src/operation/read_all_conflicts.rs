//! Reads the conflict feed of a container: `GET …/colls/{c}/conflicts`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "read_all_conflicts",
    operation: OperationType::ReadFeed,
    method: Method::GET,
    resource: ResourceType::Conflicts,
    plane: Plane::Data,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a page of the writes that lost against others and wait for somebody to settle them.
    pub fn read_all_conflicts(container: ContainerReference) -> Self {
        let (subject, check) = Subject::conflicts(container);
        Self::new(&VERB, subject, check)
    }
}
