//! One operation of an actor, from its invocation to its return.

use std::fmt;

use cosmokit_protocol::wire::consistency::ConsistencyLevel;
use serde::{Deserialize, Serialize};

use super::{Action, ActorId, Moment, Outcome};

/// One user's course through the account, on however many clients: whatever a user may expect of having read and
/// written before, they expect of one session.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SessionId(pub u32);

/// What an operation asks of consistency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Asked {
    /// The level that holds for it: the account's or a weaker one.
    pub level: ConsistencyLevel,
    /// Whether its session's tokens travel with it.
    pub carries_tokens: bool,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Who asked.
    pub actor: ActorId,
    /// In which session.
    pub session: SessionId,
    /// What it asked of consistency.
    pub asked: Asked,
    /// When it was asked.
    pub invoked: Moment,
    /// When the answer came; `None` when none did.
    pub returned: Option<Moment>,
    /// What was asked.
    pub action: Action,
    /// What came back.
    pub outcome: Outcome,
    /// The region that gave the answer, when one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The position in the log at which the answer was given, as the answer says: all that is kept of its session token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lsn: Option<u64>,
    /// How many requests it took.
    #[serde(default)]
    pub requests: u32,
}

impl Operation {
    /// Whether a delete that was acknowledged may have found nothing: it was sent again after an answer that left open
    /// what became of it, and then the item was not there, by this delete or by another's.
    pub fn may_have_found_nothing(&self) -> bool {
        self.requests > 1
    }

    /// Whether this operation had returned before the other was invoked.
    pub fn precedes(&self, other: &Self) -> bool {
        self.returned
            .is_some_and(|returned| returned < other.invoked)
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = if self.carries_tokens {
            "with tokens"
        } else {
            "without tokens"
        };
        write!(f, "{}, {tokens}", self.level.as_str())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.invoked)?;
        if let Some(returned) = self.returned {
            write!(f, "..{returned}")?;
        }
        write!(f, " {} {}: {}", self.actor, self.action, self.outcome)?;
        if let Some(region) = &self.region {
            write!(f, " in {region}")?;
        }
        self.lsn.iter().try_for_each(|lsn| write!(f, " at {lsn}"))
    }
}
