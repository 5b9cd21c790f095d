//! Reads an item: `GET …/docs/{id}`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ItemReference;

static VERB: Verb = Verb {
    name: "read_item",
    operation: OperationType::Read,
    method: Method::GET,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads an item.
    pub fn read_item(item: ItemReference) -> Self {
        let (subject, check) = Subject::item(item);
        Self::new(&VERB, subject, check)
    }

    /// Reads the item that another operation is about.
    pub(super) fn read_item_at(subject: Subject) -> Self {
        Self::new(&VERB, subject, Ok(()))
    }
}
