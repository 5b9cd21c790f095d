//! Transactional batch and bulk: the array of operations, and the array of results.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::id::Etag;
use crate::partition::PartitionKey;

/// The most operations of one request.
pub const MAX_BATCH_OPERATIONS: usize = 100;
/// The largest body of a transactional batch.
pub const MAX_BATCH_BODY_BYTES: usize = 2 * 1024 * 1024;
/// The largest body that clients send as a bulk request.
pub const MAX_BULK_BODY_BYTES: usize = 220_201;

/// What an operation of a batch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BatchOperationType {
    /// Creates an item.
    Create,
    /// Creates or replaces an item.
    Upsert,
    /// Reads an item.
    Read,
    /// Replaces an item.
    Replace,
    /// Deletes an item.
    Delete,
    /// Patches an item; the body is a [`PatchRequest`](super::PatchRequest).
    Patch,
}

impl BatchOperationType {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Upsert => "Upsert",
            Self::Read => "Read",
            Self::Replace => "Replace",
            Self::Delete => "Delete",
            Self::Patch => "Patch",
        }
    }

    /// Whether the operation must name its item by `id`.
    pub const fn needs_id(self) -> bool {
        matches!(
            self,
            Self::Read | Self::Replace | Self::Delete | Self::Patch
        )
    }

    /// Whether the operation must carry a body.
    pub const fn needs_body(self) -> bool {
        matches!(
            self,
            Self::Create | Self::Upsert | Self::Replace | Self::Patch
        )
    }
}

/// One operation of a batch. Its body is JSON text that nobody has parsed yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BatchOperation {
    /// What to do.
    pub operation_type: BatchOperationType,
    /// The item; required unless the body is a whole document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// In bulk requests: the partition key as header text, such as `["a"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_key: Option<String>,
    /// The document, or the patch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_body: Option<Box<RawValue>>,
    /// The item must have this etag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<Etag>,
    /// The item must not have this etag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_none_match: Option<Etag>,
}

/// Why the array of operations is refused as a whole; 400 unless said otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// The body is not an array of operations.
    #[error("the batch body is not an array of operations: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The array is empty.
    #[error("a batch needs at least one operation")]
    Empty,
    /// The array is too long.
    #[error("the batch has {found} operations, and the limit is {MAX_BATCH_OPERATIONS}")]
    TooManyOperations {
        /// How many there are.
        found: usize,
    },
    /// The body is too large (413).
    #[error("the batch body has {found} bytes, and the limit is {MAX_BATCH_BODY_BYTES}")]
    TooLarge {
        /// Size of the body in bytes.
        found: usize,
    },
    /// An operation lacks something that it needs.
    #[error("batch operation {index} ({}) needs '{property}'", operation_type.as_str())]
    Missing {
        /// Position of the operation, from 0.
        index: usize,
        /// What the operation does.
        operation_type: BatchOperationType,
        /// What it lacks.
        property: &'static str,
    },
}

impl BatchOperation {
    fn new(
        operation_type: BatchOperationType,
        id: Option<String>,
        resource_body: Option<Box<RawValue>>,
    ) -> Self {
        Self {
            operation_type,
            id,
            partition_key: None,
            resource_body,
            if_match: None,
            if_none_match: None,
        }
    }

    /// Creates `document`.
    pub fn create(document: Box<RawValue>) -> Self {
        Self::new(BatchOperationType::Create, None, Some(document))
    }

    /// Creates or replaces `document`.
    pub fn upsert(document: Box<RawValue>) -> Self {
        Self::new(BatchOperationType::Upsert, None, Some(document))
    }

    /// Reads the item `id`.
    pub fn read(id: impl Into<String>) -> Self {
        Self::new(BatchOperationType::Read, Some(id.into()), None)
    }

    /// Replaces the item `id` by `document`.
    pub fn replace(id: impl Into<String>, document: Box<RawValue>) -> Self {
        Self::new(BatchOperationType::Replace, Some(id.into()), Some(document))
    }

    /// Deletes the item `id`.
    pub fn delete(id: impl Into<String>) -> Self {
        Self::new(BatchOperationType::Delete, Some(id.into()), None)
    }

    /// Patches the item `id`; `patch` is the text of a [`PatchRequest`](super::PatchRequest).
    pub fn patch(id: impl Into<String>, patch: Box<RawValue>) -> Self {
        Self::new(BatchOperationType::Patch, Some(id.into()), Some(patch))
    }

    /// Requires the item to have this etag.
    pub fn with_if_match(mut self, etag: Etag) -> Self {
        self.if_match = Some(etag);
        self
    }

    /// Requires the item not to have this etag.
    pub fn with_if_none_match(mut self, etag: Etag) -> Self {
        self.if_none_match = Some(etag);
        self
    }

    /// Names the partition key, for bulk requests.
    pub fn with_partition_key(mut self, partition_key: &PartitionKey) -> Self {
        self.partition_key = Some(partition_key.to_header());
        self
    }

    /// The body as text; empty when there is none.
    pub fn body(&self) -> &str {
        self.resource_body.as_deref().map_or("", RawValue::get)
    }
}

/// Reads and checks the body of a batch or bulk request.
///
/// # Errors
/// [`BatchError`] when it is no array, empty, too long, too large, or an operation lacks its id or body.
pub fn parse_batch(body: &[u8]) -> Result<Vec<BatchOperation>, BatchError> {
    if body.len() > MAX_BATCH_BODY_BYTES {
        return Err(BatchError::TooLarge { found: body.len() });
    }
    let operations: Vec<BatchOperation> = serde_json::from_slice(body)?;
    check_batch(&operations)?;
    Ok(operations)
}

