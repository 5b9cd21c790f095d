//! What is fixed about a verb: one static row per verb, standing in the verb's own file.

use cosmokit_protocol::id::ResourceType;
use http::{HeaderName, HeaderValue, Method};

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
    /// Headers that tell this verb from others with the same method and path.
    pub(crate) headers: &'static [(HeaderName, HeaderValue)],
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
}

/// Whether a caller can do without the body of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The body is what was asked for.
    Whole,
    /// The service need not send the written document back unless the caller wants it.
    Minimal,
}
