//! Runs several operations under one partition key, all or none.

use cosmokit_driver::CosmosOperation;

use super::ContainerClient;
use crate::models::{BatchResponse, TransactionalBatch};
use crate::options::BatchOptions;

impl ContainerClient {
    /// Runs a transactional batch: up to 100 operations under one partition key, applied together or not at all.
    ///
    /// When an operation fails the status is 207 and nothing was applied; its result says why, and all others have
    /// 424. Documents, also those of reads, come back only when they are asked for with
    /// [`ContentResponseOnWrite::Enabled`](crate::options::ContentResponseOnWrite::Enabled).
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::TransactionalBatch;
    /// use serde_json::json;
    ///
    /// let batch = TransactionalBatch::new("contoso")
    ///     .create_item(json!({"id": "o-2", "customer": "contoso"}))?
    ///     .delete_item("o-1", None);
    /// let results = container.execute_transactional_batch(batch, None).await?.into_model()?;
    /// match results.first_failure() {
    ///     None => println!("done"),
    ///     Some(failure) => println!("nothing was done: {}", failure.status_code()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the batch is empty or has more than 100 operations, 413 when it is larger than 2 MB; or what kept it
    /// from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the batch may have been applied.
    pub async fn execute_transactional_batch(
        &self,
        batch: TransactionalBatch,
        options: Option<BatchOptions>,
    ) -> crate::Result<BatchResponse> {
        let options = options.unwrap_or_default();
        let body = batch.to_bytes()?;
        let mut operation =
            CosmosOperation::batch(self.reference.clone(), batch.into_partition_key())
                .with_body(body);
        if let Some(token) = options.session_token {
            operation = operation.with_session_token(token);
        }
        self.driver
            .execute_operation(operation, &options.operation)
            .await
            .map(BatchResponse::new)
    }
}
