//! Reads the items of a container as they are.

use cosmokit_driver::{FeedScope, QueryRequest};
use serde::de::DeserializeOwned;

use super::ContainerClient;
use crate::feed::QueryItemIterator;
use crate::options::QueryOptions;

impl ContainerClient {
    /// Reads all items under a partition key, in a range, or in the whole container, without a query: cheaper than
    /// `SELECT * FROM c`. Several partitions are read side by side.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::FeedScope;
    /// use futures_util::TryStreamExt;
    ///
    /// let everything = FeedScope::full_container();
    /// let mut items = container.read_all_items::<serde_json::Value>(everything, None).await?;
    /// while let Some(item) = items.try_next().await? {
    ///     println!("{item}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the scope or the continuation token does not fit. The stream carries what the service refuses.
    ///
    /// # Cancel safety
    /// May be dropped at any point, the stream too.
    pub async fn read_all_items<T: DeserializeOwned + Send + 'static>(
        &self,
        scope: FeedScope,
        options: Option<QueryOptions>,
    ) -> crate::Result<QueryItemIterator<T>> {
        let options = options.unwrap_or_default();
        let request = QueryRequest::items(self.reference.clone(), scope);
        let pager = self
            .driver
            .query_items(options.refine(request), &options.operation)
            .await?;
        Ok(QueryItemIterator::merged(pager))
    }
}
