//! Sizes of a container's partitions, returned when a read asks for them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::UnknownProperties;

/// What one physical partition holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PartitionStatistics {
    /// Id of the partition key range.
    pub id: String,
    /// Size of the items in KiB.
    #[serde(rename = "sizeInKB", default)]
    pub size_kib: u64,
    /// Number of items.
    #[serde(default)]
    pub document_count: u64,
    /// Number of different keys in the sample.
    #[serde(default)]
    pub sampled_distinct_partition_key_count: u64,
    /// The largest logical partitions of the sample.
    #[serde(default)]
    pub partition_keys: Vec<Value>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}
