//! Patches an item: `PATCH …/docs/{id}` with the operations and, if there is one, their condition.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ItemReference;

static VERB: Verb = Verb {
    name: "patch_item",
    operation: OperationType::Patch,
    method: Method::PATCH,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Patch,
    reply: Reply::Minimal,
    flags: &[],
};

impl CosmosOperation {
    /// Patches an item in the service; the body is a
    /// [`PatchRequest`](cosmokit_protocol::op::PatchRequest).
    pub fn patch_item(item: ItemReference) -> Self {
        let (subject, check) = Subject::item(item);
        Self::new(&VERB, subject, check)
    }
}
