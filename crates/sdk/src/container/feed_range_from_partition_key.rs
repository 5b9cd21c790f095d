//! The physical partitions that hold a partition key.

use cosmokit_driver::CosmosError;
use cosmokit_protocol::partition::{FeedRange, PartitionKey};

use super::ContainerClient;
use crate::options::ReadFeedRangesOptions;

impl ContainerClient {
    /// The feed ranges of the physical partitions that hold a partition key: one for a whole key, one or more for a
    /// prefix of a hierarchical key.
    ///
    /// ```no_run
    /// # async fn f(container: cosmokit::ContainerClient) -> cosmokit::Result<()> {
    /// let ranges = container.feed_range_from_partition_key("contoso", None).await?;
    /// assert_eq!(ranges.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// 400 when the key has no value, more values than the container's key has levels, or fewer in a container whose
    /// key is not hierarchical; 404 when the container is gone; or what kept the ranges from being read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn feed_range_from_partition_key(
        &self,
        partition_key: impl Into<PartitionKey>,
        options: Option<ReadFeedRangesOptions>,
    ) -> crate::Result<Vec<FeedRange>> {
        let (key, options) = (partition_key.into(), options.unwrap_or_default());
        let container = self
            .driver
            .resolve_container(&self.reference, &options.operation)
            .await?;
        let of_key = FeedRange::try_for_partition(key, container.partition_key_definition())
            .map_err(|why| {
                CosmosError::builder()
                    .with_message("the partition key does not fit the container's definition")
                    .with_source(why)
                    .build()
            })?
            .to_epk_range();
        let ranges = self
            .driver
            .resolve_partition_key_ranges(&self.reference, options.refresh(), &options.operation)
            .await?;
        Ok(ranges
            .map()
            .overlapping(&of_key)
            .iter()
            .map(|entry| FeedRange::from(entry.range()))
            .collect())
    }
}
