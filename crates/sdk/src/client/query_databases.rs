//! Queries the databases of an account.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::DatabaseProperties;

use crate::CosmosClient;
use crate::feed::{Query, QueryItemIterator};
use crate::options::QueryDatabasesOptions;

impl CosmosClient {
    /// Queries the databases of the account.
    ///
    /// ```no_run
    /// # async fn f(client: cosmokit::CosmosClient) -> cosmokit::Result<()> {
    /// use cosmokit::Query;
    /// use futures_util::TryStreamExt;
    ///
    /// let query = Query::from("SELECT * FROM root r WHERE r.id = @id").with_parameter("@id", "shop")?;
    /// let mut databases = client.query_databases(query, None).await?;
    /// while let Some(database) = databases.try_next().await? {
    ///     println!("{:?}", database.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused: 400 for a query
    /// that it does not understand.
    ///
    /// # Cancel safety
    /// May be dropped at any point, the stream too.
    #[expect(
        clippy::unused_async,
        reason = "the published signature is async; planning a query will await"
    )]
    pub async fn query_databases(
        &self,
        query: impl Into<Query>,
        options: Option<QueryDatabasesOptions>,
    ) -> crate::Result<QueryItemIterator<DatabaseProperties>> {
        let operation = CosmosOperation::query_databases(self.driver.account().clone())
            .with_body(query.into().to_bytes());
        let options = options.unwrap_or_default();
        let operation = options.feed.apply(operation);
        self.driver
            .execute_feed(operation, &options.operation)
            .map(QueryItemIterator::new)
    }
}
