//! Deletes a conflict.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;

use super::ContainerClient;
use crate::models::ResourceResponse;
use crate::options::ConflictOptions;

impl ContainerClient {
    /// Deletes a conflict of an item under this partition key: it is settled.
    ///
    /// # Errors
    /// 404 when there is no such conflict; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the conflict may have been deleted.
    pub async fn delete_conflict(
        &self,
        partition_key: impl Into<PartitionKey>,
        conflict_id: &str,
        options: Option<ConflictOptions>,
    ) -> crate::Result<ResourceResponse<()>> {
        let operation =
            CosmosOperation::delete_conflict(self.reference.clone(), partition_key, conflict_id);
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
