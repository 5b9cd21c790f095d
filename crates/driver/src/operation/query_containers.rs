//! Queries containers: `POST /dbs/{db}/colls` with a query.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::wire::header;
use http::HeaderValue;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::DatabaseReference;

static VERB: Verb = Verb {
    name: "query_containers",
    operation: OperationType::Query,
    method: Method::POST,
    resource: ResourceType::Containers,
    plane: Plane::Metadata,
    content: Content::Query,
    reply: Reply::Whole,
    headers: &[(header::IS_QUERY, HeaderValue::from_static("True"))],
};

impl CosmosOperation {
    /// Reads a page of the containers that a query selects; the body is the query document.
    pub fn query_containers(database: DatabaseReference) -> Self {
        let check = database.check();
        let subject = Subject {
            account: database.account().clone(),
            address: database.containers().clone(),
            container: None,
            partition_key: None,
        };
        Self::new(&VERB, subject, check)
    }
}
