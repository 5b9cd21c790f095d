//! Runs a batch: `POST …/docs` with an array of operations. Transactional under one partition key, where all or
//! nothing happens; bulk over one partition key range, where each operation succeeds or fails for itself.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::partition::PartitionKey;
use cosmokit_protocol::wire::header::{self, value};
use http::Method;

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static TRANSACTION: Verb = Verb {
    name: "batch",
    operation: OperationType::Batch,
    method: Method::POST,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Json,
    reply: Reply::Minimal,
    flags: &[Flag::Batch, Flag::BatchAtomic],
};

static BULK: Verb = Verb {
    name: "bulk",
    operation: OperationType::Batch,
    method: Method::POST,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Json,
    reply: Reply::Minimal,
    flags: &[Flag::Batch, Flag::BatchContinueOnError],
};

impl CosmosOperation {
    /// Runs a transactional batch under one partition key; the body is an array of
    /// [`BatchOperation`](cosmokit_protocol::op::BatchOperation)s. The status is 207 when it failed: then
    /// nothing was applied.
    pub fn batch(container: ContainerReference, partition_key: impl Into<PartitionKey>) -> Self {
        let (subject, check) = Subject::items(container, Some(partition_key.into()));
        Self::new(&TRANSACTION, subject, check)
            .with_request_header(header::BATCH_CONTINUE_ON_ERROR, value::FALSE)
    }

    /// Runs up to 100 independent operations, whose keys all lie in the range that
    /// [`within`](Self::within) names; each carries its partition key.
    pub(crate) fn bulk(container: ContainerReference) -> Self {
        let (subject, check) = Subject::items(container, None);
        Self::new(&BULK, subject, check).with_request_header(header::BATCH_ATOMIC, value::FALSE)
    }
}
