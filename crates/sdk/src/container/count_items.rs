//! Counts items.

use cosmokit_driver::{CosmosError, ErrorKind, FeedScope};
use futures_util::TryStreamExt as _;

use super::ContainerClient;
use crate::feed::Query;
use crate::options::QueryOptions;

impl ContainerClient {
    /// Counts the items under a partition key, in a range, or in the whole container.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::{FeedScope, Query};
    ///
    /// let all = container.count_items(FeedScope::full_container(), None).await?;
    /// let large = Query::from("c.total > @min").with_parameter("@min", 100)?;
    /// let large = container.count_items_where(large, FeedScope::full_container(), None).await?;
    /// println!("{large} of {all}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`query_items`](Self::query_items).
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn count_items(
        &self,
        scope: FeedScope,
        options: Option<QueryOptions>,
    ) -> crate::Result<u64> {
        self.count(Query::from("SELECT VALUE COUNT(1) FROM c"), scope, options)
            .await
    }

    /// Counts the items that meet a condition: the text is what stands behind WHERE, about an item `c`.
    ///
    /// # Errors
    /// As [`query_items`](Self::query_items).
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn count_items_where(
        &self,
        condition: impl Into<Query>,
        scope: FeedScope,
        options: Option<QueryOptions>,
    ) -> crate::Result<u64> {
        let condition = condition.into();
        let text = format!("SELECT VALUE COUNT(1) FROM c WHERE {}", condition.query);
        self.count(condition.with_text(text), scope, options).await
    }

    async fn count(
        &self,
        query: Query,
        scope: FeedScope,
        options: Option<QueryOptions>,
    ) -> crate::Result<u64> {
        let rows: Vec<u64> = Box::pin(self.query_items::<u64>(query, scope, options))
            .await?
            .try_collect()
            .await?;
        match rows.as_slice() {
            [count] => Ok(*count),
            _ => Err(CosmosError::builder()
                .with_kind(ErrorKind::Contract)
                .with_message("the service gave no single count")
                .build()),
        }
    }
}
