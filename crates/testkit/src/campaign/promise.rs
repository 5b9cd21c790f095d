//! Which guarantees an operation has a right to.

use cosmokit_protocol::wire::consistency::ConsistencyLevel;

use crate::history::{Asked, Setting};
use crate::judge::Guarantee;

/// What every account gives everybody.
const ALWAYS: &[Guarantee] = &[
    Guarantee::NoPhantom,
    Guarantee::NoLostUpdate,
    Guarantee::Durability,
    Guarantee::Convergence,
    Guarantee::ChangeFeed,
    Guarantee::UniqueKeys,
    Guarantee::Progress,
];

/// What a session has, as far as its tokens travel.
const OF_SESSIONS: &[Guarantee] = &[
    Guarantee::ReadYourWrites,
    Guarantee::MonotonicReads,
    Guarantee::MonotonicWrites,
    Guarantee::WritesFollowReads,
];

/// Whether an account in this setting owes a guarantee to operations that ask for this.
///
/// The levels are those of <https://learn.microsoft.com/azure/cosmos-db/consistency-levels>. What is not promised may
/// hold all the same: on a quiet day every level looks strong.
pub fn promised(setting: &Setting, asked: Asked, guarantee: Guarantee) -> bool {
    // Regions that write independently learn of each other's writes too late for these, and what loses a conflict is in
    // no other region's log.
    let by_one_log = [
        Guarantee::UniqueKeys,
        Guarantee::NoLostUpdate,
        Guarantee::ChangeFeed,
    ];
    if setting.multi_write && by_one_log.contains(&guarantee) {
        return false;
    }
    if ALWAYS.contains(&guarantee) {
        return true;
    }
    let of_session = OF_SESSIONS.contains(&guarantee);
    let is_prefix = guarantee == Guarantee::ConsistentPrefix;
    match asked.level {
        ConsistencyLevel::Strong => true,
        ConsistencyLevel::BoundedStaleness => is_prefix || guarantee == Guarantee::BoundedStaleness,
        ConsistencyLevel::Session => is_prefix || (of_session && asked.carries_tokens),
        ConsistencyLevel::ConsistentPrefix => is_prefix,
        ConsistencyLevel::Eventual => false,
    }
}

/// Whether a guarantee is the account's and not an operation's.
pub(super) fn is_for_everybody(guarantee: Guarantee) -> bool {
    ALWAYS.contains(&guarantee)
}
