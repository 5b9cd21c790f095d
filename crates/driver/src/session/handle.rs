//! One user's session: a handle that a program carries from call to call, apart from what the process has
//! seen for everybody else. Clones share; a fork goes its own way and can be joined again.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::activity::Ledger;
use super::{ContainerSession, SessionActivity, SessionEntry};

/// Containers whose positions one session keeps; the one that was used longest ago gives way.
const MAX_CONTAINERS: usize = 256;

/// Retries of an unlimited session.
const UNLIMITED: u32 = u32::MAX;
/// The lead of a session whose positions are trusted.
const UNLIMITED_LEAD: u64 = u64::MAX;

/// One user's session: what this user has seen, per account, container and partition key range.
///
/// An operation in a session sends what the session has seen and adds what its answer says, also when that
/// is an error (409, 412, 404). Nothing of it reaches the state that operations without a session share, and
/// nothing of that state reaches the session. Clones are the same session; operations that run at the same
/// time merge into it.
///
/// ```
/// use cosmokit_driver::Session;
///
/// let session = Session::new();
/// assert!(session.is_empty());
/// // Travels to another process as entries, and is merged there.
/// let there = Session::new();
/// for entry in session.export() {
///     there.import(&entry);
/// }
/// ```
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    promise: SessionPromise,
    containers: Mutex<Vec<Known>>,
    revision: AtomicU64,
    writes: AtomicU64,
    prefers_write_region: AtomicBool,
    drops_unavailable: AtomicBool,
    shares_answers: AtomicBool,
    retries_left: AtomicU32,
    /// [`UNLIMITED_LEAD`] without a limit.
    plausible_lead: AtomicU64,
    ledger: Ledger,
}

/// One container of a session, the one used last at the end.
#[derive(Clone)]
struct Known {
    account: Arc<str>,
    rid: Arc<str>,
    tokens: Arc<ContainerSession>,
}

/// What a session remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SessionPromise {
    /// Reads see what the session has written.
    ReadYourWrites,
    /// Reads see what the session has written, and nothing older than what it has read.
    #[default]
    Monotonic,
}

/// Where operations that are given no session find theirs, asked when an operation starts: such as a
/// task-local that a web framework sets around a request.
pub trait SessionSource: Send + Sync {
    /// The session that the current operation belongs to; `None` for the state of the whole process.
    fn current(&self) -> Option<Session>;

    /// Whether an operation on items outside of any session is an error: for tests, in which a hole in the
    /// carrying of sessions is to show. Default: no.
    fn is_required(&self) -> bool {
        false
    }
}

impl Session {
    /// A session that has seen nothing, [`SessionPromise::Monotonic`].
    pub fn new() -> Self {
        Self::with_promise(SessionPromise::default())
    }

    /// A session that has seen nothing and keeps this promise.
    pub fn with_promise(promise: SessionPromise) -> Self {
        Self::of(promise, Vec::new())
    }

    fn of(promise: SessionPromise, containers: Vec<Known>) -> Self {
        Self(Arc::new(Inner {
            promise,
            containers: Mutex::new(containers),
            revision: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            prefers_write_region: AtomicBool::new(false),
            drops_unavailable: AtomicBool::new(false),
            shares_answers: AtomicBool::new(false),
            retries_left: AtomicU32::new(UNLIMITED),
            plausible_lead: AtomicU64::new(UNLIMITED_LEAD),
            ledger: Ledger::default(),
        }))
    }

    /// What the session remembers.
    pub fn promise(&self) -> SessionPromise {
        self.0.promise
    }

    /// Another session that has seen what this one has until now; from here on each goes its own way.
    /// Settings (promise, region, retries) go along.
    #[must_use]
    pub fn fork(&self) -> Self {
        let copies = self.containers().iter().map(Known::copy).collect();
        let fork = Self::of(self.0.promise, copies);
        fork.prefer_write_region(self.prefers_write_region());
        fork.drop_what_is_unavailable(self.drops_unavailable());
        fork.share_answers(self.shares_answers());
        fork.limit_retries(self.0.retries_left.load(Ordering::Relaxed));
        fork.0.ledger.limit(self.0.ledger.time_left());
        let lead = self.0.plausible_lead.load(Ordering::Relaxed);
        fork.0.plausible_lead.store(lead, Ordering::Relaxed);
        fork
    }

