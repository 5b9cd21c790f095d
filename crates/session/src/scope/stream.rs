//! Streams that are polled in a session.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::sync_scope;
use crate::UserSession;

pin_project! {
    /// A stream that is polled in a session. Made by [`InSessionStream::in_session`].
    pub struct ScopedStream<S> {
        #[pin]
        stream: S,
        session: UserSession,
    }
}

impl<S: Stream> Stream for ScopedStream<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let stream = this.stream;
        sync_scope(this.session.clone(), || stream.poll_next(cx))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

impl<S> fmt::Debug for ScopedStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedStream")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// Streams that are polled in a session.
pub trait InSessionStream: Stream + Sized {
    /// Polls this stream in a session, wherever it is polled.
    fn in_session(self, session: UserSession) -> ScopedStream<Self> {
        ScopedStream {
            stream: self,
            session,
        }
    }
}

impl<S: Stream> InSessionStream for S {}
