//! Creates a database: `POST /dbs` with its document.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::{AccountReference, ResourceAddress};

static VERB: Verb = Verb {
    name: "create_database",
    operation: OperationType::Create,
    method: Method::POST,
    resource: ResourceType::Databases,
    plane: Plane::Metadata,
    content: Content::Json,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Creates a database; the body is its document, `{"id":"name"}`.
    pub fn create_database(account: AccountReference) -> Self {
        let address = ResourceAddress::fixed("/dbs");
        let subject = Subject {
            account,
            address,
            container: None,
            partition_key: None,
        };
        Self::new(&VERB, subject, Ok(()))
    }
}
