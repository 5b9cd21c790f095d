//! The task-local itself, and futures that run in it.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::UserSession;

tokio::task_local! {
    static CURRENT: UserSession;
}

/// The session of the task that runs; `None` outside of any.
pub fn current() -> Option<UserSession> {
    CURRENT.try_with(Clone::clone).ok()
}

/// How often a traced client has found no session, in this process.
static OUTSIDE: AtomicU64 = AtomicU64::new(0);

pub(crate) fn count_outside() {
    OUTSIDE.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn outside_count() -> u64 {
    OUTSIDE.load(Ordering::Relaxed)
}

/// Runs a function in a session.
pub fn sync_scope<T>(session: UserSession, run: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(session, run)
}

pin_project! {
    /// A future that runs in a session. Made by [`InSession::in_session`].
    pub struct Scoped<F> {
        #[pin]
        future: F,
        session: Option<UserSession>,
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match this.session {
            Some(session) => CURRENT.sync_scope(session.clone(), || this.future.poll(cx)),
            None => this.future.poll(cx),
        }
    }
}

impl<F> fmt::Debug for Scoped<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scoped")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// Futures that run in a session.
pub trait InSession: Future + Sized {
    /// Runs this future in a session, wherever it is polled.
    ///
    /// ```
    /// # async fn job() {}
    /// # fn f(user: cosmokit_session::UserSession) {
    /// use cosmokit_session::scope::InSession as _;
    ///
    /// let work = job().in_session(user);
    /// # drop(work);
    /// # }
    /// ```
    fn in_session(self, session: UserSession) -> Scoped<Self> {
        Scoped {
            future: self,
            session: Some(session),
        }
    }

    /// Runs this future in the session of the task that runs now; outside of any when there is none.
    fn in_current_session(self) -> Scoped<Self> {
        Scoped {
            future: self,
            session: current(),
        }
    }
}

impl<F: Future> InSession for F {}
