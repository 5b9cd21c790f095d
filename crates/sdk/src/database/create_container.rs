//! Creates a container.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::ContainerProperties;

use super::DatabaseClient;
use crate::models::ResourceResponse;
use crate::options::CreateContainerOptions;
use crate::throughput::with_throughput;

impl DatabaseClient {
    /// Creates a container.
    ///
    /// ```no_run
    /// # async fn f(database: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// use cosmokit::models::{ContainerProperties, ThroughputProperties};
    /// use cosmokit::options::CreateContainerOptions;
    ///
    /// let orders = ContainerProperties::new("orders", "/customer".into());
    /// let options = CreateContainerOptions::default().with_throughput(ThroughputProperties::manual(400));
    /// database.create_container(orders, Some(options)).await?;
    ///
    /// // A hierarchical key: items of one tenant and user stay together, those of one tenant can be read as one.
    /// let events = ContainerProperties::new("events", ("/tenant", "/user").into());
    /// database.create_container(events, None).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 409 when the name is taken, 404 when the database does not exist, 400 when the service refuses a part of the
    /// document or the throughput; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the container may have been created.
    pub async fn create_container(
        &self,
        properties: ContainerProperties,
        options: Option<CreateContainerOptions>,
    ) -> crate::Result<ResourceResponse<ContainerProperties>> {
        let options = options.unwrap_or_default();
        let mut operation = CosmosOperation::create_container(self.reference.clone())
            .with_body(serde_json::to_vec(&properties)?);
        if let Some(throughput) = &options.throughput {
            operation = with_throughput(operation, throughput)?;
        }
        self.driver
            .execute_operation(operation, &options.operation)
            .await
            .map(ResourceResponse::new)
    }
}
