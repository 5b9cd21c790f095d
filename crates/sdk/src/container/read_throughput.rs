//! Reads the throughput that a container has of its own.

use cosmokit_protocol::resource::ThroughputProperties;

use super::ContainerClient;
use crate::options::{ReadContainerOptions, ThroughputOptions};
use crate::throughput::read_throughput_of;

impl ContainerClient {
    /// Reads the throughput that the container has of its own; `None` when it shares its database's.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// if let Some(throughput) = container.read_throughput(None).await? {
    ///     println!("{:?} RU/s, at most {:?}", throughput.throughput(), throughput.autoscale_maximum());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when the container is gone; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_throughput(
        &self,
        options: Option<ThroughputOptions>,
    ) -> crate::Result<Option<ThroughputProperties>> {
        let operation = options.unwrap_or_default().operation;
        let read = ReadContainerOptions::default().with_operation_options(operation.clone());
        let document = self.read(Some(read)).await?.into_model()?;
        read_throughput_of(&self.driver, document.system_properties, &operation).await
    }
}
