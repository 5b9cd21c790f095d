//! Queries offers: `POST /offers` with a query.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, Flag, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::{AccountReference, ResourceAddress};

static VERB: Verb = Verb {
    name: "query_offers",
    operation: OperationType::Query,
    method: Method::POST,
    resource: ResourceType::Offers,
    plane: Plane::Metadata,
    content: Content::Query,
    reply: Reply::Whole,
    flags: &[Flag::Query],
};

impl CosmosOperation {
    /// Reads a page of the offers (throughput documents) that a query selects; the body is the query
    /// document.
    pub fn query_offers(account: AccountReference) -> Self {
        let address = ResourceAddress::fixed("/offers");
        let subject = Subject {
            account,
            address,
            container: None,
            partition_key: None,
        };
        Self::new(&VERB, subject, Ok(()))
    }
}
