//! Users of a database, who hold permissions.

use serde::{Deserialize, Serialize};

use super::{IdRule, Refusal, SystemProperties, UnknownProperties};

/// A user of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// The id.
    pub id: String,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Where the permissions are, relative to `_self`: `permissions/`.
    #[serde(
        rename = "_permissions",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub permissions_link: Option<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl User {
    /// What the service writes as `_permissions`.
    pub const PERMISSIONS_LINK: &'static str = "permissions/";

    /// A user to create.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Checks what the service refuses with 400.
    ///
    /// # Errors
    /// [`Refusal`] when the id breaks [`IdRule::USER`].
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::USER.check(&self.id)
    }
}
