//! What each level owes to whom: a table, with the source of each row.

use std::fmt;

use cosmokit_protocol::wire::consistency::ConsistencyLevel;

use crate::history::{Asked, Setting};
use crate::judge::Guarantee;

use Owed::{Given as G, Kept as K, Lacking as L};

/// What an account owes of a guarantee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owed {
    /// It must hold in every run.
    Given,
    /// It need not hold, and runs must be found in which it does not: else the level is stronger than it says, and
    /// nobody learns what to expect of the service.
    #[default]
    Lacking,
    /// The level does not give it, and neither the service nor this account can break it. The row says why.
    Kept,
}

/// From where an account is looked at: the level that holds for an operation, and for session whether its tokens travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standpoint {
    /// Strong.
    Strong,
    /// Bounded staleness.
    Bounded,
    /// Session, with its tokens.
    Session,
    /// Session, without tokens.
    NoToken,
    /// Consistent prefix.
    Prefix,
    /// Eventual.
    Eventual,
}

/// A guarantee, and what is owed of it.
#[derive(Clone, Copy, Debug)]
pub struct Promise {
    /// The guarantee.
    pub guarantee: Guarantee,
    /// By [`Standpoint::ALL`], in an account in which one region takes writes; `None` when another row says it all.
    pub one_writer: Option<[Owed; 6]>,
    /// The same where every region takes writes. Strong does not exist there and stands for nothing.
    pub all_write: Option<[Owed; 6]>,
    /// Where it is said, or why it is so.
    pub source: &'static str,
}

/// What every level gives.
const EVERYWHERE: Option<[Owed; 6]> = Some([G; 6]);
/// What no level gives.
const NOWHERE: Option<[Owed; 6]> = Some([L; 6]);
/// What a session has, as far as its tokens travel; strong has it because it has everything.
const OF_SESSIONS: Option<[Owed; 6]> = Some([G, L, G, L, L, L]);

/// `levels`: <https://learn.microsoft.com/azure/cosmos-db/consistency-levels>, in words of our own.
pub const PROMISES: [Promise; 16] = [
    Promise {
        guarantee: Guarantee::Linearizable,
        one_writer: Some([G, L, L, L, L, L]),
        all_write: NOWHERE,
        source: "levels: strong is linearizable, and does not exist with several write regions",
    },
    Promise {
        guarantee: Guarantee::BoundedStaleness,
        one_writer: Some([G, G, L, L, L, L]),
        all_write: Some([G, G, L, L, L, L]),
        source: "levels: behind by at most K versions or T seconds; writes are throttled to keep it",
    },
    Promise {
        guarantee: Guarantee::ReadYourWrites,
        one_writer: OF_SESSIONS,
        all_write: OF_SESSIONS,
        source: "levels: within one session that hands its token on",
    },
    Promise {
        guarantee: Guarantee::MonotonicReads,
        one_writer: OF_SESSIONS,
        all_write: OF_SESSIONS,
        source: "ConsistencyLevel.Session of the .NET client: monotonic reads, monotonic writes, read your writes",
    },
    Promise {
        guarantee: Guarantee::MonotonicWrites,
        one_writer: OF_SESSIONS,
        all_write: OF_SESSIONS,
        source: "as above; judged as far as the log of one region goes",
    },
    Promise {
        guarantee: Guarantee::WritesFollowReads,
        one_writer: OF_SESSIONS,
        all_write: OF_SESSIONS,
        source: "levels: session, for one writer or writers that share the token; judged as far as the log of one region goes",
    },
    Promise {
        guarantee: Guarantee::CausalOrder,
        one_writer: None,
        all_write: NOWHERE,
        source: "levels: clients that write to several regions are eventual for everybody outside their session: each \
                 link between regions delivers by itself",
    },
    Promise {
        guarantee: Guarantee::ConsistentPrefix,
        one_writer: Some([G, G, G, G, G, K]),
        all_write: Some([G, G, G, G, G, K]),
        source: "levels: a transaction is seen whole. Eventual and consistent prefix read in the same way, one replica \
                 (ReadConsistencyStrategy of the .NET client), and a replica is a position in the log: one answer of \
                 it has no gap, whatever the level",
    },
    Promise {
        guarantee: Guarantee::TotalPrefix,
        one_writer: None,
        all_write: NOWHERE,
        source: "levels: as for causal order",
    },
    Promise {
        guarantee: Guarantee::Convergence,
        one_writer: EVERYWHERE,
        all_write: EVERYWHERE,
        source: "levels: without further writes the replicas converge",
    },
    Promise {
        guarantee: Guarantee::ChangeFeed,
        one_writer: EVERYWHERE,
        all_write: NOWHERE,
        source: "change feed: once, in the order of the log; with several write regions what loses a conflict is in no \
                 other region's log",
    },
    Promise {
        guarantee: Guarantee::Durability,
        one_writer: EVERYWHERE,
        all_write: EVERYWHERE,
        source: "an acknowledged write is there until it is replaced; a forced failover may lose the tail below strong",
    },
    Promise {
        guarantee: Guarantee::NoLostUpdate,
        one_writer: EVERYWHERE,
        all_write: NOWHERE,
        source: "If-Match is checked where the write is taken: two regions may both accept",
    },
    Promise {
        guarantee: Guarantee::NoPhantom,
        one_writer: EVERYWHERE,
        all_write: EVERYWHERE,
        source: "what is seen was written",
    },
    Promise {
        guarantee: Guarantee::UniqueKeys,
        one_writer: EVERYWHERE,
        all_write: NOWHERE,
        source: "checked where the write is taken: two regions may both accept, and one of the items goes",
    },
    Promise {
        guarantee: Guarantee::Progress,
        one_writer: EVERYWHERE,
        all_write: EVERYWHERE,
        source: "after the last trouble everything is answered",
    },
];

