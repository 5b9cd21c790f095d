//! The database document.

use serde::{Deserialize, Serialize};

use super::{IdRule, Refusal, SystemProperties, UnknownProperties};

/// A database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseProperties {
    /// The id; the service always sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// `_colls`, `_users`.
    #[serde(flatten)]
    pub links: DatabaseLinks,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl DatabaseProperties {
    /// A database to create.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::default()
        }
    }

    /// Checks what the service refuses with 400.
    ///
    /// # Errors
    /// [`Refusal`] when the id is missing or breaks [`IdRule::DATABASE`].
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::DATABASE.check(self.id.as_deref().unwrap_or_default())
    }
}

/// Where the children of a database are, relative to `_self`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseLinks {
    /// `colls/`.
    #[serde(rename = "_colls", default, skip_serializing_if = "Option::is_none")]
    pub containers: Option<String>,
    /// `users/`.
    #[serde(rename = "_users", default, skip_serializing_if = "Option::is_none")]
    pub users: Option<String>,
}

impl DatabaseLinks {
    /// What the service writes.
    pub fn service() -> Self {
        Self {
            containers: Some("colls/".to_owned()),
            users: Some("users/".to_owned()),
        }
    }
}
