//! Queries the conflict feed of a container: `POST …/colls/{c}/conflicts` with a query.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "query_conflicts",
    operation: OperationType::Query,
    method: Method::POST,
    resource: ResourceType::Conflicts,
    plane: Plane::Data,
    content: Content::Query,
    reply: Reply::Whole,
    flags: &[Flag::Query, Flag::CrossPartition],
};

impl CosmosOperation {
    /// Reads a page of the conflicts that a query selects; the body is the query document.
    pub fn query_conflicts(container: ContainerReference) -> Self {
        let (subject, check) = Subject::conflicts(container);
        Self::new(&VERB, subject, check)
    }
}
