//! Reads the account document: `GET /`, signed without type and link.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::{AccountReference, ResourceAddress};

static VERB: Verb = Verb {
    name: "read_account",
    operation: OperationType::Read,
    method: Method::GET,
    resource: ResourceType::Account,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads the account document: regions, consistency, query limits.
    pub fn read_account(account: AccountReference) -> Self {
        let subject = Subject {
            account,
            address: ResourceAddress::fixed("/"),
            container: None,
            partition_key: None,
        };
        Self::new(&VERB, subject, Ok(()))
    }
}
