//! A transactional batch while it is put together.

use cosmokit_driver::Precondition;
use cosmokit_protocol::op::{BatchOperation, PatchInstructions, PatchRequest};
use cosmokit_protocol::partition::PartitionKey;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::options::{
    BatchDeleteOptions, BatchPatchOptions, BatchReadOptions, BatchReplaceOptions,
    BatchUpsertOptions,
};

/// Operations under one partition key that are applied together or not at all; run by
/// [`ContainerClient::execute_transactional_batch`](crate::ContainerClient::execute_transactional_batch).
///
/// At most 100 operations and 2 MB. An operation sees what those before it did.
///
/// ```
/// use cosmokit::TransactionalBatch;
/// use serde_json::json;
///
/// let batch = TransactionalBatch::new("contoso")
///     .create_item(json!({"id": "o-1", "customer": "contoso"}))?
///     .read_item("o-1", None);
/// assert_eq!(batch.operations().len(), 2);
/// # Ok::<(), cosmokit::CosmosError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TransactionalBatch {
    partition_key: PartitionKey,
    operations: Vec<BatchOperation>,
}

impl TransactionalBatch {
    /// An empty batch under a partition key.
    pub fn new(partition_key: impl Into<PartitionKey>) -> Self {
        Self {
            partition_key: partition_key.into(),
            operations: Vec::new(),
        }
    }

    /// The partition key.
    pub fn partition_key(&self) -> &PartitionKey {
        &self.partition_key
    }

    /// The operations so far.
    pub fn operations(&self) -> &[BatchOperation] {
        &self.operations
    }

    /// Creates an item.
    ///
    /// # Errors
    /// When the item cannot be written as JSON.
    pub fn create_item<T: Serialize>(self, item: T) -> crate::Result<Self> {
        Ok(self.with(BatchOperation::create(document(&item)?), None))
    }

    /// Creates an item or replaces it.
    ///
    /// # Errors
    /// When the item cannot be written as JSON.
    pub fn upsert_item<T: Serialize>(
        self,
        item: T,
        options: Option<BatchUpsertOptions>,
    ) -> crate::Result<Self> {
        let operation = BatchOperation::upsert(document(&item)?);
        Ok(self.with(operation, options.and_then(|options| options.precondition)))
    }

    /// Replaces an item.
    ///
    /// # Errors
    /// When the item cannot be written as JSON.
    pub fn replace_item<T: Serialize>(
        self,
        item_id: impl Into<String>,
        item: T,
        options: Option<BatchReplaceOptions>,
    ) -> crate::Result<Self> {
        let operation = BatchOperation::replace(item_id, document(&item)?);
        Ok(self.with(operation, options.and_then(|options| options.precondition)))
    }

    /// Changes parts of an item.
    ///
    /// # Errors
    /// When the instructions cannot be written as JSON.
    pub fn patch_item(
        self,
        item_id: impl Into<String>,
        instructions: PatchInstructions,
        options: Option<BatchPatchOptions>,
    ) -> crate::Result<Self> {
        let options = options.unwrap_or_default();
        let mut request = PatchRequest::new(instructions);
        if let Some(condition) = options.filter_predicate {
            request = request.with_condition(condition);
        }
        let operation = BatchOperation::patch(item_id, document(&request)?);
        Ok(self.with(operation, options.precondition))
    }

    /// Reads an item.
    pub fn read_item(self, item_id: impl Into<String>, options: Option<BatchReadOptions>) -> Self {
        self.with(
            BatchOperation::read(item_id),
            options.and_then(|options| options.precondition),
        )
    }

    /// Deletes an item.
    pub fn delete_item(
        self,
        item_id: impl Into<String>,
        options: Option<BatchDeleteOptions>,
    ) -> Self {
        self.with(
            BatchOperation::delete(item_id),
            options.and_then(|options| options.precondition),
        )
    }

    fn with(mut self, operation: BatchOperation, precondition: Option<Precondition>) -> Self {
        self.operations.push(match precondition {
            None => operation,
            Some(Precondition::IfMatch(etag)) => operation.with_if_match(etag),
            Some(Precondition::IfNoneMatch(etag)) => operation.with_if_none_match(etag),
        });
        self
    }

    pub(crate) fn to_bytes(&self) -> crate::Result<Vec<u8>> {
        Ok(serde_json::to_vec(&self.operations)?)
    }

    pub(crate) fn into_partition_key(self) -> PartitionKey {
        self.partition_key
    }
}

fn document(item: &impl Serialize) -> crate::Result<Box<RawValue>> {
    Ok(to_raw_value(item)?)
}
