//! Partition key ranges: which part of the key space each physical partition holds.

use serde::{Deserialize, Serialize};

use super::wire_word::wire_word;
use super::{SystemProperties, UnknownProperties};
use crate::partition::EffectivePartitionKey;

/// One row of `GET …/pkranges`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PartitionKeyRange {
    /// The id: decimal digits, never used again in the container.
    pub id: String,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Where the range stands in the log of the container's metadata.
    #[serde(rename = "_lsn", default, skip_serializing_if = "Option::is_none")]
    pub lsn: Option<u64>,
    /// First effective partition key of the range; `""` for the first range.
    pub min_inclusive: EffectivePartitionKey,
    /// First effective partition key after the range; `FF` for the last range.
    pub max_exclusive: EffectivePartitionKey,
    /// Prefix of the resource ids that the partition gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rid_prefix: Option<u64>,
    /// Part of the container's throughput that the partition has, 0 to 1.
    #[serde(default)]
    pub throughput_fraction: f64,
    /// Whether the partition serves requests.
    #[serde(default)]
    pub status: PartitionKeyRangeStatus,
    /// Ids of the ranges that this one came from by splits and merges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parents: Option<Vec<String>>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl PartitionKeyRange {
    /// A range that is online and came from no other; `min_inclusive` should lie before `max_exclusive`.
    pub fn new(
        id: String,
        min_inclusive: EffectivePartitionKey,
        max_exclusive: EffectivePartitionKey,
    ) -> Self {
        Self {
            id,
            system_properties: SystemProperties::default(),
            lsn: None,
            min_inclusive,
            max_exclusive,
            rid_prefix: None,
            throughput_fraction: 0.0,
            status: PartitionKeyRangeStatus::Online,
            parents: None,
            unknown: UnknownProperties::new(),
        }
    }

    /// Ids of the ranges that this one came from; empty when there are none.
    pub fn parents(&self) -> &[String] {
        self.parents.as_deref().unwrap_or_default()
    }
}

wire_word! {
    /// Whether a partition serves requests.
    #[derive(Default)]
    PartitionKeyRangeStatus {
        /// It does.
        #[default]
        Online = "online",
        /// It does, and is being split.
        Splitting = "splitting",
        /// It does not.
        Offline = "offline",
        /// It has been split; its children serve.
        Split = "split",
    }
}
