//! Permissions: what a user may do with one resource.

use serde::{Deserialize, Serialize};

use super::{IdRule, Refusal, SystemProperties, UnknownProperties};
use crate::partition::PartitionKey;

/// A permission of a user.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the document")]
#[non_exhaustive]
pub struct Permission {
    /// The id.
    pub id: String,
    /// The word as it was written; clients spell it `all` or `All`. See [`Permission::mode`].
    pub permission_mode: String,
    /// Link of the resource, such as `dbs/db/colls/c`.
    pub resource: String,
    /// The logical partition to which the permission is limited, as the array of the request header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_partition_key: Option<serde_json::Value>,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// A fresh resource token; in answers only.
    #[serde(rename = "_token", default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

/// What a permission allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PermissionMode {
    /// Reading.
    Read,
    /// Reading, writing and deleting.
    All,
}

impl PermissionMode {
    const WORDS: &'static [&'static str] = &["All", "Read"];

    /// The word as the service documents it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::All => "All",
        }
    }
}

impl Permission {
    /// A permission to create.
    pub fn new(id: impl Into<String>, mode: PermissionMode, resource: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            permission_mode: mode.as_str().to_owned(),
            resource: resource.into(),
            ..Self::default()
        }
    }

    /// What the permission allows; `None` when the word is neither, in any case of letters.
    pub fn mode(&self) -> Option<PermissionMode> {
        [PermissionMode::Read, PermissionMode::All]
            .into_iter()
            .find(|mode| mode.as_str().eq_ignore_ascii_case(&self.permission_mode))
    }

    /// The logical partition to which the permission is limited; `None` when it is not, or not readable.
    pub fn partition_key(&self) -> Option<PartitionKey> {
        let value = self.resource_partition_key.as_ref()?;
        PartitionKey::from_header(&value.to_string()).ok()
    }

    /// Checks what the service refuses with 400.
    ///
    /// # Errors
    /// [`Refusal`] when the id, the mode, the resource or the partition key is missing or wrong.
    pub fn validate(&self) -> Result<(), Refusal> {
        IdRule::PERMISSION.check(&self.id)?;
        if self.mode().is_none() {
            return Err(Refusal::UnknownWord {
                property: "permissionMode",
                word: self.permission_mode.as_str().into(),
                known: PermissionMode::WORDS,
            });
        }
        if self.resource.is_empty() {
            return Err(Refusal::Missing {
                resource: "permission",
                property: "resource",
            });
        }
        if self.resource_partition_key.is_some() && self.partition_key().is_none() {
            return Err(Refusal::Contradiction(
                "'resourcePartitionKey' of a permission must be an array of key values".into(),
            ));
        }
        Ok(())
    }
}
