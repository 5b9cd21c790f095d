//! Deletes a database: `DELETE /dbs/{db}`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::DatabaseReference;

static VERB: Verb = Verb {
    name: "delete_database",
    operation: OperationType::Delete,
    method: Method::DELETE,
    resource: ResourceType::Databases,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Deletes a database with everything in it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an operation takes its resource, whatever it keeps of it"
    )]
    pub fn delete_database(database: DatabaseReference) -> Self {
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
