//! Replaces an item.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;
use serde::Serialize;

use super::{ContainerClient, item_body};
use crate::models::ItemResponse;
use crate::options::ItemWriteOptions;

impl ContainerClient {
    /// Replaces an item; the whole document is written.
    ///
    /// Without a condition the last writer wins. To lose nobody's change, give the etag that was read with
    /// [`Precondition::if_match`](crate::options::Precondition::if_match) and read again on status 412.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::options::{ItemWriteOptions, Precondition};
    ///
    /// let read = container.read_item("contoso", "o-1", None).await?;
    /// let etag = read.headers().etag().cloned().expect("every item has one");
    /// let mut order: serde_json::Value = read.into_model()?;
    /// order["total"] = 43.into();
    ///
    /// let unchanged = ItemWriteOptions::default().with_precondition(Precondition::if_match(etag));
    /// match container.replace_item("contoso", "o-1", &order, Some(unchanged)).await {
    ///     Ok(_) => println!("replaced"),
    ///     Err(error) if error.status().is_precondition_failed() => println!("someone was faster: read again"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such item, 412 when the condition does not hold, 400 when the document has another id or
    /// partition key, 413 when it is larger than 2 MB; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the item may have been replaced.
    pub async fn replace_item<T: Serialize>(
        &self,
        partition_key: impl Into<PartitionKey>,
        item_id: &str,
        item: T,
        options: Option<ItemWriteOptions>,
    ) -> crate::Result<ItemResponse> {
        let operation = CosmosOperation::replace_item(self.item(partition_key, item_id))
            .with_body(item_body(&item)?);
        self.write_item(operation, options).await
    }
}
