//! Deletes an item.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;

use super::ContainerClient;
use crate::models::ItemResponse;
use crate::options::ItemWriteOptions;

impl ContainerClient {
    /// Deletes an item. The answer has status 204 and no body.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// match container.delete_item("contoso", "o-1", None).await {
    ///     Ok(_) => println!("deleted"),
    ///     Err(error) if error.status().is_not_found() => println!("it was not there"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such item, 412 when the condition does not hold; or what kept the operation from getting an
    /// answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the item may have been deleted.
    pub async fn delete_item(
        &self,
        partition_key: impl Into<PartitionKey>,
        item_id: &str,
        options: Option<ItemWriteOptions>,
    ) -> crate::Result<ItemResponse> {
        let operation = CosmosOperation::delete_item(self.item(partition_key, item_id));
        self.write_item(operation, options).await
    }
}
