//! Reads a database's document.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::DatabaseProperties;

use super::DatabaseClient;
use crate::models::ResourceResponse;
use crate::options::ReadDatabaseOptions;

impl DatabaseClient {
    /// Reads the database's document.
    ///
    /// ```no_run
    /// # async fn f(database: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// let properties = database.read(None).await?.into_model()?;
    /// println!("{:?} was written at {:?}", properties.id, properties.system_properties.last_modified);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when there is no such database; or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read(
        &self,
        options: Option<ReadDatabaseOptions>,
    ) -> crate::Result<ResourceResponse<DatabaseProperties>> {
        let operation = CosmosOperation::read_database(self.reference.clone());
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
