//! A partition in all regions: its log, the replicas that follow it, and the one door for writes.
//!
//! Nothing moves by itself. Whoever looks first applies what has arrived by then, so a look sees
//! what a background task would have brought about. Locks are held for microseconds and never
//! across an await; the door (`append`) is always taken before the state (`sets`).

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard,
    atomic::{AtomicBool, Ordering},
};

use cosmokit_protocol::session::{Lsn, RegionId};

use super::{
    appender::{AppendRefusal, Appender},
    content::{Content, Mark},
    items::Usage,
    replica_sets::{ReplicaSets, View},
    state::State,
    sweep::SweepCursor,
};
use crate::{
    account::Topology,
    clock::Timestamp,
    conflict::policy::ConflictPolicy,
    consistency::write::Commitment,
    durable::StoreError,
    index::{column_shelf::ColumnShelf, shelf::Shelf},
};

/// Where the content of a partition comes from that is not in memory yet.
pub(crate) trait Source: std::fmt::Debug + Send + Sync {
    /// Reads it, in the regions of the account, of which `newest` may be the newest.
    ///
    /// # Errors
    /// [`StoreError`].
    fn load(&self, newest: Option<&Arc<Topology>>) -> Result<ReplicaSets, StoreError>;

    /// How much it is.
    fn usage(&self) -> Usage;

    /// How often the partition and its ancestors were merged.
    fn merges(&self) -> u32;

    /// Where all replicas of a region stand.
    fn position(&self, region: RegionId) -> Lsn;
}

/// Content that is not in memory.
#[derive(Debug)]
struct Absent {
    source: Arc<dyn Source>,
    /// The regions that it is to be in, if they have changed since, and when they did.
    newest: Option<(Arc<Topology>, Timestamp)>,
}

/// A partition's replicas in every region.
#[derive(Debug)]
pub(crate) struct Replicas {
    /// Of everything that is drawn for this partition.
    pub(super) seed: u64,
    /// Held by whoever decides on a write, from the look at the current version to the append.
    append: Mutex<SweepCursor>,
    pub(super) sets: RwLock<ReplicaSets>,
    /// The indexes that queries have made.
    pub(crate) indexes: Shelf,
    /// The columns that queries have made.
    pub(crate) columns: ColumnShelf,
    /// What took over in a split or merge; all positions are among its own, with the same future.
    heir: OnceLock<Arc<Replicas>>,
    /// Whether the content is in memory; looked at before `absent`.
    present: AtomicBool,
    absent: Mutex<Option<Absent>>,
    /// Held by whoever reads the content; taken before `absent`.
    reading: Mutex<()>,
}

impl Replicas {
    /// Replicas that go on from these; `seed` is that of everything which is drawn for them.
    pub(crate) fn from_sets(sets: ReplicaSets, seed: u64) -> Self {
        Self {
            seed,
            append: Mutex::default(),
            sets: RwLock::new(sets),
            indexes: Shelf::default(),
            columns: ColumnShelf::default(),
            heir: OnceLock::new(),
            present: AtomicBool::new(true),
            absent: Mutex::default(),
            reading: Mutex::default(),
        }
    }

    /// Replicas whose content is read from `source` with the first look at them.
    pub(crate) fn absent(source: Arc<dyn Source>, topology: &Arc<Topology>, seed: u64) -> Self {
        let absent = Absent {
            source,
            newest: None,
        };
        Self {
            present: AtomicBool::new(false),
            absent: Mutex::new(Some(absent)),
            ..Self::from_sets(ReplicaSets::new(topology, State::default()), seed)
        }
    }

    /// Whether the content is in memory.
    pub(crate) fn is_present(&self) -> bool {
        self.present.load(Ordering::Acquire)
    }

    /// Has the content in memory from now on. Whoever looks without asking for this before finds
    /// nothing where it cannot be read.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read; the next call tries again.
    pub(crate) fn load(&self) -> Result<(), StoreError> {
        if self.is_present() {
            return Ok(());
        }
        let turn = self.reading.lock();
        let _turn = turn.unwrap_or_else(PoisonError::into_inner);
        let known = self
            .on_disk()
            .as_ref()
            .map(|absent| (Arc::clone(&absent.source), absent.newest.clone()));
        let Some((source, newest)) = known else {
            return Ok(());
        };
        let mut sets = source.load(newest.as_ref().map(|(topology, _)| topology))?;
        let mut absent = self.on_disk();
        let newest = absent.as_ref().and_then(|absent| absent.newest.as_ref());
        if let Some((topology, at)) = newest {
            // The regions may have changed while it was read.
            sets.conform(topology, *at, self.seed);
        }
        *self.sets.write().unwrap_or_else(PoisonError::into_inner) = sets;
        self.present.store(true, Ordering::Release);
        *absent = None;
        Ok(())
    }

    fn on_disk(&self) -> MutexGuard<'_, Option<Absent>> {
        self.absent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much is in the partition, where that is known without its content.
    pub(crate) fn absent_usage(&self) -> Option<Usage> {
        self.ask_source(|source| source.usage())
    }

    /// Where all replicas of a region stand, as long as the content is not in memory: nothing is
    /// on the way then.
    pub(crate) fn absent_position(&self, region: RegionId) -> Option<Lsn> {
        self.ask_source(|source| source.position(region))
    }

