//! Deletes a database.

use cosmokit_driver::CosmosOperation;

use super::DatabaseClient;
use crate::models::ResourceResponse;
use crate::options::DeleteDatabaseOptions;

impl DatabaseClient {
    /// Deletes the database with everything in it.
    ///
    /// ```no_run
    /// # async fn f(database: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// database.delete(None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such database; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the database may have been deleted.
    pub async fn delete(
        &self,
        options: Option<DeleteDatabaseOptions>,
    ) -> crate::Result<ResourceResponse<()>> {
        let operation = CosmosOperation::delete_database(self.reference.clone());
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
