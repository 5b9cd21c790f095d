//! Lists databases: `GET /dbs`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::{AccountReference, ResourceAddress};

static VERB: Verb = Verb {
    name: "read_all_databases",
    operation: OperationType::ReadFeed,
    method: Method::GET,
    resource: ResourceType::Databases,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads a page of all databases of the account.
    pub fn read_all_databases(account: AccountReference) -> Self {
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
