//! The part of a container that a feed reads.

use cosmokit_protocol::partition::{EpkRange, FeedRange, PartitionKey, PartitionKeyDefinition};

use crate::error::{CosmosError, Result};

/// The part of a container that a query or change feed reads.
///
/// ```
/// use cosmokit_driver::FeedScope;
///
/// let one_customer = FeedScope::partition("contoso");
/// let everything = FeedScope::full_container();
/// # let _ = (one_customer, everything);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FeedScope {
    /// The items under one partition key, or below a prefix of a hierarchical one.
    Partition(PartitionKey),
    /// The items in a range of hash points.
    Range(FeedRange),
}

impl FeedScope {
    /// The items under one partition key, or below a prefix of a hierarchical one.
    pub fn partition(partition_key: impl Into<PartitionKey>) -> Self {
        Self::Partition(partition_key.into())
    }

    /// The items in a range of hash points.
    pub fn range(range: impl Into<FeedRange>) -> Self {
        Self::Range(range.into())
    }

    /// All items.
    pub fn full_container() -> Self {
        Self::Range(FeedRange::full())
    }

    /// The key, when the scope is one whole partition key.
    pub(crate) fn whole_key(&self, definition: &PartitionKeyDefinition) -> Option<&PartitionKey> {
        let key = match self {
            Self::Partition(key) => key,
            Self::Range(range) => range.partition_key()?,
        };
        definition.is_complete(key).then_some(key)
    }

    /// The hash points of the scope.
    ///
    /// # Errors
    /// When a partition key does not fit the container.
    pub(crate) fn epk_range(&self, definition: &PartitionKeyDefinition) -> Result<EpkRange> {
        match self {
            Self::Range(range) => Ok(range.to_epk_range()),
            Self::Partition(key) => FeedRange::try_for_partition(key.clone(), definition)
                .map(|range| range.to_epk_range())
                .map_err(|why| {
                    CosmosError::builder()
                        .with_message("the partition key does not fit the container's definition")
                        .with_source(why)
                        .build()
                }),
        }
    }
}

impl From<FeedRange> for FeedScope {
    fn from(range: FeedRange) -> Self {
        Self::Range(range)
    }
}
