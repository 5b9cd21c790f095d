//! Creates a container: `POST /dbs/{db}/colls` with its document.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::DatabaseReference;

static VERB: Verb = Verb {
    name: "create_container",
    operation: OperationType::Create,
    method: Method::POST,
    resource: ResourceType::Containers,
    plane: Plane::Metadata,
    content: Content::Json,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Creates a container; the body is its document.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an operation takes its resource, whatever it keeps of it"
    )]
    pub fn create_container(database: DatabaseReference) -> Self {
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
