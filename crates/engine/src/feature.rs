//! Features that the server recognises and this version does not have.
//!
//! They answer 501 with their name: never a plausible wrong answer.

use std::fmt;

/// A feature of the service that the engine does not implement yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Feature {
    /// Running scripts, in a build without a JavaScript engine.
    Scripts,
    /// Requests with the token of a permission.
    ResourceTokens,
    /// Transactions over several containers.
    DistributedTransaction,
    /// Reading by a single effective partition key (`x-ms-read-key-type: EffectivePartitionKey`).
    PointEffectivePartitionKey,
}

impl Feature {
    /// The feature's name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scripts => "running scripts",
            Self::ResourceTokens => "resource tokens",
            Self::DistributedTransaction => "distributed transactions",
            Self::PointEffectivePartitionKey => "reads by a point effective partition key",
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
