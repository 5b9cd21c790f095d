//! Replaces a container's document.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::ContainerProperties;

use super::ContainerClient;
use crate::models::ResourceResponse;
use crate::options::ReplaceContainerOptions;

impl ContainerClient {
    /// Replaces the container's document: indexing, time to live and other policies. Id, partition key and unique keys
    /// stay as they are.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::models::TimeToLive;
    ///
    /// let properties = container.read(None).await?.into_model()?;
    /// container.replace(properties.with_default_ttl(TimeToLive::Seconds(3600)), None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the service refuses a part of the document or a change that may not be made, 404 when the container is
    /// gone; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the document may have been replaced.
    pub async fn replace(
        &self,
        properties: ContainerProperties,
        options: Option<ReplaceContainerOptions>,
    ) -> crate::Result<ResourceResponse<ContainerProperties>> {
        let operation = CosmosOperation::replace_container(self.reference.clone())
            .with_body(serde_json::to_vec(&properties)?);
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
