//! Write conflicts between regions: the policy that settles them, and the record of one left over.

use serde::{Deserialize, Serialize};

use super::wire_word::wire_word;
use super::{SystemProperties, UnknownProperties};

/// How a container settles writes of the same item in two regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConflictResolutionPolicy {
    /// The way.
    #[serde(default = "ConflictResolutionPolicy::default_mode")]
    pub mode: ConflictResolutionMode,
    /// Path of the number whose greatest value wins (`LastWriterWins`); `/_ts` by default.
    #[serde(rename = "conflictResolutionPath", default)]
    pub resolution_path: String,
    /// Link of the stored procedure that settles conflicts (`Custom`); without one they go to the conflict feed.
    #[serde(rename = "conflictResolutionProcedure", default)]
    pub resolution_procedure: String,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}

impl ConflictResolutionPolicy {
    /// A policy with empty path and procedure.
    pub fn new(mode: ConflictResolutionMode) -> Self {
        Self {
            mode,
            resolution_path: String::new(),
            resolution_procedure: String::new(),
            unknown: UnknownProperties::new(),
        }
    }

    /// What the service uses when a container names no policy: the last writer by `/_ts` wins.
    pub fn service_default() -> Self {
        Self::new(ConflictResolutionMode::LastWriterWins).with_resolution_path("/_ts")
    }

    /// Sets the path of the number whose greatest value wins.
    pub fn with_resolution_path(mut self, resolution_path: impl Into<String>) -> Self {
        self.resolution_path = resolution_path.into();
        self
    }

    /// Sets the stored procedure that settles conflicts.
    pub fn with_resolution_procedure(mut self, resolution_procedure: impl Into<String>) -> Self {
        self.resolution_procedure = resolution_procedure.into();
        self
    }

    fn default_mode() -> ConflictResolutionMode {
        ConflictResolutionMode::LastWriterWins
    }
}

wire_word! {
    /// The ways to settle a conflict.
    ConflictResolutionMode {
        /// The greatest value at [`ConflictResolutionPolicy::resolution_path`] wins.
        LastWriterWins = "LastWriterWins",
        /// A stored procedure decides, or the reader of the conflict feed.
        Custom = "Custom",
    }
}

/// One record of a container's conflict feed: a write that lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names of the document")]
#[non_exhaustive]
pub struct Conflict {
    /// The id of the conflict.
    pub id: String,
    /// The write that lost: `create`, `replace` or `delete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation_type: Option<String>,
    /// What was written, normally `document`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// The resource id of what was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// The losing version, as JSON text inside a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Where the conflict stands in the log of its partition.
    #[serde(
        rename = "conflict_lsn",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub conflict_lsn: Option<u64>,
    /// `_rid`, `_self`, `_etag`, `_ts`.
    #[serde(flatten)]
    pub system_properties: SystemProperties,
    /// Properties this version does not know; written back unchanged.
    #[serde(flatten)]
    pub unknown: UnknownProperties,
}
