//! What can be asked of the conflict feed of a container.

use cosmokit_protocol::{op::SqlQuery, partition::PartitionKey};

use super::{ConflictAddress, ContainerAddress, FeedScope, Paging};

/// Read the conflict feed, in the order in which the versions that lost were written.
#[derive(Clone, Debug)]
pub struct ListConflicts {
    /// Which container.
    pub container: ContainerAddress,
    /// Which part of it.
    pub scope: FeedScope,
    /// Which page.
    pub paging: Paging,
}

/// Query the conflict documents, in any Cosmos SQL.
#[derive(Clone, Debug)]
pub struct QueryConflicts {
    /// Which container.
    pub container: ContainerAddress,
    /// Which part of it.
    pub scope: FeedScope,
    /// Text and parameters.
    pub query: SqlQuery,
    /// Which page.
    pub paging: Paging,
}

/// Read a conflict: 200.
#[derive(Clone, Debug)]
pub struct ReadConflict {
    /// Which conflict.
    pub conflict: ConflictAddress,
    /// Partition key of the item in conflict.
    pub partition_key: Option<PartitionKey>,
}

/// Delete a conflict, once it is settled: 204.
#[derive(Clone, Debug)]
pub struct DeleteConflict {
    /// Which conflict.
    pub conflict: ConflictAddress,
    /// Partition key of the item in conflict.
    pub partition_key: Option<PartitionKey>,
}
