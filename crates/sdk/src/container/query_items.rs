//! Queries the items of a container.

use cosmokit_driver::{FeedScope, QueryRequest};
use serde::de::DeserializeOwned;

use super::ContainerClient;
use crate::feed::{Query, QueryItemIterator};
use crate::options::QueryOptions;

impl ContainerClient {
    /// Queries the items under a partition key, in a range, or in the whole container: anything that the query language
    /// has, over any number of partitions.
    ///
    /// Under one partition key the query runs in the service. Over several, this client plans it (without a round
    /// trip, and only once for each text), asks the partitions side by side, and merges what they answer: order,
    /// aggregates, groups, distinct rows, windows, distances and rank fusion. Rows that are sorted, grouped or told
    /// apart here are held in memory up to the limits of [`QueryOptions`].
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::{FeedScope, Query};
    /// use futures_util::TryStreamExt;
    ///
    /// #[derive(Debug, serde::Deserialize)]
    /// struct Total { customer: String, orders: u32, total: f64 }
    ///
    /// let query = Query::from(
    ///     "SELECT c.customer, COUNT(1) AS orders, SUM(c.total) AS total FROM c WHERE c.total > @min GROUP BY c.customer",
    /// )
    /// .with_parameter("@min", 10)?;
    /// let mut totals = container.query_items::<Total>(query, FeedScope::full_container(), None).await?;
    /// while let Some(total) = totals.try_next().await? {
    ///     println!("{total:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Rows as they came from the wire, parsed by nobody, are a `Box<serde_json::value::RawValue>` each.
    ///
    /// # Errors
    /// 400 when the text is no query, the scope or the continuation token does not fit, or the query needs more
    /// partitions or memory than it may. The stream carries what the service refuses later.
    ///
    /// # Cancel safety
    /// May be dropped at any point, the stream too.
    pub async fn query_items<T: DeserializeOwned + Send + 'static>(
        &self,
        query: impl Into<Query>,
        scope: FeedScope,
        options: Option<QueryOptions>,
    ) -> crate::Result<QueryItemIterator<T>> {
        let options = options.unwrap_or_default();
        let request = QueryRequest::new(self.reference.clone(), scope, query);
        let pager = self
            .driver
            .query_items(options.refine(request), &options.operation)
            .await?;
        Ok(QueryItemIterator::merged(pager))
    }
}