impl Standpoint {
    /// All of them, the strongest first.
    pub const ALL: [Self; 6] = [
        Self::Strong,
        Self::Bounded,
        Self::Session,
        Self::NoToken,
        Self::Prefix,
        Self::Eventual,
    ];

    /// Where an operation that asks for this stands.
    pub const fn of(asked: Asked) -> Self {
        match asked.level {
            ConsistencyLevel::Strong => Self::Strong,
            ConsistencyLevel::BoundedStaleness => Self::Bounded,
            ConsistencyLevel::Session if asked.carries_tokens => Self::Session,
            ConsistencyLevel::Session => Self::NoToken,
            ConsistencyLevel::ConsistentPrefix => Self::Prefix,
            ConsistencyLevel::Eventual => Self::Eventual,
        }
    }

    /// A word for the head of a column.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Bounded => "bounded",
            Self::Session => "session",
            Self::NoToken => "no token",
            Self::Prefix => "prefix",
            Self::Eventual => "eventual",
        }
    }
}

impl fmt::Display for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Given => "given",
            Self::Lacking => "lacking",
            Self::Kept => "kept",
        })
    }
}

impl fmt::Display for Standpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What an account in this setting owes of a guarantee to operations that ask for this; `None` when another guarantee
/// says the same there.
pub fn owed(setting: &Setting, asked: Asked, guarantee: Guarantee) -> Option<Owed> {
    let promise = PROMISES.iter().find(|it| it.guarantee == guarantee)?;
    let row = if setting.multi_write {
        promise.all_write
    } else {
        promise.one_writer
    };
    let at = Standpoint::of(asked);
    let place = Standpoint::ALL.iter().position(|it| *it == at)?;
    row?.get(place).copied()
}

/// Whether a guarantee is the account's and not an operation's.
pub(super) fn is_for_everybody(guarantee: Guarantee) -> bool {
    matches!(
        guarantee,
        Guarantee::Convergence
            | Guarantee::ChangeFeed
            | Guarantee::Durability
            | Guarantee::NoLostUpdate
            | Guarantee::NoPhantom
            | Guarantee::UniqueKeys
            | Guarantee::Progress
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_guarantee_has_one_row() {
        let rows: Vec<Guarantee> = PROMISES.iter().map(|it| it.guarantee).collect();
        assert_eq!(rows, Guarantee::ALL);
    }

    /// Who asks for less is owed no more.
    #[test]
    fn a_weaker_level_gives_no_more() {
        let weakens = [
            (Standpoint::Strong, Standpoint::Bounded),
            (Standpoint::Strong, Standpoint::Session),
            (Standpoint::Session, Standpoint::NoToken),
            (Standpoint::NoToken, Standpoint::Prefix),
            (Standpoint::Prefix, Standpoint::Eventual),
        ];
        let place = |at| Standpoint::ALL.iter().position(|it| *it == at).unwrap();
        for promise in PROMISES {
            for row in [promise.one_writer, promise.all_write]
                .into_iter()
                .flatten()
            {
                for (more, less) in weakens {
                    let [more, less] = [more, less].map(|at| row[place(at)]);
                    assert!(more == G || less != G, "{}", promise.guarantee);
                }
            }
        }
    }
}
