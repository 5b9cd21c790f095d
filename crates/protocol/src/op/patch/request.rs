//! The body of a PATCH request.

use serde::{Deserialize, Serialize};

use super::super::json::written;
use super::{PatchError, PatchInstructions, PatchOperation, check_targets};
use crate::partition::PartitionKeyDefinition;

/// The most operations of one request.
pub const MAX_PATCH_OPERATIONS: usize = 10;

/// The body of a PATCH request, and of a patch in a batch: operations, and perhaps a condition.
///
/// Clients send it wrapped, `{"condition": …, "operations": […]}`, or as the bare array of operations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PatchRequest {
    /// SQL from `FROM` on, such as `from c where c.status = 'open'`; when it is false the answer is 412.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The operations, applied in order, all or none.
    pub operations: Vec<PatchOperation>,
}

impl PatchRequest {
    /// A request without condition.
    pub fn new(instructions: PatchInstructions) -> Self {
        Self {
            condition: None,
            operations: instructions.operations,
        }
    }

    /// Sets the condition: SQL from `FROM` on.
    pub fn with_condition(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Reads a body in either form and checks the number of operations.
    ///
    /// # Errors
    /// [`PatchError::Malformed`], [`PatchError::NoOperations`] or [`PatchError::TooManyOperations`].
    pub fn parse(body: &[u8]) -> Result<Self, PatchError> {
        let malformed = |error: serde_json::Error| PatchError::Malformed(error.to_string().into());
        let request = if body.trim_ascii_start().starts_with(b"[") {
            Self {
                condition: None,
                operations: serde_json::from_slice(body).map_err(malformed)?,
            }
        } else {
            serde_json::from_slice(body).map_err(malformed)?
        };
        request.check_count()?;
        Ok(request)
    }

    fn check_count(&self) -> Result<(), PatchError> {
        match self.operations.len() {
            0 => Err(PatchError::NoOperations),
            found if found > MAX_PATCH_OPERATIONS => Err(PatchError::TooManyOperations {
                found,
                limit: MAX_PATCH_OPERATIONS,
            }),
            _ => Ok(()),
        }
    }

    /// Checks everything that does not depend on the document: the number of operations and their targets.
    ///
    /// # Errors
    /// [`PatchError`] for what the service refuses with 400.
    pub fn validate(&self, partition_key: &PartitionKeyDefinition) -> Result<(), PatchError> {
        self.check_count()?;
        check_targets(&self.operations, partition_key)
    }

    /// The body as JSON, in the wrapped form.
    pub fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }
}