    /// Takes in all that another session has seen; returns whether it said anything new.
    pub fn join(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return false;
        }
        let theirs: Vec<Known> = other.containers().clone();
        let mut changed = false;
        for known in &theirs {
            changed |= self.tokens(&known.account, &known.rid).join(&known.tokens);
        }
        if changed && other.writes() > 0 {
            self.note_write();
        }
        self.note(changed)
    }

    /// Whether nothing has been seen.
    pub fn is_empty(&self) -> bool {
        self.containers()
            .iter()
            .all(|known| known.tokens.is_empty())
    }

    /// Forgets everything, as when the user logs out.
    pub fn clear(&self) {
        self.containers().clear();
        self.note(true);
    }

    /// A number that grows whenever the session learns or forgets something: what was exported at the same
    /// number is the same.
    pub fn revision(&self) -> u64 {
        self.0.revision.load(Ordering::Acquire)
    }

    /// How many answers to writes the session has taken in, with those of sessions that were joined or imported
    /// and said something new. Tells whether a session must be carried on though nothing but positions of others'
    /// writes has moved.
    pub fn writes(&self) -> u64 {
        self.0.writes.load(Ordering::Acquire)
    }

    /// Notes an answer to a write.
    pub(crate) fn note_write(&self) {
        self.0.writes.fetch_add(1, Ordering::Release);
    }

    /// Everything that was seen, one entry per container, the container that was used last at the end.
    pub fn export(&self) -> Vec<SessionEntry> {
        let known: Vec<Known> = self.containers().clone();
        let entries = known.into_iter().map(|known| SessionEntry {
            segments: known.tokens.segments(),
            written: known.tokens.written(),
            is_uncertain: known.tokens.is_uncertain(),
            is_newly_uncertain: known.tokens.is_newly_uncertain(),
            is_gone: known.tokens.is_gone(),
            lapsed: known.tokens.lapsed(),
            account: known.account,
            container_rid: known.rid,
        });
        entries.filter(SessionEntry::says_something).collect()
    }

    /// Takes in what another process has seen; returns whether it said anything new. Merged with what is
    /// known, the highest version first, whatever the order.
    pub fn import(&self, entry: &SessionEntry) -> bool {
        let tokens = self.tokens(&entry.account, &entry.container_rid);
        let marked = entry.is_uncertain && tokens.take_mark();
        let learnt = tokens.absorb(&entry.segments, |range| entry.written.contains(&range));
        if learnt && !entry.written.is_empty() {
            self.note_write();
        }
        self.note(marked || learnt)
    }

    /// Reads of this session go to the region that takes writes first, as long as this is set: for a session
    /// whose positions had to be left behind.
    pub fn prefer_write_region(&self, prefers: bool) {
        self.0
            .prefers_write_region
            .store(prefers, Ordering::Relaxed);
    }

    /// Whether reads go to the region that takes writes first.
    pub fn prefers_write_region(&self) -> bool {
        self.0.prefers_write_region.load(Ordering::Relaxed)
    }

    /// When no region can show a position of this session, a read gives it up and goes on without it, as long as
    /// this is set; else the read fails. For positions that come from outside, or that a forced failover may have
    /// lost. What was given up stands in [`SessionEntry::lapsed`].
    pub fn drop_what_is_unavailable(&self, drops: bool) {
        self.0.drops_unavailable.store(drops, Ordering::Relaxed);
    }

    /// Whether reads give up positions that no region can show.
    pub fn drops_unavailable(&self) -> bool {
        self.0.drops_unavailable.load(Ordering::Relaxed)
    }

    /// What the session learns from answers also reaches the state that operations without a session share, as long
    /// as this is set: for programs that trust all their sessions and would rather share. Default: not.
    pub fn share_answers(&self, shares: bool) {
        self.0.shares_answers.store(shares, Ordering::Relaxed);
    }

    /// Whether answers reach the state that operations without a session share.
    pub fn shares_answers(&self) -> bool {
        self.0.shares_answers.load(Ordering::Relaxed)
    }

    /// How many retries because a replica is behind this session all its operations may make together from
    /// now on. Unlimited by default; each operation has its own limit besides
    /// (`OperationOptions::max_session_retry_count`). When they are spent, reads are asked where writes go, at once and
    /// there alone.
    pub fn limit_retries(&self, retries: u32) {
        self.0.retries_left.store(retries, Ordering::Relaxed);
    }

    /// How long such retries may take together, with the waits before them, from now on: when the time is up, there is
    /// no further one. Unlimited by default.
    pub fn limit_retry_time(&self, time: Duration) {
        self.0.ledger.limit(time);
    }

    /// How many positions a token may be ahead of everything that answers have shown of its range, in this process. A
    /// read whose token is further ahead is retried once at most, because nothing can be there. For positions that
    /// come from outside. Unlimited by default, and for ranges of which no answer has told yet.
    pub fn limit_lead(&self, positions: u64) {
        self.0.plausible_lead.store(positions, Ordering::Relaxed);
    }

    pub(crate) fn plausible_lead(&self) -> Option<u64> {
        let lead = self.0.plausible_lead.load(Ordering::Relaxed);
        (lead != UNLIMITED_LEAD).then_some(lead)
    }

    /// What the operations of this session have met so far.
    pub fn activity(&self) -> SessionActivity {
        self.0.ledger.activity()
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(crate) fn retries_left(&self) -> u32 {
        if self.0.ledger.time_left().is_zero() {
            return 0;
        }
        self.0.retries_left.load(Ordering::Relaxed)
    }

    /// Counts a retry.
    pub(crate) fn spend_retry(&self) {
        self.0.ledger.note(|activity| activity.retries += 1);
        let spend = |left: u32| (left != UNLIMITED).then(|| left.saturating_sub(1));
        let _ = self
            .0
            .retries_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend);
    }

    /// Notes that a read goes on without positions that no region could show.
    pub(crate) fn note_lapse(&self, any: bool) {
        if any {
            self.0.ledger.note(|activity| activity.lapses += 1);
        }
        self.note(any);
    }

    /// A container of the session exists no more: what was seen of it is forgotten.
    pub(crate) fn forget(&self, account: &Arc<str>, rid: &Arc<str>) {
        self.tokens(account, rid).forget();
        self.0.ledger.note(|activity| activity.recreations += 1);
        self.note(true);
    }

    /// Notes that the session has learnt something.
    pub(crate) fn note(&self, changed: bool) -> bool {
        if changed {
            self.0.revision.fetch_add(1, Ordering::Release);
        }
        changed
    }

    /// What was seen of one container, to read and to add to.
    pub(crate) fn tokens(&self, account: &Arc<str>, rid: &Arc<str>) -> Arc<ContainerSession> {
        let mut containers = self.containers();
        let found = containers
            .iter()
            .rposition(|known| known.rid == *rid && known.account == *account);
        if let Some(place) = found {
            if place + 1 < containers.len() {
                containers
                    .get_mut(place..)
                    .into_iter()
                    .for_each(|rest| rest.rotate_left(1));
            }
            if let Some(known) = containers.last() {
                return Arc::clone(&known.tokens);
            }
        }
        if containers.len() >= MAX_CONTAINERS {
            containers.remove(0);
        }
        let known = Known {
            account: Arc::clone(account),
            rid: Arc::clone(rid),
            tokens: Arc::default(),
        };
        let tokens = Arc::clone(&known.tokens);
        containers.push(known);
        tokens
    }

    fn containers(&self) -> MutexGuard<'_, Vec<Known>> {
        self.0
            .containers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn copy(&self) -> Self {
        let tokens = ContainerSession::default();
        tokens.join(&self.tokens);
        Self {
            account: Arc::clone(&self.account),
            rid: Arc::clone(&self.rid),
            tokens: Arc::new(tokens),
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// Equal are clones of one session.
impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Session {}

/// Tokens are not shown: they say which partitions a user works in.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("promise", &self.0.promise)
            .field("containers", &self.containers().len())
            .field("revision", &self.revision())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for dyn SessionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionSource")
    }
}
