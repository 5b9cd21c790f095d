//! Deletes a container.

use cosmokit_driver::CosmosOperation;

use super::ContainerClient;
use crate::models::ResourceResponse;
use crate::options::DeleteContainerOptions;

impl ContainerClient {
    /// Deletes the container with its items.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// container.delete(None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when the container is gone; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the container may have been deleted.
    pub async fn delete(
        &self,
        options: Option<DeleteContainerOptions>,
    ) -> crate::Result<ResourceResponse<()>> {
        let operation = CosmosOperation::delete_container(self.reference.clone());
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
