//! Executes a stored procedure: `POST …/colls/{c}/sprocs/{id}` with its arguments.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::partition::PartitionKey;
use http::Method;

use super::{Content, CosmosOperation, OperationType, Plane, Reply, Subject, Verb};
use crate::reference::{ContainerReference, NamedResourceFeed};

static VERB: Verb = Verb {
    name: "execute_stored_procedure",
    operation: OperationType::Execute,
    method: Method::POST,
    resource: ResourceType::StoredProcedures,
    plane: Plane::Data,
    content: Content::Json,
    reply: Reply::Whole,
    flags: &[],
};

impl CosmosOperation {
    /// Executes a stored procedure under a partition key; the body is the JSON array of its arguments.
    ///
    /// What a procedure does twice is not what it does once, so it is sent again only when it provably did nothing,
    /// unless the [write retry policy](crate::options::WriteRetryPolicy) says otherwise.
    pub fn execute_stored_procedure(
        container: ContainerReference,
        partition_key: impl Into<PartitionKey>,
        id: impl AsRef<str>,
    ) -> Self {
        let procedure = NamedResourceFeed::stored_procedures(&container).resource(id);
        let (mut subject, check) = Subject::items(container, Some(partition_key.into()));
        subject.address = procedure.address().clone();
        Self::new(&VERB, subject, check.and(procedure.check()))
    }
}
