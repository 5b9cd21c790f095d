//! Reads a database: `GET /dbs/{db}`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::DatabaseReference;

static VERB: Verb = Verb {
    name: "read_database",
    operation: OperationType::Read,
    method: Method::GET,
    resource: ResourceType::Databases,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a database document.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an operation takes its resource, whatever it keeps of it"
    )]
    pub fn read_database(database: DatabaseReference) -> Self {
        let check = database.check();
        let subject = Subject {
            account: database.account().clone(),
            address: database.address().clone(),
            container: None,
            partition_key: None,
        };
        Self::new(&VERB, subject, check)
    }
}