    /// An answer of the source, as long as the content is not in memory.
    fn ask_source<T>(&self, ask: impl FnOnce(&dyn Source) -> T) -> Option<T> {
        if self.is_present() {
            return None;
        }
        let absent = self.on_disk();
        absent.as_ref().map(|absent| ask(&*absent.source))
    }

    /// Everything as of now, for a fork or for partitions that take over. Shares all structure;
    /// costs in proportion to what is on the way between replicas.
    pub(crate) fn copy(&self) -> ReplicaSets {
        self.read().clone()
    }

    /// Which snapshot of the regions it has followed.
    pub(crate) fn revision(&self) -> u64 {
        self.read().revision()
    }

    /// Looks at a region as of `now`; the time is asked for only when something is on the way.
    /// `None` when the partition is not in the region. Must be short: nobody can write meanwhile.
    pub(crate) fn view<T>(
        &self,
        region: RegionId,
        now: impl FnOnce() -> Timestamp,
        look: impl FnOnce(View<'_>) -> T,
    ) -> Option<T> {
        let sets = self.as_of(now);
        sets.view(region).map(look)
    }

    /// Has another take over: whoever waits for a position here waits there.
    pub(crate) fn succeeded_by(&self, heir: Arc<Self>) {
        let first = self.heir.set(heir);
        debug_assert!(first.is_ok(), "a partition is split or merged once");
    }

    /// What has become of a position that waits to be committed.
    pub(crate) fn commitment(&self, lsn: Lsn, now: Timestamp) -> Commitment {
        if let Some(heir) = self.heir.get() {
            return heir.commitment(lsn, now);
        }
        let sets = self.as_of(|| now);
        if sets.has_lost(lsn) {
            Commitment::Lost
        } else if sets.committed_lsn() >= lsn {
            Commitment::Made
        } else {
            Commitment::Open(sets.next_due())
        }
    }

    /// Looks at the head of the log in the first region, as it stands.
    pub(crate) fn at_first_head<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let sets = self.read();
        look(sets.view_at(0).head())
    }

    /// What is to be kept, as it stands; see [`ReplicaSets::content`].
    pub(crate) fn content(&self) -> Content {
        self.read().content()
    }

    /// How far it has come; `None` as long as nobody has looked at the content.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.is_present().then(|| self.read().mark())
    }

    /// How conflicts between regions are settled.
    pub(crate) fn policy(&self) -> Arc<ConflictPolicy> {
        Arc::clone(&self.read().policy)
    }

    /// How often the partition and its ancestors were merged.
    pub(crate) fn merges(&self) -> u32 {
        let kept = self.ask_source(|source| source.merges());
        kept.unwrap_or_else(|| self.read().merges)
    }

    /// Waits until every write that is being decided has come to its end.
    pub(crate) fn wait_for_writers(&self) {
        drop(self.door());
    }

    /// Opens the door for one write in a region; other writers of the partition wait.
    ///
    /// # Errors
    /// [`AppendRefusal`] when the region may not append now.
    pub(crate) fn appender(
        &self,
        region: RegionId,
        now: Timestamp,
    ) -> Result<Appender<'_>, AppendRefusal> {
        debug_assert!(self.is_present(), "whoever writes has loaded the content");
        let turn = self.door();
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        if sets.next_due() <= now {
            sets.settle(now, self.seed);
        }
        let place = sets.place_for_write(region, now)?;
        drop(sets);
        Ok(Appender::new(self, turn, place, now))
    }

    /// Takes a conflict off the record that somebody has settled; whether it was there.
    pub(crate) fn settle_conflict(&self, number: u64) -> bool {
        let _turn = self.door();
        let sets = self.sets.write();
        let mut sets = sets.unwrap_or_else(PoisonError::into_inner);
        sets.conflicts.settle(number)
    }

    /// Follows a change of the account's regions. Does nothing when it already has.
    pub(crate) fn conform(&self, topology: &Arc<Topology>, now: Timestamp) {
        if !self.is_present() {
            let mut absent = self.on_disk();
            if let Some(absent) = &mut *absent {
                absent.newest = Some((Arc::clone(topology), now));
                return;
            }
        }
        let _turn = self.door();
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        sets.conform(topology, now, self.seed);
    }

    /// Looks at everything as of `now`.
    pub(crate) fn inspect<T>(&self, now: Timestamp, look: impl FnOnce(&ReplicaSets) -> T) -> T {
        look(&self.as_of(|| now))
    }

    fn as_of(&self, now: impl FnOnce() -> Timestamp) -> RwLockReadGuard<'_, ReplicaSets> {
        let sets = self.read();
        let due = sets.next_due();
        if due == Timestamp::MAX {
            return sets;
        }
        let now = now();
        if due > now {
            return sets;
        }
        drop(sets);
        // The door is closed meanwhile: who decides on a write must not see its region change.
        let turn = self.door();
        let mut sets = self.sets.write().unwrap_or_else(PoisonError::into_inner);
        sets.settle(now, self.seed);
        drop(sets);
        drop(turn);
        self.read()
    }

    fn read(&self) -> RwLockReadGuard<'_, ReplicaSets> {
        if !self.is_present() {
            // Requests have asked before, and were refused where this fails.
            let _loaded = self.load();
        }
        self.sets.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn door(&self) -> MutexGuard<'_, SweepCursor> {
        self.append.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
