//! Lists the containers of a database.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::ContainerProperties;

use super::DatabaseClient;
use crate::feed::QueryItemIterator;
use crate::options::ListContainersOptions;

impl DatabaseClient {
    /// Lists the containers of the database, in the service's order.
    ///
    /// ```no_run
    /// # async fn f(database: cosmokit::DatabaseClient) -> cosmokit::Result<()> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut containers = database.list_containers(None)?;
    /// while let Some(container) = containers.try_next().await? {
    ///     println!("{} by {:?}", container.id, container.partition_key.paths());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused: 404 when there
    /// is no such database.
    pub fn list_containers(
        &self,
        options: Option<ListContainersOptions>,
    ) -> crate::Result<QueryItemIterator<ContainerProperties>> {
        let options = options.unwrap_or_default();
        let operation = options
            .feed
            .apply(CosmosOperation::read_all_containers(self.reference.clone()));
        self.driver
            .execute_feed(operation, &options.operation)
            .map(QueryItemIterator::new)
    }
}
