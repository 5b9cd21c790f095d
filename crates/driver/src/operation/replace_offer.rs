//! Replaces an offer: `PUT /offers/{rid}` with the whole document; the service always answers with it.

use cosmokit_protocol::id::ResourceType;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::{AccountReference, ResourceAddress};

static VERB: Verb = Verb {
    name: "replace_offer",
    operation: OperationType::Replace,
    method: Method::PUT,
    resource: ResourceType::Offers,
    plane: Plane::Metadata,
    content: Content::Json,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Replaces the offer (throughput document) with this resource id; the body is the whole document.
    pub fn replace_offer(account: AccountReference, rid: impl AsRef<str>) -> Self {
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
