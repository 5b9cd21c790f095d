//! Reads an offer: `GET /offers/{rid}`.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::{AccountReference, ResourceAddress};

static VERB: Verb = Verb {
    name: "read_offer",
    operation: OperationType::Read,
    method: Method::GET,
    resource: ResourceType::Offers,
    plane: Plane::Metadata,
    content: Content::None,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Reads the offer (throughput document) with this resource id.
    pub fn read_offer(account: AccountReference, rid: impl AsRef<str>) -> Self {
        let (address, check) = ResourceAddress::offer(rid.as_ref());
        let subject = Subject {
            account,
            address,
            container: None,
            partition_key: None,
        };
        Self::new(&VERB, subject, check)
    }
}
