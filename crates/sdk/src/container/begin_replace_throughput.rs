//! Changes the throughput of a container.

use cosmokit_protocol::resource::ThroughputProperties;

use super::ContainerClient;
use crate::options::{ReadContainerOptions, ThroughputOptions};
use crate::throughput::{ThroughputPoller, begin_replace_throughput_of};

impl ContainerClient {
    /// Changes the throughput that the container has of its own, and follows the change: awaiting the poller waits until
    /// it is in force, and its stream gives every look at it.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::models::ThroughputProperties;
    ///
    /// let poller = container.begin_replace_throughput(ThroughputProperties::manual(1_000), None).await?;
    /// let now = poller.await?.into_model()?;
    /// println!("{:?} RU/s", now.throughput());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when the container is gone or has no throughput of its own; 400 when the throughput is not one that it can have;
    /// or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future or the poller does not take the change back.
    pub async fn begin_replace_throughput(
        &self,
        throughput: ThroughputProperties,
        options: Option<ThroughputOptions>,
    ) -> crate::Result<ThroughputPoller> {
        let options = options.unwrap_or_default();
        let read =
            ReadContainerOptions::default().with_operation_options(options.operation.clone());
        let document = self.read(Some(read)).await?.into_model()?;
        let owner = document.system_properties;
        begin_replace_throughput_of(&self.driver, owner, throughput, &options).await
    }
}
