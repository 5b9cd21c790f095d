//! Lists the databases of an account.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::DatabaseProperties;

use crate::CosmosClient;
use crate::feed::QueryItemIterator;
use crate::options::ListDatabasesOptions;

impl CosmosClient {
    /// Lists the databases of the account, in the service's order.
    ///
    /// ```no_run
    /// # async fn f(client: cosmokit::CosmosClient) -> cosmokit::Result<()> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut databases = client.list_databases(None)?;
    /// while let Some(database) = databases.try_next().await? {
    ///     println!("{:?}", database.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused.
    pub fn list_databases(
        &self,
        options: Option<ListDatabasesOptions>,
    ) -> crate::Result<QueryItemIterator<DatabaseProperties>> {
        let options = options.unwrap_or_default();
        let operation = options.feed.apply(CosmosOperation::read_all_databases(
            self.driver.account().clone(),
        ));
        self.driver
            .execute_feed(operation, &options.operation)
            .map(QueryItemIterator::new)
    }
}
