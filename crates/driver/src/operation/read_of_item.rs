//! The read of the item that a write is about.

use cosmokit_protocol::partition::PartitionKey;
use serde::Deserialize;

use super::{CosmosOperation, OperationType};
use crate::reference::ItemReference;

/// The id of a document.
#[derive(Deserialize)]
struct Identified {
    id: String,
}

impl CosmosOperation {
    /// The read of the item that this operation writes; `None` when it is not about one item that can be named.
    pub(crate) fn read_of_item(&self) -> Option<Self> {
        let key: PartitionKey = self.partition_key()?.clone();
        match self.operation_type() {
            // Only the document says which item is made.
            OperationType::Create | OperationType::Upsert => {
                let container = self
                    .container()
                    .filter(|container| container.name().is_some())?;
                let document: Identified = serde_json::from_slice(self.body()).ok()?;
                let item = ItemReference::from_name(container, key, &document.id);
                Some(Self::read_item(item))
            }
            OperationType::Replace | OperationType::Delete | OperationType::Patch => {
                Some(Self::read_item_at(self.subject().clone()))
            }
            _ => None,
        }
    }
}
