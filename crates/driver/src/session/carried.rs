//! Whose positions an operation sends and adds to: a user's session, or what the process has seen.

use std::sync::Arc;

use http::HeaderValue;

use crate::error::{CosmosError, ErrorKind, Result, client};
use crate::operation::CosmosOperation;
use crate::options::OperationSettings;

use cosmokit_protocol::id::ResourceType;

use super::{ContainerSession, Session, SessionPromise};

/// The positions of one container that an operation works with.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    tokens: Arc<ContainerSession>,
    session: Option<Session>,
    /// What the process has seen, if the session shares what it learns.
    shared: Option<Arc<ContainerSession>>,
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
            shared: None,
        }
    }

    /// What a session has seen of it.
    pub(crate) fn of(session: &Session, account: &Arc<str>, rid: &Arc<str>) -> Self {
        Self {
            tokens: session.tokens(account, rid),
            session: Some(session.clone()),
            shared: None,
        }
    }

    /// The same; what a session that shares learns is kept here too.
    pub(crate) fn sharing_with(mut self, shared: &Arc<ContainerSession>) -> Self {
        let is_sharing = self.session.as_ref().is_some_and(Session::shares_answers);
        self.shared = is_sharing.then(|| Arc::clone(shared));
        self
    }

    pub(crate) fn tokens(&self) -> &ContainerSession {
        &self.tokens
    }

    pub(crate) fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Notes whether an operation goes with a position of its session.
    pub(crate) fn note_use(&self, has_position: bool) {
        if let Some(session) = &self.session {
            session.ledger().note(|activity| {
                activity.with_position += u64::from(has_position);
                activity.without_position += u64::from(!has_position);
            });
        }
    }

    /// Watches over a write of this session.
    pub(crate) fn write_under_way(&self) -> WriteUnderWay<'_> {
        WriteUnderWay(self.session.is_some().then_some(self))
    }

    /// Whether reads go to the region that takes writes first: something may have been written there whose
    /// position is not known, or the session has no retries left to find out which region is behind.
    pub(crate) fn prefers_write_region(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|session| {
            let is_asked = session.prefers_write_region() || self.tokens.is_uncertain();
            is_asked || session.retries_left() == 0
        })
    }

    /// Takes in the token of an answer.
    pub(crate) fn capture(&self, token: &HeaderValue, of: Captured) {
        let Some(session) = &self.session else {
            self.tokens.capture(token, of);
            return;
        };
        if let Some(shared) = &self.shared {
            shared.capture(token, of);
        }
        if of == Captured::Write || session.promise() == SessionPromise::Monotonic {
            session.note(self.tokens.capture(token, of));
            if of.is_write() {
                session.note_write();
            }
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

fn outside(operation: &str) -> CosmosError {
    CosmosError::builder()
        .with_kind(ErrorKind::Configuration)
        .with_status(client::CONFIGURATION)
        .with_message(format!(
            "{operation} is outside of any session and its client requires one: run it in the task of a \
             request, or name a session in its options"
        ))
        .build()
}

impl Captured {
    pub(crate) fn is_write(self) -> bool {
        self == Self::Write
    }
}

impl SessionChoice {
    /// The session of an operation: the one that its options name, or the one of this handle, unless they want none.
    ///
    /// # Errors
    /// When there is none and the handle's source requires one for operations on items.
    pub(crate) fn of(
        &self,
        settings: &OperationSettings,
        operation: &CosmosOperation,
    ) -> Result<Option<Session>> {
        if settings.session_disabled {
            return Ok(None);
        }
        let session = self.of_settings(settings);
        let is_required = matches!(self, Self::Ambient(source) if source.is_required());
        if session.is_none() && is_required && operation.verb().resource == ResourceType::Documents
        {
            return Err(outside(operation.name()));
        }
        Ok(session)
    }

    /// The session that options name, or the one of this handle, unless they want none.
    pub(crate) fn of_settings(&self, settings: &OperationSettings) -> Option<Session> {
        if settings.session_disabled {
            return None;
        }
        settings.session.clone().or_else(|| self.current())
    }

    pub(crate) fn current(&self) -> Option<Session> {
        match self {
            Self::Shared => None,
            Self::Fixed(session) => Some(session.clone()),
            Self::Ambient(source) => source.current(),
        }
    }
}
