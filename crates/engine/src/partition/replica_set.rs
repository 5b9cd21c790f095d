//! The four replicas of a partition in one region, and the one door for writes.
//!
//! Replica 0 leads: it appends. The others are positions in the same log; while no lag is set
//! they stand at its head, and then all four read the leader's state. Locks are held for
//! microseconds and never across an await.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use cosmokit_protocol::{
    partition::EpkRange,
    resource::TimeToLive,
    session::{Lsn, RegionId},
};

use super::{
    items::Usage,
    log::Retention,
    state::{LogFull, State},
    sweep::{self, SweepCursor},
    version::Version,
};
use crate::{clock::Timestamp, response::ReplicaRole};

/// Replicas of a partition in one region.
pub(crate) const REPLICAS: usize = 4;
/// Replicas that must have a write before it is acknowledged.
pub(crate) const WRITE_QUORUM: u8 = 3;

/// Which of the replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReplicaId(u8);

impl ReplicaId {
    /// The replica that appends.
    pub(crate) const LEADER: Self = Self(0);

    /// The replica with this number, modulo their count.
    pub(crate) fn new(number: usize) -> Self {
        Self(u8::try_from(number % REPLICAS).unwrap_or_default())
    }

    /// What the replica is.
    pub(crate) fn role(self) -> ReplicaRole {
        if self == Self::LEADER {
            ReplicaRole::Primary
        } else {
            ReplicaRole::Secondary
        }
    }
}

/// A partition's replicas in one region.
#[derive(Debug)]
pub(crate) struct ReplicaSet {
    region: RegionId,
    /// Held by whoever decides on a write, from the look at the current version to the append.
    append: Mutex<SweepCursor>,
    /// The head of the log.
    head: RwLock<State>,
}

impl ReplicaSet {
    /// Replicas that begin at `state`.
    pub(crate) fn new(region: RegionId, state: State) -> Self {
        Self {
            region,
            append: Mutex::default(),
            head: RwLock::new(state),
        }
    }

    /// Replicas of the points in `range` alone, each at the position where its original stands.
    pub(crate) fn cut(&self, range: &EpkRange) -> Self {
        // A copy of the state costs nothing, and nobody waits while it is cut.
        let head = self.at_head(State::clone);
        Self::new(self.region, head.cut(range))
    }

    /// Replicas of two partitions in one. All of them stand at the head of the joined log.
    pub(crate) fn join(low: (&EpkRange, &Self), high: (&EpkRange, &Self)) -> Self {
        let (low_head, high_head) = (low.1.at_head(State::clone), high.1.at_head(State::clone));
        let state = State::join((low.0, &low_head), (high.0, &high_head));
        Self::new(low.1.region, state)
    }

    /// The region these replicas are in.
    pub(crate) fn region(&self) -> RegionId {
        self.region
    }

    /// Has a replica answer: `pick` chooses one by the positions of all, `look` reads its state.
    /// `None` when `pick` finds none that may answer. Both must be short: the leader cannot
    /// append meanwhile.
    pub(crate) fn serve<T>(
        &self,
        pick: impl FnOnce(&[Lsn; REPLICAS]) -> Option<ReplicaId>,
        look: impl FnOnce(ReplicaId, &State) -> T,
    ) -> Option<T> {
        let head = self.head.read().unwrap_or_else(PoisonError::into_inner);
        let replica = pick(&[head.lsn(); REPLICAS])?;
        Some(look(replica, &head))
    }

    /// Looks at the head of the log.
    pub(crate) fn at_head<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.head.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Opens the door for one write; other writers of the partition wait.
    pub(crate) fn appender(&self) -> Appender<'_> {
        let turn = self.append.lock().unwrap_or_else(PoisonError::into_inner);
        Appender { set: self, turn }
    }
}

/// The right to append, held while a write is decided.
#[derive(Debug)]
pub(crate) struct Appender<'a> {
    set: &'a ReplicaSet,
    turn: MutexGuard<'a, SweepCursor>,
}

impl Appender<'_> {
    /// Looks at the head of the log. Nothing can change it while the appender lives.
    pub(crate) fn at_head<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.set.at_head(look)
    }

    /// Appends changes under one LSN and makes them visible at once.
    ///
    /// # Errors
    /// [`LogFull`] when the log has no number left.
    pub(crate) fn append(
        &self,
        changes: impl IntoIterator<Item = Arc<Version>>,
        retention: Retention,
    ) -> Result<Appended, LogFull> {
        let mut head = self.head_mut();
        let lsn = head.append(changes, retention)?;
        Ok(Appended {
            lsn,
            usage: head.items().usage(),
        })
    }

    /// Appends changes one after another, each under an LSN of its own; readers see all of them
    /// or none.
    ///
    /// # Errors
    /// [`LogFull`] when the log has no number left; what came before that stays.
    pub(crate) fn append_each(
        &self,
        changes: impl IntoIterator<Item = Arc<Version>>,
        retention: Retention,
    ) -> Result<Appended, LogFull> {
        let mut head = self.head_mut();
        for change in changes {
            head.append([change], retention)?;
        }
        Ok(Appended {
            lsn: head.lsn(),
            usage: head.items().usage(),
        })
    }

    /// At most `limit` items that have expired at `now` and are still in the state.
    pub(crate) fn expired(
        &mut self,
        default: TimeToLive,
        now: Timestamp,
        limit: usize,
    ) -> Vec<Arc<Version>> {
        let head = self.set.head.read().unwrap_or_else(PoisonError::into_inner);
        sweep::expired(&head, default, now, limit, &mut self.turn)
    }

    fn head_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.set
            .head
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where changes came to stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Appended {
    /// Their LSN.
    pub(crate) lsn: Lsn,
    /// How much the partition holds now.
    pub(crate) usage: Usage,
}
