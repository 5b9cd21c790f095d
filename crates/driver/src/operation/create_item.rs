//! Creates an item: `POST …/docs` with the document.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ItemReference;

static VERB: Verb = Verb {
    name: "create_item",
    operation: OperationType::Create,
    method: Method::POST,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Json,
    reply: Reply::Minimal,
    flags: &[],
};

impl CosmosOperation {
    /// Creates an item; the body is the document, whose own id counts.
    pub fn create_item(item: ItemReference) -> Self {
        let (subject, check) = Subject::item_feed(item);
        Self::new(&VERB, subject, check)
    }
}
