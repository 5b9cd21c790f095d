//! Lists containers: `GET /dbs/{db}/colls`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::DatabaseReference;

static VERB: Verb = Verb {
    name: "read_all_containers",
    operation: OperationType::ReadFeed,
    method: Method::GET,
    resource: ResourceType::Containers,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a page of all containers of a database.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an operation takes its resource, whatever it keeps of it"
    )]
    pub fn read_all_containers(database: DatabaseReference) -> Self {
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
