//! Creates or replaces an item: `POST …/docs` with the upsert header.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ItemReference;

static VERB: Verb = Verb {
    name: "upsert_item",
    operation: OperationType::Upsert,
    method: Method::POST,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Json,
    reply: Reply::Minimal,
    flags: &[Flag::Upsert],
};

impl CosmosOperation {
    /// Creates an item or replaces it; the body is the document, whose own id counts.
    pub fn upsert_item(item: ItemReference) -> Self {
        let (subject, check) = Subject::item_feed(item);
        Self::new(&VERB, subject, check)
    }
}
