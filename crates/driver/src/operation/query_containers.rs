//! Queries containers: `POST /dbs/{db}/colls` with a query.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::DatabaseReference;

static VERB: Verb = Verb {
    name: "query_containers",
    operation: OperationType::Query,
    method: Method::POST,
    resource: ResourceType::Containers,
    plane: Plane::Metadata,
    content: Content::Query,
    reply: Reply::Whole,
    flags: &[Flag::Query],
};

impl CosmosOperation {
    /// Reads a page of the containers that a query selects; the body is the query document.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an operation takes its resource, whatever it keeps of it"
    )]
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
