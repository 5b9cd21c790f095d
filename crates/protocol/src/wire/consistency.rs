//! Consistency levels and read strategies.
//!
//! Order and the rule that a request may weaken but never strengthen the account's level:
//! <https://learn.microsoft.com/azure/cosmos-db/consistency-levels>.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The consistency level of an account or a request; a greater one promises more.
///
/// ```
/// use cosmokit_protocol::wire::consistency::ConsistencyLevel;
///
/// let account = ConsistencyLevel::Session;
/// assert!(account.may_weaken_to(ConsistencyLevel::Eventual));
/// assert!(!account.may_weaken_to(ConsistencyLevel::Strong));
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum ConsistencyLevel {
    /// Any replica, in any state that replication passed through or skipped.
    Eventual,
    /// Reads never see writes out of order.
    ConsistentPrefix,
    /// A client sees its own writes, by its session token. The default of new accounts.
    #[default]
    Session,
    /// Reads lag behind writes by at most so many versions or so much time.
    BoundedStaleness,
    /// Reads see the latest write that was acknowledged anywhere.
    Strong,
}

impl ConsistencyLevel {
    /// All levels, weakest first.
    pub const ALL: [Self; 5] = [
        Self::Eventual,
        Self::ConsistentPrefix,
        Self::Session,
        Self::BoundedStaleness,
        Self::Strong,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eventual => "Eventual",
            Self::ConsistentPrefix => "ConsistentPrefix",
            Self::Session => "Session",
            Self::BoundedStaleness => "BoundedStaleness",
            Self::Strong => "Strong",
        }
    }

    /// Whether a request to an account of this level may ask for `requested`: the same level or a
    /// weaker one. The service answers a stronger one with 400.
    pub fn may_weaken_to(self, requested: Self) -> bool {
        requested <= self
    }
}

impl FromStr for ConsistencyLevel {
    type Err = UnknownConsistency;

    /// Reads a level by its name, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownConsistency::Level)
    }
}

impl fmt::Display for ConsistencyLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a read asks for instead of a level: the value of
/// `x-ms-cosmos-read-consistency-strategy`, which replaces `x-ms-consistency-level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadConsistencyStrategy {
    /// What the account does by default; sends no header.
    #[default]
    Default,
    /// Any replica of the region; no session token.
    Eventual,
    /// Session, whatever the account's level.
    Session,
    /// The latest version committed within the region, by a quorum read. Not a promise across
    /// regions.
    LatestCommitted,
    /// The latest version acknowledged anywhere; needs an account with strong consistency.
    GlobalStrong,
}

impl ReadConsistencyStrategy {
    /// All strategies.
    pub const ALL: [Self; 5] = [
        Self::Default,
        Self::Eventual,
        Self::Session,
        Self::LatestCommitted,
        Self::GlobalStrong,
    ];

    /// The name on the wire; `Default` is never sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "Default",
            Self::Eventual => "Eventual",
            Self::Session => "Session",
            Self::LatestCommitted => "LatestCommitted",
            Self::GlobalStrong => "GlobalStrong",
        }
    }

    /// The value of the header, or `None` when none is sent.
    pub const fn header_value(self) -> Option<&'static str> {
        match self {
            Self::Default => None,
            other => Some(other.as_str()),
        }
    }

    /// Whether session tokens matter to a read with this strategy on an account of this level.
    pub fn is_session_effective(self, account: ConsistencyLevel) -> bool {
        match self {
            Self::Session => true,
            Self::Default => account == ConsistencyLevel::Session,
            Self::Eventual | Self::LatestCommitted | Self::GlobalStrong => false,
        }
    }
}

impl FromStr for ReadConsistencyStrategy {
    type Err = UnknownConsistency;

    /// Reads a strategy by its name, in any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|strategy| strategy.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownConsistency::Strategy)
    }
}

impl fmt::Display for ReadConsistencyStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no consistency level or no strategy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownConsistency {
    /// Not a level.
    #[error(
        "unknown consistency level; it is one of Strong, BoundedStaleness, Session, ConsistentPrefix, Eventual"
    )]
    Level,
    /// Not a strategy.
    #[error(
        "unknown read consistency strategy; it is one of Default, Eventual, Session, LatestCommitted, GlobalStrong"
    )]
    Strategy,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_as_documented() {
        let documented = [
            "Strong",
            "BoundedStaleness",
            "Session",
            "ConsistentPrefix",
            "Eventual",
        ];
        let read = documented.map(|name| name.parse::<ConsistencyLevel>().unwrap());
        assert!(read.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn a_request_may_weaken_but_not_strengthen() {
        use ConsistencyLevel::{BoundedStaleness, ConsistentPrefix, Eventual, Session, Strong};
        fn check(account: ConsistencyLevel, allowed: &[ConsistencyLevel]) {
            for requested in ConsistencyLevel::ALL {
                let may = account.may_weaken_to(requested);
                assert_eq!(
                    may,
                    allowed.contains(&requested),
                    "{account} to {requested}"
                );
            }
        }
        check(Eventual, &[Eventual]);
        check(ConsistentPrefix, &[Eventual, ConsistentPrefix]);
        check(Session, &[Eventual, ConsistentPrefix, Session]);
        check(
            BoundedStaleness,
            &[Eventual, ConsistentPrefix, Session, BoundedStaleness],
        );
        check(Strong, &ConsistencyLevel::ALL);
    }

    #[test]
    fn names_survive_a_round_trip_in_any_case() {
        for level in ConsistencyLevel::ALL {
            assert_eq!(level.to_string().parse(), Ok(level));
            assert_eq!(level.as_str().to_lowercase().parse(), Ok(level));
            let json = serde_json::to_string(&level).unwrap();
            assert_eq!(json, format!("\"{level}\""));
            assert_eq!(
                serde_json::from_str::<ConsistencyLevel>(&json).unwrap(),
                level
            );
        }
        for strategy in ReadConsistencyStrategy::ALL {
            assert_eq!(strategy.as_str().to_uppercase().parse(), Ok(strategy));
        }
        assert!("Linear".parse::<ConsistencyLevel>().is_err());
        assert!("Strong".parse::<ReadConsistencyStrategy>().is_err());
    }

    #[test]
    fn session_matters_by_strategy_or_by_account() {
        use ReadConsistencyStrategy as Strategy;
        let session = ConsistencyLevel::Session;
        assert!(Strategy::Default.is_session_effective(session));
        assert!(!Strategy::Default.is_session_effective(ConsistencyLevel::Strong));
        assert!(Strategy::Session.is_session_effective(ConsistencyLevel::Eventual));
        assert!(!Strategy::LatestCommitted.is_session_effective(session));
        assert_eq!(Strategy::Default.header_value(), None);
        assert_eq!(Strategy::GlobalStrong.header_value(), Some("GlobalStrong"));
    }
}
