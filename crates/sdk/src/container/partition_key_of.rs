//! Finds the partition key in a document, so that no program needs to write it twice.

use cosmokit_driver::options::OperationOptions;
use cosmokit_driver::{CosmosError, ErrorKind};
use cosmokit_protocol::partition::PartitionKey;
use serde::Serialize;

use super::{ContainerClient, item_body};

impl ContainerClient {
    /// The partition key that a document has in this container, by the container's definition. A property that is
    /// absent, or is an array or object, counts as undefined, as it does to the service.
    ///
    /// It costs one more serialization of the document, and no request: the definition is known since the client was
    /// made.
    ///
    /// ```no_run
    /// # async fn f(events: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// let event = serde_json::json!({"id": "e-1", "tenant": "contoso", "user": 7, "kind": "login"});
    /// let key = events.partition_key_of(&event).await?;
    /// events.create_item(key, "e-1", &event, None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the document cannot be written as JSON or is no object; 404 when the container is gone and its
    /// definition must be read again.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn partition_key_of<T: Serialize>(&self, item: &T) -> crate::Result<PartitionKey> {
        let body = item_body(item)?;
        let container = self
            .driver
            .resolve_container(&self.reference, &OperationOptions::default())
            .await?;
        container
            .partition_key_definition()
            .extract(&body)
            .map_err(|why| {
                CosmosError::builder()
                    .with_kind(ErrorKind::Request)
                    .with_message("the document has no partition key that this container could use")
                    .with_source(why)
                    .build()
            })
    }
}
