//! Inputs of requests that run scripts.

use bytes::Bytes;
use cosmokit_protocol::partition::PartitionKey;

use super::ResourceAddress;

/// Execute a stored procedure in one logical partition: 200 with what it answers.
#[derive(Clone, Debug)]
pub struct ExecuteStoredProcedure {
    /// Which one.
    pub procedure: ResourceAddress,
    /// Partition key header: where it works.
    pub partition_key: Option<PartitionKey>,
    /// A JSON array; empty for no arguments.
    pub arguments: Bytes,
    /// Whether its log is wanted.
    pub logging: ScriptLogging,
}

/// Whether what a script writes with `console.log` is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScriptLogging {
    /// It is dropped.
    #[default]
    Off,
    /// `x-ms-documentdb-script-enable-logging: true`.
    On,
}

/// Triggers that run with a write, by name, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triggers {
    /// `x-ms-documentdb-pre-trigger-include`: those that run before it.
    pub before: Vec<String>,
    /// `x-ms-documentdb-post-trigger-include`: those that run after it.
    pub after: Vec<String>,
}
