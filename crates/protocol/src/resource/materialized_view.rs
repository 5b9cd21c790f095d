//! Containers that the service fills from another container by a query.

use serde::{Deserialize, Serialize};

use super::UnknownProperties;

/// Where a container's items come from; also called a global secondary index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MaterializedViewDefinition {
    /// Id of the container that is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_collection_id: Option<String>,
    /// Resource id of that container; the service adds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_collection_rid: Option<String>,
    /// The query that makes the items, such as `SELECT c.a, c.b FROM c`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// How far the service is; the service adds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl MaterializedViewDefinition {
    /// A view of the container `source_collection_id` made by the query `definition`.
    pub fn new(source_collection_id: impl Into<String>, definition: impl Into<String>) -> Self {
        Self {
            source_collection_id: Some(source_collection_id.into()),
            definition: Some(definition.into()),
            ..Self::default()
        }
    }
}
