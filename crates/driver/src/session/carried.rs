//! Whose positions an operation sends and adds to: a user's session, or what the process has seen.

use std::sync::Arc;

use http::HeaderValue;

use super::{ContainerSession, Session, SessionPromise};

/// The positions of one container that an operation works with.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    tokens: Arc<ContainerSession>,
    session: Option<Session>,
}

/// Which session an operation is in, decided when it starts.
#[derive(Clone, Debug, Default)]
pub(crate) enum SessionChoice {
    /// None: what the process has seen counts.
    #[default]
    Shared,
    /// This one.
    Fixed(Session),
    /// The one that the source gives at the time.
    Ambient(Arc<dyn super::SessionSource>),
}

impl Carried {
    /// What the process has seen of a container.
    pub(crate) fn shared(tokens: &Arc<ContainerSession>) -> Self {
        Self {
            tokens: Arc::clone(tokens),
            session: None,
        }
    }

    /// What a session has seen of it.
    pub(crate) fn of(session: &Session, account: &Arc<str>, rid: &Arc<str>) -> Self {
        Self {
            tokens: session.tokens(account, rid),
            session: Some(session.clone()),
        }
    }

    pub(crate) fn tokens(&self) -> &ContainerSession {
        &self.tokens
    }

    pub(crate) fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Watches over a write of this session.
    pub(crate) fn write_under_way(&self) -> WriteUnderWay<'_> {
        WriteUnderWay(self.session.is_some().then_some(self))
    }

    /// Whether reads go to the region that takes writes first: something may have been written there whose
    /// position is not known.
    pub(crate) fn prefers_write_region(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|session| session.prefers_write_region() || self.tokens.is_uncertain())
    }

    /// Takes in the token of an answer.
    pub(crate) fn capture(&self, token: &HeaderValue, of: Captured) {
        let Some(session) = &self.session else {
            self.tokens.capture(token, of);
            return;
        };
        if of == Captured::Write || session.promise() == SessionPromise::Monotonic {
            session.note(self.tokens.capture(token, of));
        }
    }
}

/// Notes, when it is dropped before it is settled, that a write may have been applied whose position nobody
/// was told: its attempt was abandoned or ended without an answer.
#[derive(Debug)]
pub(crate) struct WriteUnderWay<'c>(Option<&'c Carried>);

impl WriteUnderWay<'_> {
    /// The write has been answered, or was never sent.
    pub(crate) fn settle(mut self) {
        self.0 = None;
    }
}

impl Drop for WriteUnderWay<'_> {
    fn drop(&mut self) {
        let Some(carried) = self.0 else { return };
        if let Some(session) = &carried.session {
            session.note(carried.tokens.mark_uncertain());
        }
    }
}

/// What an answer was an answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Captured {
    Read,
    Write,
}

impl Captured {
    pub(crate) fn is_write(self) -> bool {
        self == Self::Write
    }
}

impl SessionChoice {
    pub(crate) fn current(&self) -> Option<Session> {
        match self {
            Self::Shared => None,
            Self::Fixed(session) => Some(session.clone()),
            Self::Ambient(source) => source.current(),
        }
    }
}
