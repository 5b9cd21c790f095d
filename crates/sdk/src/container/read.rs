//! Reads a container's document.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::ContainerProperties;

use super::ContainerClient;
use crate::models::ResourceResponse;
use crate::options::ReadContainerOptions;

impl ContainerClient {
    /// Reads the container's document.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// let properties = container.read(None).await?.into_model()?;
    /// println!("{} by {:?}", properties.id, properties.partition_key.paths());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when the container is gone; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read(
        &self,
        options: Option<ReadContainerOptions>,
    ) -> crate::Result<ResourceResponse<ContainerProperties>> {
        let operation = CosmosOperation::read_container(self.reference.clone());
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
