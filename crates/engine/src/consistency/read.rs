//! Which replica may answer a read: the level decides the rule, the rule picks among positions.

use cosmokit_protocol::{
    session::Lsn,
    wire::consistency::{ConsistencyLevel, ReadConsistencyStrategy},
};

use crate::partition::replica_set::{REPLICAS, ReplicaId};

/// What a read asks of the replica that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadRule {
    /// Any replica, in any order between reads.
    Any,
    /// A replica that has what the client's token has seen, when there is one.
    Session,
    /// The most advanced of a read quorum of the region.
    Quorum,
    /// The same, and not further behind than bounded staleness allows.
    Bounded,
    /// The same, of what is committed in every region.
    Committed,
}

/// The level and rule that hold for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EffectiveRead {
    /// What the request pays for.
    pub(crate) level: ConsistencyLevel,
    /// Who may answer.
    pub(crate) rule: ReadRule,
}

/// Why a request's wish about consistency is refused (400).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LevelRefusal {
    /// Stronger than the account.
    #[error(
        "consistency level {requested} is stronger than the account's level {account}; a request can only weaken it"
    )]
    Stronger {
        /// The account's level.
        account: ConsistencyLevel,
        /// The request's.
        requested: ConsistencyLevel,
    },
    /// Needs strong consistency.
    #[error(
        "read consistency strategy GlobalStrong needs an account with strong consistency, and this one has {0}"
    )]
    GlobalStrong(ConsistencyLevel),
}

/// What holds for a read, from the account's level and the request's wishes.
///
/// # Errors
/// [`LevelRefusal`] when the request asks for more than the account gives.
pub(crate) fn effective(
    account: ConsistencyLevel,
    level: Option<ConsistencyLevel>,
    strategy: Option<ReadConsistencyStrategy>,
) -> Result<EffectiveRead, LevelRefusal> {
    let of = |level, rule| Ok(EffectiveRead { level, rule });
    match strategy.unwrap_or_default() {
        ReadConsistencyStrategy::Eventual => of(ConsistencyLevel::Eventual, ReadRule::Any),
        ReadConsistencyStrategy::Session => of(ConsistencyLevel::Session, ReadRule::Session),
        ReadConsistencyStrategy::LatestCommitted => {
            of(ConsistencyLevel::BoundedStaleness, ReadRule::Quorum)
        }
        ReadConsistencyStrategy::GlobalStrong if account == ConsistencyLevel::Strong => {
            of(ConsistencyLevel::Strong, ReadRule::Committed)
        }
        ReadConsistencyStrategy::GlobalStrong => Err(LevelRefusal::GlobalStrong(account)),
        _ => {
            let requested = level.unwrap_or(account);
            if !account.may_weaken_to(requested) {
                return Err(LevelRefusal::Stronger { account, requested });
            }
            of(requested, rule_of(requested))
        }
    }
}

fn rule_of(level: ConsistencyLevel) -> ReadRule {
    match level {
        ConsistencyLevel::Eventual | ConsistencyLevel::ConsistentPrefix => ReadRule::Any,
        ConsistencyLevel::Session => ReadRule::Session,
        ConsistencyLevel::BoundedStaleness => ReadRule::Bounded,
        ConsistencyLevel::Strong => ReadRule::Committed,
    }
}

/// A replica, as far as the choice is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Where it stands.
    pub(crate) lsn: Lsn,
    /// Whether it has what the rule asks for: what the token saw, what the bound allows, what is
    /// committed.
    pub(crate) is_fit: bool,
}

/// Picks the replica that answers, or `None` when no replica of the region may.
///
/// `draw` is a number from the seeded generator: it decides among replicas that are equally
/// allowed.
pub(crate) fn pick(
    rule: ReadRule,
    candidates: &[Candidate; REPLICAS],
    draw: u64,
) -> Option<ReplicaId> {
    let start = usize::try_from(draw % 64).unwrap_or_default();
    let mut order = (0..REPLICAS).map(|step| (start + step) % REPLICAS);
    let lsn = |replica: &usize| candidates.get(*replica).map(|candidate| candidate.lsn);
    let is_fit = |replica: &usize| {
        let candidate = candidates.get(*replica);
        candidate.is_some_and(|candidate| candidate.is_fit)
    };
    let found = match rule {
        ReadRule::Any => order.next(),
        ReadRule::Session => order.find(is_fit),
        ReadRule::Quorum => order.take(READ_QUORUM).max_by_key(lsn),
        ReadRule::Bounded | ReadRule::Committed => {
            let quorum = order.clone().take(READ_QUORUM).max_by_key(lsn);
            quorum.filter(is_fit).or_else(|| order.find(is_fit))
        }
    };
    found.map(ReplicaId::new)
}

