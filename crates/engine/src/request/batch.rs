//! Inputs of verbs that touch several items of a container at once.

use bytes::Bytes;
use cosmokit_protocol::partition::PartitionKey;

use super::ContainerAddress;

/// Carry out several item operations in one request: 200 with an array of results when each of
/// them succeeds, 207 otherwise. The array has one result per operation, in the same order.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The container.
    pub container: ContainerAddress,
    /// Partition key header: of all operations in a transaction; in bulk, of those that name none.
    pub partition_key: Option<PartitionKey>,
    /// `x-ms-documentdb-partitionkeyrangeid`: where all operations of a bulk request belong; one
    /// that does not gets 410/1002.
    pub partition_key_range_id: Option<String>,
    /// JSON array of at most 100 operations, at most 2 MiB.
    pub body: Bytes,
    /// Whether the operations succeed or fail together.
    pub mode: BatchMode,
}

/// Whether the operations of a batch succeed or fail together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BatchMode {
    /// All or none, under one LSN; when one fails, the others get 424.
    #[default]
    Atomic,
    /// Each by itself.
    Bulk(AfterFailure),
}

/// What becomes of the operations of a bulk request behind one that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterFailure {
    /// They are carried out.
    #[default]
    Continue,
    /// They get 424.
    Stop,
}

/// Delete all items of a logical partition, or of all that begin with a prefix of a hierarchical
/// key: 200 without a body. All items of a physical partition vanish at once.
#[derive(Clone, Debug)]
pub struct DeleteByPartitionKey {
    /// The container.
    pub container: ContainerAddress,
    /// Partition key header.
    pub partition_key: Option<PartitionKey>,
}
