//! Queries the containers of a database.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::ContainerProperties;

use super::DatabaseClient;
use crate::feed::{Query, QueryItemIterator};
use crate::options::QueryContainersOptions;

impl DatabaseClient {
    /// Queries the containers of the database.
    ///
    /// ```no_run
    /// # async fn f(database: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut containers = database.query_containers("SELECT * FROM c WHERE c.id = 'orders'", None).await?;
    /// while let Some(container) = containers.try_next().await? {
    ///     println!("{}", container.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused: 404 when there
    /// is no such database, 400 for a query that it does not understand.
    ///
    /// # Cancel safety
    /// May be dropped at any point, the stream too.
    #[expect(
        clippy::unused_async,
        reason = "the published signature is async; planning a query will await"
    )]
    pub async fn query_containers(
        &self,
        query: impl Into<Query>,
        options: Option<QueryContainersOptions>,
    ) -> crate::Result<QueryItemIterator<ContainerProperties>> {
        let operation = CosmosOperation::query_containers(self.reference.clone())
            .with_body(query.into().to_bytes());
        let options = options.unwrap_or_default();
        let operation = options.feed.apply(operation);
        self.driver
            .execute_feed(operation, &options.operation)
            .map(QueryItemIterator::new)
    }
}