/// Checks what the service checks before it runs the first operation.
///
/// # Errors
/// [`BatchError`] when there are no or too many operations, or one lacks its id or body.
pub fn check_batch(operations: &[BatchOperation]) -> Result<(), BatchError> {
    if operations.is_empty() {
        return Err(BatchError::Empty);
    }
    if operations.len() > MAX_BATCH_OPERATIONS {
        return Err(BatchError::TooManyOperations {
            found: operations.len(),
        });
    }
    for (index, operation) in operations.iter().enumerate() {
        let operation_type = operation.operation_type;
        if operation_type.needs_id() && operation.id.as_deref().unwrap_or_default().is_empty() {
            return Err(BatchError::Missing {
                index,
                operation_type,
                property: "id",
            });
        }
        if operation_type.needs_body() && operation.resource_body.is_none() {
            return Err(BatchError::Missing {
                index,
                operation_type,
                property: "resourceBody",
            });
        }
    }
    Ok(())
}

/// What one operation of a batch came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TransactionalBatchOperationResult {
    status_code: u16,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        alias = "substatusCode"
    )]
    sub_status_code: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_charge: Option<f64>,
    #[serde(rename = "eTag", default, skip_serializing_if = "Option::is_none")]
    etag: Option<Etag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource_body: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_milliseconds: Option<u64>,
}

impl TransactionalBatchOperationResult {
    /// The status of an operation that did not run because another one failed.
    pub const FAILED_DEPENDENCY: u16 = 424;

    /// A result with a status only.
    pub fn new(status_code: u16) -> Self {
        Self {
            status_code,
            sub_status_code: None,
            request_charge: None,
            etag: None,
            resource_body: None,
            retry_after_milliseconds: None,
        }
    }

    /// Sets the substatus.
    pub fn with_substatus_code(mut self, substatus_code: u32) -> Self {
        self.sub_status_code = Some(substatus_code);
        self
    }

    /// Sets the charge in request units.
    pub fn with_request_charge(mut self, request_charge: f64) -> Self {
        self.request_charge = Some(request_charge);
        self
    }

    /// Sets the etag.
    pub fn with_etag(mut self, etag: Etag) -> Self {
        self.etag = Some(etag);
        self
    }

    /// Sets the document.
    pub fn with_resource_body(mut self, resource_body: Box<RawValue>) -> Self {
        self.resource_body = Some(resource_body);
        self
    }

    /// Sets after which time the operation may be tried again; whole milliseconds on the wire.
    pub fn with_retry_after(mut self, retry_after: Duration) -> Self {
        self.retry_after_milliseconds =
            Some(u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// The HTTP status of the operation.
    pub fn status_code(&self) -> u16 {
        self.status_code
    }

    /// The substatus of the operation.
    pub fn substatus_code(&self) -> Option<u32> {
        self.sub_status_code
    }

    /// The charge in request units.
    pub fn request_charge(&self) -> Option<f64> {
        self.request_charge
    }

    /// The etag of the item after the operation.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_ref().map(AsRef::as_ref)
    }

    /// The document, as the sender wrote it.
    pub fn resource_body(&self) -> Option<&RawValue> {
        self.resource_body.as_deref()
    }

    /// After which time the operation may be tried again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after_milliseconds.map(Duration::from_millis)
    }

    /// The document as a `T`, when there is one.
    ///
    /// # Errors
    /// When the document is not a `T`.
    #[expect(
        clippy::wrong_self_convention,
        reason = "the published client has it so, and results are handed out by reference"
    )]
    pub fn into_model<T: DeserializeOwned>(&self) -> serde_json::Result<Option<T>> {
        self.resource_body()
            .map(|body| serde_json::from_str(body.get()))
            .transpose()
    }

    /// Whether the status is in the 200s.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status_code)
    }
}

/// The results of a batch, in the order of its operations.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TransactionalBatchResponse {
    results: Vec<TransactionalBatchOperationResult>,
}

impl TransactionalBatchResponse {
    /// The results of a batch, in the order of its operations.
    pub fn new(results: Vec<TransactionalBatchOperationResult>) -> Self {
        Self { results }
    }

    /// Reads the body of an answer with 200 or 207.
    ///
    /// # Errors
    /// When `body` is not an array of results.
    pub fn parse(body: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(body)
    }

    /// The results, in the order of the operations.
    pub fn results(&self) -> &[TransactionalBatchOperationResult] {
        &self.results
    }

    /// The result that made an atomic batch fail: the first failure that is not a 424.
    pub fn first_failure(&self) -> Option<&TransactionalBatchOperationResult> {
        let mut failures = self.results.iter().filter(|result| !result.is_success());
        let dependent = TransactionalBatchOperationResult::FAILED_DEPENDENCY;
        failures
            .clone()
            .find(|result| result.status_code != dependent)
            .or_else(|| failures.next())
    }

    /// The HTTP status of the whole answer: 200 when every operation is in the 200s, else 207.
    pub fn status_code(&self) -> u16 {
        if self
            .results
            .iter()
            .all(TransactionalBatchOperationResult::is_success)
        {
            200
        } else {
            207
        }
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