/// Replicas that a quorum read asks: together with a write quorum of three of four, at least one
/// has every acknowledged write.
const READ_QUORUM: usize = 2;

#[cfg(test)]
mod tests {
    use ConsistencyLevel::{BoundedStaleness, ConsistentPrefix, Eventual, Session, Strong};

    use super::*;

    #[test]
    fn a_level_gives_its_rule_and_only_weakens() {
        let check = |account, requested, expected: Option<ReadRule>| {
            let got = effective(account, requested, None);
            assert_eq!(
                got.ok().map(|read| read.rule),
                expected,
                "{account} {requested:?}"
            );
        };
        check(Session, None, Some(ReadRule::Session));
        check(Session, Some(Eventual), Some(ReadRule::Any));
        check(Session, Some(Strong), None);
        check(Strong, Some(Session), Some(ReadRule::Session));
        check(Eventual, Some(ConsistentPrefix), None);
        check(BoundedStaleness, None, Some(ReadRule::Bounded));
        check(Strong, None, Some(ReadRule::Committed));
        check(ConsistentPrefix, None, Some(ReadRule::Any));
    }

    #[test]
    fn a_strategy_replaces_the_level() {
        use ReadConsistencyStrategy as Strategy;
        let check = |account, strategy, expected: Option<(ConsistencyLevel, ReadRule)>| {
            let got = effective(account, Some(Strong), Some(strategy));
            assert_eq!(
                got.ok().map(|read| (read.level, read.rule)),
                expected,
                "{account} {strategy}"
            );
        };
        check(
            Eventual,
            Strategy::Session,
            Some((Session, ReadRule::Session)),
        );
        check(Strong, Strategy::Eventual, Some((Eventual, ReadRule::Any)));
        check(
            Session,
            Strategy::LatestCommitted,
            Some((BoundedStaleness, ReadRule::Quorum)),
        );
        check(Session, Strategy::GlobalStrong, None);
        check(
            Strong,
            Strategy::GlobalStrong,
            Some((Strong, ReadRule::Committed)),
        );
        check(Session, Strategy::Default, None);
    }

    #[test]
    fn picks_only_positions_that_may_answer() {
        for draw in 0..16 {
            let picked = |rule, floor: u32| {
                let candidates = [5_u32, 3, 4, 1].map(|lsn| Candidate {
                    lsn: Lsn::from(lsn),
                    is_fit: lsn >= floor,
                });
                pick(rule, &candidates, draw).map(|replica| {
                    (0..REPLICAS)
                        .find(|number| ReplicaId::new(*number) == replica)
                        .unwrap()
                })
            };
            assert!(picked(ReadRule::Any, 9).is_some());
            for rule in [ReadRule::Session, ReadRule::Bounded, ReadRule::Committed] {
                assert!(matches!(picked(rule, 4), Some(0 | 2)));
                assert_eq!(picked(rule, 5), Some(0));
                assert_eq!(picked(rule, 6), None);
            }
            // Three of four have position 3: a quorum never answers below it.
            for rule in [ReadRule::Quorum, ReadRule::Bounded, ReadRule::Committed] {
                assert!(matches!(picked(rule, 0), Some(0..=2)));
            }
        }
    }

    #[test]
    fn every_replica_is_drawn() {
        let same = Candidate {
            lsn: Lsn::ZERO,
            is_fit: true,
        };
        let drawn: std::collections::HashSet<_> = (0..REPLICAS as u64)
            .map(|draw| format!("{:?}", pick(ReadRule::Any, &[same; REPLICAS], draw)))
            .collect();
        assert_eq!(drawn.len(), REPLICAS);
    }
}
