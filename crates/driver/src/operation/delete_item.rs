//! Deletes an item: `DELETE …/docs/{id}`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ItemReference;

static VERB: Verb = Verb {
    name: "delete_item",
    operation: OperationType::Delete,
    method: Method::DELETE,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::None,
    reply: Reply::Minimal,
    flags: &[],
};

impl CosmosOperation {
    /// Deletes an item.
    pub fn delete_item(item: ItemReference) -> Self {
        let (subject, check) = Subject::item(item);
        Self::new(&VERB, subject, check)
    }
}
