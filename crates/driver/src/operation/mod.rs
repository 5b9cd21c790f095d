//! Operations: what is asked, of which resource, with which inputs. One verb per file; each file says what
//! goes on the wire for it. Nothing here does I/O.

mod create_container;
mod create_database;
mod create_item;
mod delete_container;
mod delete_database;
mod delete_item;
mod inputs;
mod operation_type;
mod query_containers;
mod query_databases;
mod query_items;
mod query_offers;
mod read_account;
mod read_all_containers;
mod read_all_databases;
mod read_all_items;
mod read_container;
mod read_database;
mod read_item;
mod read_offer;
mod read_partition_key_ranges;
mod replace_container;
mod replace_item;
mod replace_offer;
mod subject;
mod upsert_item;
mod verb;

use bytes::Bytes;
use cosmokit_protocol::partition::PartitionKey;
use http::HeaderMap;

pub use self::inputs::{MaxItemCountHint, Precondition};
pub use self::operation_type::OperationType;
pub(crate) use self::subject::{Subject, unwritable_key};
pub(crate) use self::verb::{Content, Flag, Plane, Reply, Verb};
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
    headers: HeaderMap,
    body: Bytes,
    flaw: Option<CosmosError>,
}

impl CosmosOperation {
    fn new(verb: &'static Verb, subject: Subject, check: Result<()>) -> Self {
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
