//! Creates a database.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::DatabaseProperties;

use crate::CosmosClient;
use crate::models::ResourceResponse;
use crate::options::CreateDatabaseOptions;

impl CosmosClient {
    /// Creates a database.
    ///
    /// ```no_run
    /// # async fn f(client: cosmokit::CosmosClient) -> cosmokit::Result<()> {
    /// match client.create_database("shop", None).await {
    ///     Ok(created) => println!("created {:?}", created.into_model()?.id),
    ///     Err(error) if error.status().is_conflict() => println!("it is there already"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 409 when the name is taken, 400 when it cannot be a name (empty, longer than 255 characters, with `/ \ ? #`
    /// or a blank at the end); or what kept the operation from getting an answer.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the call; the database may have been created.
    pub async fn create_database(
        &self,
        id: &str,
        options: Option<CreateDatabaseOptions>,
    ) -> crate::Result<ResourceResponse<DatabaseProperties>> {
        let body = serde_json::to_vec(&DatabaseProperties::new(id))?;
        let operation =
            CosmosOperation::create_database(self.driver.account().clone()).with_body(body);
        let options = options.unwrap_or_default().operation;
        self.driver
            .execute_operation(operation, &options)
            .await
            .map(ResourceResponse::new)
    }
}
