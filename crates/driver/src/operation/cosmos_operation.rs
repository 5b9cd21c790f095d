//! An operation as callers hold it.

use bytes::Bytes;
use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::partition::PartitionKey;
use http::HeaderMap;

use super::{OperationType, Subject, Verb};
use crate::error::{CosmosError, Result};
use crate::reference::{AccountReference, ContainerReference};

/// One operation: a verb, the resource it is about, its inputs and its body.
///
/// Made by a factory named after the verb, refined by `with_` methods, run by
/// [`CosmosDriver::execute_operation`](crate::CosmosDriver::execute_operation). An input that cannot be
/// sent (an illegal id, a token with line breaks) is reported when the operation is run.
#[derive(Clone, Debug)]
pub struct CosmosOperation {
    verb: &'static Verb,
    subject: Subject,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) flaw: Option<CosmosError>,
}

impl CosmosOperation {
    pub(super) fn new(verb: &'static Verb, subject: Subject, check: Result<()>) -> Self {
        Self {
            verb,
            subject,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            flaw: check.err(),
        }
    }

    /// The verb as it stands in traces and metrics, such as `read_item`.
    pub fn name(&self) -> &'static str {
        self.verb.name
    }

    /// What the operation does, apart from what it does it to.
    pub fn operation_type(&self) -> OperationType {
        self.verb.operation
    }

    /// Whether the operation changes nothing.
    pub fn is_read_only(&self) -> bool {
        self.verb.operation.is_read_only()
    }

    /// Whether the answer is a page of a feed.
    pub fn is_feed(&self) -> bool {
        self.verb.operation.is_feed()
    }

    /// Whether the operation is about one item.
    pub fn is_point(&self) -> bool {
        use OperationType as Type;
        self.verb.resource == ResourceType::Documents
            && matches!(
                self.verb.operation,
                Type::Create
                    | Type::Read
                    | Type::Replace
                    | Type::Upsert
                    | Type::Delete
                    | Type::Patch
            )
    }

    /// The account that the operation is sent to.
    pub fn account(&self) -> &AccountReference {
        &self.subject.account
    }

    /// The container that the operation is about or works in.
    pub fn container(&self) -> Option<&ContainerReference> {
        self.subject.container.as_ref()
    }

    /// The partition key that the operation is restricted to.
    pub fn partition_key(&self) -> Option<&PartitionKey> {
        self.subject.partition_key.as_ref().map(|(key, _)| key)
    }

    /// The body that is sent.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn verb(&self) -> &'static Verb {
        self.verb
    }

    pub(crate) fn subject(&self) -> &Subject {
        &self.subject
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first input that cannot be sent, if there is one.
    pub(crate) fn check(&self) -> Result<()> {
        self.flaw.clone().map_or(Ok(()), Err)
    }
}
