//! Computed properties: names for values that queries derive from an item.

use serde::{Deserialize, Serialize};

use super::UnknownProperties;

/// A property that is not stored but computed by a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComputedProperty {
    /// Its name at the top level of the item; it may not be a system property.
    pub name: String,
    /// The query that computes it, such as `SELECT VALUE LOWER(c.name) FROM c`.
    pub query: String,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ComputedProperty {
    /// A property `name` computed by `query`.
    pub fn new(name: impl Into<String>, query: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            query: query.into(),
            unknown: UnknownProperties::new(),
        }
    }
}
