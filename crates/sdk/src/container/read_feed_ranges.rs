//! The ranges of hash points that the container's physical partitions own.

use cosmokit_driver::RangeRefresh;
use cosmokit_protocol::partition::FeedRange;

use super::ContainerClient;
use crate::options::ReadFeedRangesOptions;

impl ContainerClient {
    /// The feed ranges of the container, one for each physical partition, in order: together they are the whole
    /// container, none overlaps another. Workers may share a container by them.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// for range in container.read_feed_ranges(None).await? {
    ///     println!("from {} to {}", range.min_inclusive(), range.max_exclusive());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 404 when the container is gone; or what kept the ranges from being read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn read_feed_ranges(
        &self,
        options: Option<ReadFeedRangesOptions>,
    ) -> crate::Result<Vec<FeedRange>> {
        let options = options.unwrap_or_default();
        let ranges = self
            .driver
            .resolve_partition_key_ranges(&self.reference, options.refresh(), &options.operation)
            .await?;
        Ok(ranges
            .entries()
            .iter()
            .map(|entry| FeedRange::from(entry.range()))
            .collect())
    }
}

impl ReadFeedRangesOptions {
    pub(super) fn refresh(&self) -> RangeRefresh {
        if self.force_refresh {
            RangeRefresh::Always
        } else {
            RangeRefresh::IfMissing
        }
    }
}
