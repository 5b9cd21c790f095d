//! Queries the conflicts of a container.

use cosmokit_driver::CosmosOperation;
use cosmokit_protocol::resource::Conflict;

use super::ContainerClient;
use crate::feed::{Query, QueryItemIterator};
use crate::options::ListConflictsOptions;

impl ContainerClient {
    /// Queries the conflicts of the container.
    ///
    /// # Errors
    /// When an option is outside its bounds. The items of the stream carry what the service refused.
    pub fn query_conflicts(
        &self,
        query: impl Into<Query>,
        options: Option<ListConflictsOptions>,
    ) -> crate::Result<QueryItemIterator<Conflict>> {
        let options = options.unwrap_or_default();
        let operation = CosmosOperation::query_conflicts(self.reference.clone())
            .with_body(query.into().to_bytes());
        let operation = options.feed.apply(operation);
        self.driver
            .execute_feed(operation, &options.operation)
            .map(QueryItemIterator::new)
    }
}
