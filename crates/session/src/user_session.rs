//! The session of one user during one request: what came with the request, what the operations made
//! for it have learnt since, and whether it is to be carried on.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cosmokit::session::Session;

use crate::carried::Carried;
use crate::carrying::{Arrived, Unavailable};
use crate::exchange::{self, Known};
use crate::format::FormatError;
use crate::{SessionCarrying, format};

/// The session of one user during one request. A handle: clones are the same session.
///
/// The layer makes one for each request and puts it into the request's extensions and into the task's
/// scope, where traced clients find it. Handlers need it only for what outlives them: messages, jobs,
/// shared work, logging out.
#[derive(Clone)]
pub struct UserSession(Arc<Inner>);

struct Inner {
    session: Session,
    arrived: Arrived,
    carrying: SessionCarrying,
    /// What the session knew when the request began.
    begun: Knowledge,
    is_withheld: AtomicBool,
    is_cleared: AtomicBool,
}

/// How much a session knows, as numbers that grow: what knew as much knew the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Knowledge {
    revision: u64,
    writes: u64,
}

impl Knowledge {
    fn of(session: &Session) -> Self {
        Self {
            revision: session.revision(),
            writes: session.writes(),
        }
    }
}

impl UserSession {
    pub(crate) fn new(carrying: SessionCarrying, arrived: Arrived) -> Self {
        let session = Session::new();
        exchange::import(&session, arrived.carried());
        let trust = carrying.settings().trust;
        session.limit_retries(trust.retries);
        session.limit_retry_time(trust.retry_time);
        session.limit_lead(trust.lead);
        session.drop_what_is_unavailable(trust.unavailable == Unavailable::GiveUp);
        session.share_answers(trust.shares_answers);
        Self(Arc::new(Inner {
            begun: Knowledge::of(&session),
            session,
            arrived,
            carrying,
            is_withheld: AtomicBool::new(false),
            is_cleared: AtomicBool::new(false),
        }))
    }

    /// The session as the SDK knows it, to be handed to a client explicitly:
    /// `client.in_session(user.session())`.
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// Another session that starts with what this one knows and goes its own way: for work that several
    /// users wait for. [`join`](Self::join) gives each of them what it learnt.
    #[must_use]
    pub fn fork(&self) -> Self {
        let fork = self.detached();
        fork.join(self);
        fork
    }

    /// Takes in all that another session knows.
    pub fn join(&self, other: &Self) {
        self.0.session.join(&other.0.session);
    }

    /// A session that knows nothing and is carried nowhere: for work that outlives the request and is
    /// not the user's.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self::new(self.0.carrying.clone(), Arrived::default())
    }

    /// Everything that the session knows, as bytes for a job, a queue or a message of a WebSocket.
    ///
    /// Not protected: they stay among your own services. [`SessionCarrying::protect`] makes a value that
    /// can leave them.
    pub fn export(&self) -> Vec<u8> {
        let now = self.0.carrying.settings().clock.now();
        format::encode(&self.known().carried, now)
    }

    /// Takes in what another session exported.
    ///
    /// # Errors
    /// [`FormatError`] when the bytes were not made by [`export`](Self::export).
    pub fn import(&self, bytes: &[u8]) -> Result<(), FormatError> {
        exchange::import(&self.0.session, &format::decode(bytes)?.carried);
        Ok(())
    }

    /// Takes in values of the header, such as those that another service answered with.
    pub fn take_in<'a>(&self, values: impl IntoIterator<Item = &'a str>) {
        let received = self.0.carrying.receive(values, self.0.arrived.binding());
        exchange::import(&self.0.session, &received.carried);
    }

    /// Forgets everything, here and at the user: the answer deletes what the request brought. For logging
    /// out.
    pub fn clear(&self) {
        self.0.session.clear();
        self.0.is_cleared.store(true, Ordering::Relaxed);
    }

    /// Keeps the answer from carrying the session on, whatever is learnt.
    pub fn withhold(&self) {
        self.0.is_withheld.store(true, Ordering::Relaxed);
    }

    /// Whether an answer to this request may be older than what the user has seen: no region could show it, and the read
    /// was answered without.
    pub fn is_degraded(&self) -> bool {
        self.0.session.activity().lapses > 0
    }

    /// Everything that the session knows now.
    pub(crate) fn known(&self) -> Known {
        let now = self.0.carrying.settings().clock.now();
        exchange::export(&self.0.session, self.before(), now)
    }

    /// What the request brought, unless it was cleared.
    pub(crate) fn before(&self) -> &Carried {
        const NOTHING: &Carried = &Carried::new();
        if self.is_cleared() {
            NOTHING
        } else {
            self.0.arrived.carried()
        }
    }

    /// How much the session knows now.
    pub(crate) fn knowledge(&self) -> Knowledge {
        Knowledge::of(&self.0.session)
    }

    /// Whether the session has learnt or lost anything since the request began.
    pub(crate) fn has_changed(&self) -> bool {
        self.knowledge() != self.0.begun
    }

    /// Whether something was written since the request began.
    pub(crate) fn has_written(&self) -> bool {
        self.0.session.writes() > self.0.begun.writes
    }

    pub(crate) fn arrived(&self) -> &Arrived {
        &self.0.arrived
    }

    /// Tells a tracer how long the value is that the answer carries.
    pub(crate) fn record_bytes(&self, bytes: usize) {
        if let Some(span) = self.0.arrived.span() {
            span.record("session.bytes", bytes);
        }
    }

    /// Tells a tracer how often a position was given up.
    pub(crate) fn record_fallbacks(&self) {
        if let Some(span) = self.0.arrived.span() {
            span.record("session.fallback", self.0.session.activity().lapses);
        }
    }

    pub(crate) fn carrying(&self) -> &SessionCarrying {
        &self.0.carrying
    }

    pub(crate) fn is_cleared(&self) -> bool {
        self.0.is_cleared.load(Ordering::Relaxed)
    }

    pub(crate) fn is_withheld(&self) -> bool {
        self.0.is_withheld.load(Ordering::Relaxed)
    }
}

/// Whoever holds the session last tells what became of its operations.
impl Drop for Inner {
    fn drop(&mut self) {
        self.carrying.count(&self.session.activity());
    }
}

/// Counts only: positions tell which partitions a user works in.
impl fmt::Debug for UserSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserSession")
            .field("session", &self.0.session)
            .field("is_withheld", &self.is_withheld())
            .finish_non_exhaustive()
    }
}
