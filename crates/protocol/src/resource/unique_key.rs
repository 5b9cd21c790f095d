//! Unique keys: combinations of values that may stand once in a logical partition.

use serde::{Deserialize, Serialize};

use super::UnknownProperties;

/// The unique keys of a container; fixed at its creation, at most 10.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UniqueKeyPolicy {
    /// The keys.
    #[serde(default)]
    pub unique_keys: Vec<UniqueKey>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl UniqueKeyPolicy {
    /// Adds a key.
    pub fn with_unique_key(mut self, unique_key: UniqueKey) -> Self {
        self.unique_keys.push(unique_key);
        self
    }
}

/// One unique key: the values at all its paths together, at most 16 paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UniqueKey {
    /// The paths, such as `/name` or `/address/street`; a missing value counts as null.
    pub paths: Vec<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl UniqueKey {
    /// Adds a path.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.paths.push(path.into());
        self
    }
}
