//! The documents that actors write.

use serde::{Deserialize, Serialize};

use crate::history::{ItemKey, Mark};

/// The path of the partition key in every container of a world.
pub(crate) const PARTITION_KEY: &str = "/pk";

/// The path of the unique key in containers that have one.
pub(crate) const UNIQUE_KEY: &str = "/claim";

/// A document with a mark.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) id: String,
    pub(crate) pk: String,
    pub(crate) mark: Mark,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claim: Option<String>,
    /// Its position, in change feeds.
    #[serde(rename = "_lsn", default, skip_serializing)]
    pub(crate) lsn: Option<u64>,
}

impl Document {
    pub(crate) fn new(key: &ItemKey, mark: Mark, claim: Option<String>) -> Self {
        Self {
            id: key.id.clone(),
            pk: key.partition.clone(),
            mark,
            claim,
            lsn: None,
        }
    }

    pub(crate) fn key(&self, container: &str) -> ItemKey {
        ItemKey::new(container, &self.pk, &self.id)
    }
}
