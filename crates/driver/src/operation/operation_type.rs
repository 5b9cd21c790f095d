//! What an operation does, apart from what it does it to.

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OperationType {
    /// Makes a resource that must not exist.
    Create,
    /// Reads one resource.
    Read,
    /// Reads a page of all resources of a kind.
    ReadFeed,
    /// Writes over a resource that must exist.
    Replace,
    /// Makes a resource or writes over it.
    Upsert,
    /// Removes a resource.
    Delete,
    /// Reads a page of what a query selects.
    Query,
    /// Asks how a query would be run.
    QueryPlan,
    /// Changes parts of a resource.
    Patch,
    /// Runs several operations in one request.
    Batch,
    /// Executes a stored procedure.
    Execute,
    /// Removes all items under a partition key.
    DeleteByPartitionKey,
}

impl OperationType {
    /// Whether it changes nothing.
    pub fn is_read_only(self) -> bool {
        matches!(
            self,
            Self::Read | Self::ReadFeed | Self::Query | Self::QueryPlan
        )
    }

    /// Whether the answer is a page of a feed.
    pub fn is_feed(self) -> bool {
        matches!(self, Self::ReadFeed | Self::Query)
    }
}
