//! Reads the throughput that a database's containers share.

use cosmokit_protocol::resource::ThroughputProperties;

use super::DatabaseClient;
use crate::options::{ReadDatabaseOptions, ThroughputOptions};
use crate::throughput::read_throughput_of;

impl DatabaseClient {
    /// Reads the throughput that the database's containers share; `None` when it has none.
    ///
    /// ```no_run
    /// # async fn f(database: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// if let Some(throughput) = database.read_throughput(None).await? {
    ///     println!("{:?} RU/s, at most {:?}", throughput.throughput(), throughput.autoscale_maximum());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such database; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_throughput(
        &self,
        options: Option<ThroughputOptions>,
    ) -> crate::Result<Option<ThroughputProperties>> {
        let operation = options.unwrap_or_default().operation;
        let read = ReadDatabaseOptions::default().with_operation_options(operation.clone());
        let document = self.read(Some(read)).await?.into_model()?;
        read_throughput_of(&self.driver, document.system_properties, &operation).await
    }
}
