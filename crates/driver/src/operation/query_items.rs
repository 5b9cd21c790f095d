//! Queries items: `POST …/docs` with a query, in one logical partition or in the whole container.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::partition::PartitionKey;
use http::Method;

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::ContainerReference;

static VERB: Verb = Verb {
    name: "query_items",
    operation: OperationType::Query,
    method: Method::POST,
    resource: ResourceType::Documents,
    plane: Plane::Data,
    content: Content::Query,
    reply: Reply::Whole,
    flags: &[Flag::Query, Flag::CrossPartition],
};

impl CosmosOperation {
    /// Reads a page of the items that a query selects, under one partition key or in the whole container;
    /// the body is the query document. The query is sent as it is: what the gateway cannot serve over
    /// several partitions it refuses with 400.
    pub fn query_items(container: ContainerReference, partition_key: Option<PartitionKey>) -> Self {
        let (subject, check) = Subject::items(container, partition_key);
        Self::new(&VERB, subject, check)
    }
}
