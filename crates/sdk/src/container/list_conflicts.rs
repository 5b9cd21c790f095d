//! Lists the conflicts of a container.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::Conflict;

use super::ContainerClient;
use crate::feed::QueryItemIterator;
use crate::options::ListConflictsOptions;

impl ContainerClient {
    /// Lists the writes that lost against others in another region and wait for somebody to settle them.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut conflicts = container.list_conflicts(None)?;
    /// while let Some(conflict) = conflicts.try_next().await? {
    ///     println!("{} lost: {:?}", conflict.id, conflict.content);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused.
    pub fn list_conflicts(
        &self,
        options: Option<ListConflictsOptions>,
    ) -> crate::Result<QueryItemIterator<Conflict>> {
        let options = options.unwrap_or_default();
        let operation = CosmosOperation::read_all_conflicts(self.reference.clone());
        let operation = options.feed.apply(operation);
        self.driver
            .execute_feed(operation, &options.operation)
            .map(QueryItemIterator::new)
    }
}
