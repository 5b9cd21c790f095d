//! What an entry of the change feed says about its change.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The position of a change in the log of its partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogicalSequenceNumber(i64);

impl LogicalSequenceNumber {
    /// The number.
    pub fn value(self) -> i64 {
        self.0
    }
}

impl From<i64> for LogicalSequenceNumber {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

impl From<LogicalSequenceNumber> for i64 {
    fn from(number: LogicalSequenceNumber) -> Self {
        number.0
    }
}

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ChangeFeedOperationType {
    /// It was created.
    Create,
    /// It was replaced.
    Replace,
    /// It was deleted, or expired.
    Delete,
    /// Something that this version does not know.
    #[serde(other)]
    Unknown,
}

/// What an entry of the change feed says about its change; everything is optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ChangeFeedMetadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation_type: Option<ChangeFeedOperationType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lsn: Option<LogicalSequenceNumber>,
    #[serde(
        rename = "crts",
        default,
        skip_serializing_if = "Option::is_none",
        with = "seconds"
    )]
    conflict_resolution_timestamp: Option<Duration>,
    #[serde(
        rename = "previousImageLSN",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    previous_image_lsn: Option<LogicalSequenceNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_to_live_expired: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partition_key: Option<Value>,
}

impl ChangeFeedMetadata {
    /// Metadata with the position and the time of a change (since 1970, whole seconds on the wire).
    pub fn new(lsn: LogicalSequenceNumber, conflict_resolution_timestamp: Duration) -> Self {
        Self {
            lsn: Some(lsn),
            conflict_resolution_timestamp: Some(conflict_resolution_timestamp),
            ..Self::default()
        }
    }

    /// Says what happened.
    pub fn with_operation_type(mut self, operation_type: ChangeFeedOperationType) -> Self {
        self.operation_type = Some(operation_type);
        self
    }

    /// Names the position of the version before.
    pub fn with_previous_image_lsn(mut self, lsn: LogicalSequenceNumber) -> Self {
        self.previous_image_lsn = Some(lsn);
        self
    }

    /// Marks a delete as an expiry.
    pub fn with_time_to_live_expired(mut self) -> Self {
        self.time_to_live_expired = Some(true);
        self
    }

    /// Names the item that was deleted; `partition_key` is an array of its key values.
    pub fn with_deleted_item(mut self, id: impl Into<String>, partition_key: Value) -> Self {
        self.id = Some(id.into());
        self.partition_key = Some(partition_key);
        self
    }

    /// What happened; absent in the latest-version mode.
    pub fn operation_type(&self) -> Option<ChangeFeedOperationType> {
        self.operation_type
    }

    /// The position of the change in the log of its partition.
    pub fn lsn(&self) -> Option<LogicalSequenceNumber> {
        self.lsn
    }

    /// The time of the change, since 1970.
    pub fn conflict_resolution_timestamp(&self) -> Option<Duration> {
        self.conflict_resolution_timestamp
    }

    /// The position of the version before, when it is kept.
    pub fn previous_image_lsn(&self) -> Option<LogicalSequenceNumber> {
        self.previous_image_lsn
    }

    /// Whether a delete was an expiry.
    pub fn time_to_live_expired(&self) -> Option<bool> {
        self.time_to_live_expired
    }

    /// The id of a deleted item.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The partition key of a deleted item as the sender wrote it: an array of values, or a map of paths to values.
    pub fn partition_key(&self) -> Option<&Value> {
        self.partition_key.as_ref()
    }

    /// The values of the partition key of a deleted item, whichever of the two forms was sent; a map has no
    /// order of its own, so `paths` gives it (`/a/b` or `a/b`), and a path that the map lacks is left out.
    pub fn partition_key_values<'a>(&'a self, paths: &[impl AsRef<str>]) -> Vec<&'a Value> {
        match self.partition_key.as_ref() {
            None => Vec::new(),
            Some(Value::Array(values)) => values.iter().collect(),
            Some(Value::Object(map)) => {
                let bare = |name: &'a str| name.strip_prefix('/').unwrap_or(name);
                let named = |path: &str| {
                    let path = path.strip_prefix('/').unwrap_or(path);
                    map.iter()
                        .find(|(name, _)| bare(name) == path)
                        .map(|(_, value)| value)
                };
                paths
                    .iter()
                    .filter_map(|path| named(path.as_ref()))
                    .collect()
            }
            Some(single) => vec![single],
        }
    }
}

mod seconds {
    use super::{Deserialize, Deserializer, Duration, Serialize, Serializer};

    #[expect(
        clippy::ref_option,
        reason = "serde's `with` hands the field by reference"
    )]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(|time| time.as_secs()).serialize(serializer)
    }

    /// Times before 1970 become 1970.
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let seconds = Option::<i64>::deserialize(deserializer)?;
        Ok(seconds.map(|seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(0))))
    }
}
