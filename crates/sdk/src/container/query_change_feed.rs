//! Reads the change feed.

use cosmokit_driver::{ChangeFeedRequest, FeedScope};
use serde::de::DeserializeOwned;

use super::ContainerClient;
use crate::feed::{ChangeFeedItem, ChangeFeedPageIterator, ChangeFeedStartFrom};
use crate::options::ChangeFeedOptions;

impl ContainerClient {
    /// Reads what has changed in a container, a range of it, or under a partition key: pages of
    /// [`ChangeFeedItem`]s. The stream has no end unless an end time is set: when nothing is new it gives an empty
    /// page, and then asks again after the poll delay.
    ///
    /// [`ChangeFeedStartFrom::Now`] is the moment of this call. All versions and deletes are only there within the
    /// container's retention, from now or from a continuation token on. The partitions are read side by side; changes
    /// under one partition key come in order. Splits and merges are followed.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// use cosmokit::FeedScope;
    /// use cosmokit::feed::ChangeFeedStartFrom;
    /// use futures_util::TryStreamExt;
    ///
    /// #[derive(Debug, serde::Deserialize)]
    /// struct Order { id: String, total: f64 }
    ///
    /// let everything = FeedScope::full_container();
    /// let mut pages = container
    ///     .query_change_feed::<Order>(everything, ChangeFeedStartFrom::Beginning, None)
    ///     .await?;
    /// while let Some(page) = pages.try_next().await? {
    ///     for change in page.items() {
    ///         println!("{:?}", change.current());
    ///     }
    ///     let resume_here = pages.to_continuation_token()?;
    ///     # let _ = resume_here;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the scope or the continuation token does not fit the container, or the container does not keep all
    /// versions and deletes; or what kept the partitions from being read. The stream carries later errors, and may
    /// be polled on after one: it has lost nothing.
    ///
    /// # Cancel safety
    /// May be dropped at any point, the stream too.
    pub async fn query_change_feed<T: DeserializeOwned + Send + 'static>(
        &self,
        scope: FeedScope,
        start_from: ChangeFeedStartFrom,
        options: Option<ChangeFeedOptions>,
    ) -> crate::Result<ChangeFeedPageIterator<ChangeFeedItem<T>>> {
        let options = options.unwrap_or_default();
        let request = ChangeFeedRequest::new(self.reference.clone(), scope, start_from.into());
        let request = options.refine(request);
        let pager = Box::pin(self.driver.read_change_feed(request, &options.operation)).await?;
        Ok(ChangeFeedPageIterator::new(pager))
    }
}
