//! What is fixed about a verb: one static row per verb, standing in the verb's own file.

use cosmokit_protocol::id::ResourceType;
use cosmokit_protocol::wire::header;
use http::{HeaderName, Method};

use super::OperationType;

/// The fixed facts of one verb.
#[derive(Debug)]
pub(crate) struct Verb {
    /// As it stands in diagnostics, traces and metrics.
    pub(crate) name: &'static str,
    pub(crate) operation: OperationType,
    pub(crate) method: Method,
    /// What is signed as the resource type.
    pub(crate) resource: ResourceType,
    pub(crate) plane: Plane,
    pub(crate) content: Content,
    pub(crate) reply: Reply,
    /// What tells this verb from others with the same method and path.
    pub(crate) flags: &'static [Flag],
}

/// Which timeouts, retry budgets and session rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plane {
    /// Items.
    Data,
    /// Everything that describes or holds items.
    Metadata,
}

/// What kind of body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// None.
    None,
    /// A JSON document.
    Json,
    /// A query text with its parameters.
    Query,
    /// Operations on parts of a document.
    Patch,
}

/// Whether a caller can do without the body of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The body is what was asked for.
    Whole,
    /// The service need not send the written document back unless the caller wants it.
    Minimal,
}

/// A header that is `true` or absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    /// Write over what exists.
    Upsert,
    /// The body is a query.
    Query,
    /// The query may look into several partitions.
    CrossPartition,
    /// The body is a batch.
    Batch,
    /// The batch is applied whole or not at all.
    BatchAtomic,
    /// A failed operation does not stop the rest of the batch.
    BatchContinueOnError,
}

impl Flag {
    pub(crate) const fn header(self) -> HeaderName {
        match self {
            Self::Upsert => header::IS_UPSERT,
            Self::Query => header::IS_QUERY,
            Self::CrossPartition => header::ENABLE_CROSS_PARTITION_QUERY,
            Self::Batch => header::IS_BATCH_REQUEST,
            Self::BatchAtomic => header::BATCH_ATOMIC,
            Self::BatchContinueOnError => header::BATCH_CONTINUE_ON_ERROR,
        }
    }
}
