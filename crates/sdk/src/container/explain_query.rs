//! Tells how a query is run.

use cosmokit_driver::{FeedScope, QueryExplanation, QueryRequest};

use super::ContainerClient;
use crate::feed::Query;
use crate::options::QueryOptions;

impl ContainerClient {
    /// Tells how a query is run: who plans it, what each partition is asked, how the answers are merged, which indexes
    /// serve it and which are missing, and what it costs. Its first page is read for that. The answer prints itself as
    /// a tree.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::FeedScope;
    ///
    /// let text = "SELECT TOP 10 * FROM c ORDER BY c.total DESC";
    /// println!("{}", container.explain_query(text, FeedScope::full_container(), None).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`query_items`](Self::query_items).
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn explain_query(
        &self,
        query: impl Into<Query>,
        scope: FeedScope,
        options: Option<QueryOptions>,
    ) -> crate::Result<QueryExplanation> {
        let options = options.unwrap_or_default();
        let request = QueryRequest::new(self.reference.clone(), scope, query);
        self.driver
            .explain_query(options.refine(request), &options.operation)
            .await
    }
}
