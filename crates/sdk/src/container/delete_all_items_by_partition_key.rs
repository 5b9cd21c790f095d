//! Deletes every item under a partition key.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;

use super::ContainerClient;
use crate::models::ItemResponse;
use crate::options::DeleteAllItemsOptions;

impl ContainerClient {
    /// Deletes every item under a partition key, or below a prefix of a hierarchical one. The items are gone for
    /// readers at once; the service takes their storage back in the background.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// container.delete_all_items_by_partition_key("contoso", None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the key does not fit the container; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the items may have been deleted.
    pub async fn delete_all_items_by_partition_key(
        &self,
        partition_key: impl Into<PartitionKey>,
        options: Option<DeleteAllItemsOptions>,
    ) -> crate::Result<ItemResponse> {
        let operation = CosmosOperation::delete_all_items_by_partition_key(
            self.reference.clone(),
            partition_key,
        );
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ItemResponse::new)
    }
}
