//! Reads a conflict.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::partition::PartitionKey;
use cosmokit_protocol::resource::Conflict;

use super::ContainerClient;
use crate::models::ResourceResponse;
use crate::options::ConflictOptions;

impl ContainerClient {
    /// Reads a conflict of an item under this partition key.
    ///
    /// # Errors
    /// 404 when there is no such conflict; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_conflict(
        &self,
        partition_key: impl Into<PartitionKey>,
        conflict_id: &str,
        options: Option<ConflictOptions>,
    ) -> crate::Result<ResourceResponse<Conflict>> {
        let operation =
            CosmosOperation::read_conflict(self.reference.clone(), partition_key, conflict_id);
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
