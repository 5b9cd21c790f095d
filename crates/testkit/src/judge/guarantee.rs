//! The guarantees, and who judges them.

use std::fmt;

use super::{
    Scope, Verdict, causal_order, change_feed, convergence, durability, linearizable, lost_update,
    monotonic_reads, monotonic_writes, phantom, prefix, progress, read_your_writes, staleness,
    unique_keys, writes_follow_reads,
};
use crate::history::History;

/// Something that an account may promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Guarantee {
    /// Each item behaves like one register: every operation takes effect at one instant between its invocation and its
    /// return (strong consistency).
    Linearizable,
    /// A read is never more than so many versions or so long behind (bounded staleness).
    BoundedStaleness,
    /// A session sees what it has written (session).
    ReadYourWrites,
    /// A session never sees an item older than it has seen it (session).
    MonotonicReads,
    /// A session's writes are seen by others in the order in which it made them (session, as far as one partition and
    /// the writes of one region go).
    MonotonicWrites,
    /// Who sees a write sees what its session had read before it (session, as far as one partition and the writes of
    /// one region go).
    WritesFollowReads,
    /// Monotonic writes and writes follow reads, whichever regions took the writes (with several write regions nobody
    /// gives it).
    CausalOrder,
    /// One answer never shows a write without those before it in the same partition that the same region took
    /// (consistent prefix).
    ConsistentPrefix,
    /// The same of the writes of all regions (with several write regions nobody gives it).
    TotalPrefix,
    /// After everything has healed, all regions read the same.
    Convergence,
    /// A chain of change feed tokens sees every change once, in order.
    ChangeFeed,
    /// No acknowledged write is lost.
    Durability,
    /// Of several writers who replace one version under its etag, one succeeds.
    NoLostUpdate,
    /// Nobody sees what was never written, or what was refused.
    NoPhantom,
    /// No two items of a partition key hold one value of a unique key.
    UniqueKeys,
    /// After the last trouble everything is answered again.
    Progress,
}

impl Guarantee {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Linearizable,
        Self::BoundedStaleness,
        Self::ReadYourWrites,
        Self::MonotonicReads,
        Self::MonotonicWrites,
        Self::WritesFollowReads,
        Self::CausalOrder,
        Self::ConsistentPrefix,
        Self::TotalPrefix,
        Self::Convergence,
        Self::ChangeFeed,
        Self::Durability,
        Self::NoLostUpdate,
        Self::NoPhantom,
        Self::UniqueKeys,
        Self::Progress,
    ];

    /// The name, in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linearizable => "linearizability",
            Self::BoundedStaleness => "bounded staleness",
            Self::ReadYourWrites => "read your writes",
            Self::MonotonicReads => "monotonic reads",
            Self::MonotonicWrites => "monotonic writes",
            Self::WritesFollowReads => "writes follow reads",
            Self::CausalOrder => "causal order",
            Self::ConsistentPrefix => "consistent prefix",
            Self::TotalPrefix => "prefix of all regions",
            Self::Convergence => "convergence",
            Self::ChangeFeed => "change feed",
            Self::Durability => "durability",
            Self::NoLostUpdate => "no lost update",
            Self::NoPhantom => "no phantom",
            Self::UniqueKeys => "unique keys",
            Self::Progress => "progress",
        }
    }

    /// Judges a history.
    pub fn judge(self, history: &History, scope: &Scope<'_>) -> Verdict {
        match self {
            Self::Linearizable => linearizable::judge(history, scope),
            Self::BoundedStaleness => staleness::judge(history, scope),
            Self::ReadYourWrites => read_your_writes::judge(history, scope),
            Self::MonotonicReads => monotonic_reads::judge(history, scope),
            Self::MonotonicWrites => monotonic_writes::judge(history, scope),
            Self::WritesFollowReads => writes_follow_reads::judge(history, scope),
            Self::CausalOrder => causal_order::judge(history, scope),
            Self::ConsistentPrefix => prefix::judge(history, scope),
            Self::TotalPrefix => prefix::judge_of_all(history, scope),
            Self::Convergence => convergence::judge(history, scope),
            Self::ChangeFeed => change_feed::judge(history, scope),
            Self::Durability => durability::judge(history, scope),
            Self::NoLostUpdate => lost_update::judge(history),
            Self::NoPhantom => phantom::judge(history, scope),
            Self::UniqueKeys => unique_keys::judge(history),
            Self::Progress => progress::judge(history, scope),
        }
    }
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
