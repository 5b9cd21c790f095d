//! What was decided, shared by all requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cosmokit::session::{SessionActivity, SessionPromise};
use http::HeaderName;

use super::{CarryingError, Complaint, SessionCarryingBuilder};
use crate::carry::cookie::CookieOptions;
use crate::carry::{Closed, Received, Values, header};
use crate::clock::Clock;
use crate::counters::{Counters, Counts};
use crate::entropy::{Entropy, NoEntropy};
use crate::seal::KeyRing;
use crate::{SessionLayer, StreamingLayer, UserSession};

/// Whether answers 401 and 403 carry the session on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refusals {
    /// When something was written for the request, such as a count of failed logins. The default.
    #[default]
    WhenWritten,
    /// As other answers.
    Always,
    /// Never.
    Never,
}

/// What becomes of a read when no region can show what its user's session has seen: the region that has it is out of
/// reach, or a forced failover has lost it. The region that takes writes has been asked by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unavailable {
    /// The position is given up and the read answered without it: it may be stale. The default, because a value that
    /// comes from outside must not be able to keep a user from being answered.
    #[default]
    GiveUp,
    /// The read fails. Never stale, and not always available.
    Fail,
}

/// How the sessions of an app are carried. A handle: clones share everything.
///
/// ```
/// use cosmokit_session::SessionCarrying;
/// use cosmokit_session::seal::KeyRing;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let secret = [7; 32];
/// let sessions = SessionCarrying::new(KeyRing::new(secret)?)?;
/// let layer = sessions.layer(); // axum: Router::new().route(...).layer(layer)
/// # let _ = layer;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct SessionCarrying(Arc<Settings>);

pub(crate) struct Settings {
    pub(crate) promise: SessionPromise,
    pub(crate) cookies: Option<(CookieOptions, Values)>,
    pub(crate) header: Option<(Arc<str>, Values)>,
    pub(crate) messages: Values,
    pub(crate) refusals: Refusals,
    pub(crate) trust: Trust,
    pub(crate) caches_public: bool,
    pub(crate) varies: bool,
    pub(crate) lifetime: u64,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) counters: Counters,
    pub(crate) complaint: Complaint,
}

/// How far what comes from outside is trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trust {
    pub(crate) retries: u32,
    pub(crate) retry_time: Duration,
    pub(crate) lead: u64,
    pub(crate) unavailable: Unavailable,
    pub(crate) shares_answers: bool,
}

impl SessionCarrying {
    /// Sealed cookies with the defaults of [`SessionCarryingBuilder`].
    ///
    /// # Errors
    /// None of the defaults is refused; the builder's signature is kept so that adding a choice changes
    /// nothing else.
    pub fn new(keys: KeyRing) -> Result<Self, CarryingError> {
        Self::builder(keys).build()
    }

    /// Starts with the defaults.
    pub fn builder(keys: KeyRing) -> SessionCarryingBuilder {
        SessionCarryingBuilder::new(keys)
    }

    pub(crate) fn from_settings(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }

    /// The tower layer. Put it outside of layers that time out, catch panics or map errors, so that what
    /// finished writes have learnt is carried on when a handler fails, and inside of tracing.
    pub fn layer(&self) -> SessionLayer {
        SessionLayer::new(self.clone())
    }

    /// A tower layer for services that stream their answers, such as those of gRPC: put it inside of
    /// [`layer`](Self::layer). Bodies are then produced in the session, and end with a trailer of the header's name
    /// that tells what they have learnt.
    pub fn streaming_layer(&self) -> StreamingLayer {
        let name = self.header_name();
        StreamingLayer::new(name.and_then(|name| HeaderName::try_from(name).ok()))
    }

    /// A value that carries a session outside of cookies and headers: in a message to a browser, in a
    /// link. `None` when there is nothing to carry.
    ///
    /// # Errors
    /// [`NoEntropy`] when the operating system gives no random bytes.
    pub fn protect(&self, user: &UserSession) -> Result<Option<String>, NoEntropy> {
        let closed = self
            .0
            .messages
            .close(&user.known().carried, None, self.0.clock.now())?;
        Ok(closed.map(|Closed { text, .. }| text))
    }

    /// A session that begins with values which [`protect`](Self::protect) made; those that cannot be
    /// opened are counted and left out.
    pub fn open<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> UserSession {
        let mut arrived = super::Arrived::default();
        let now = self.0.clock.now();
        for text in values {
            arrived
                .received_mut()
                .add(self.0.messages.open(text, None, now));
        }
        self.0.counters.received(arrived.received());
        self.0.complaint.note(&arrived.received().rejected, now);
        UserSession::new(self.clone(), arrived)
    }

    /// A session that begins with nothing: for a job, a test, a connection.
    pub fn start(&self) -> UserSession {
        UserSession::new(self.clone(), super::Arrived::default())
    }

    /// What happened to sessions so far.
    pub fn counts(&self) -> Counts {
        self.0.counters.snapshot()
    }

    /// The value of the header for a session, whether it has news or not; `None` when the header is off or there
    /// is nothing to carry.
    pub(crate) fn header_value(&self, user: &UserSession) -> Option<String> {
        let (_, values) = self.0.header.as_ref()?;
        let closed = values.close(
            &user.known().carried,
            user.arrived().binding(),
            self.0.clock.now(),
        );
        closed.ok().flatten().map(|Closed { text, .. }| text)
    }

    /// The name of the header, if there is one.
    pub(crate) fn header_name(&self) -> Option<&str> {
        self.0.header.as_ref().map(|(name, _)| &**name)
    }

    /// Reads values of the header that did not come with a request.
    pub(crate) fn receive<'a>(
        &self,
        values: impl IntoIterator<Item = &'a str>,
        binding: Option<&[u8]>,
    ) -> Received {
        let Some((_, reader)) = &self.0.header else {
            return Received::default();
        };
        let now = self.0.clock.now();
        let received = header::receive(reader, values, binding, now);
        self.0.complaint.note(&received.rejected, now);
        received
    }

    /// Counts what became of the operations of a session.
    pub(crate) fn count(&self, activity: &SessionActivity) {
        self.0.counters.ended(activity);
    }
}

impl fmt::Debug for SessionCarrying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCarrying")
            .field("promise", &self.0.promise)
            .field("cookies", &self.0.cookies.is_some())
            .field("header", &self.0.header.as_ref().map(|(name, _)| name))
            .finish_non_exhaustive()
    }
}
