//! Replaces an item: `PUT …/docs/{id}` with the whole document.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ItemReference;

static VERB: Verb = Verb {
    name: "replace_item",
    operation: OperationType::Replace,
    method: Method::PUT,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Json,
    reply: Reply::Minimal,
    flags: &[],
};

impl CosmosOperation {
    /// Replaces an item; the body is the whole document.
    pub fn replace_item(item: ItemReference) -> Self {
        let (subject, check) = Subject::item(item);
        Self::new(&VERB, subject, check)
    }
}
