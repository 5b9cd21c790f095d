//! Bodies that are produced in a session, after the handler has returned and the headers are sent.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::sync_scope;
use crate::UserSession;

pin_project! {
    /// A body that is polled in a session.
    ///
    /// Browsers take no cookie once the headers were sent, so what a streamed body writes is carried by the
    /// trailer (see [`with_trailer`](Self::with_trailer)), for clients that use the header, or by a message of
    /// your own with [`SessionCarrying::protect`](crate::SessionCarrying::protect).
    pub struct SessionBody<B> {
        #[pin]
        body: B,
        session: UserSession,
        trailer: Option<HeaderName>,
    }
}

impl<B> SessionBody<B> {
    /// Polls `body` in a session.
    pub fn new(body: B, session: UserSession) -> Self {
        Self {
            body,
            session,
            trailer: None,
        }
    }

    /// Ends the body with a trailer of this name that carries what the session knows by then.
    #[must_use]
    pub fn with_trailer(mut self, name: HeaderName) -> Self {
        self.trailer = Some(name);
        self
    }
}

impl<B: Body> Body for SessionBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let (body, session) = (this.body, this.session);
        let polled = sync_scope(session.clone(), || body.poll_frame(cx));
        match polled {
            Poll::Ready(None) => Poll::Ready(last(session, this.trailer.take(), HeaderMap::new())),
            Poll::Ready(Some(Ok(frame))) => match frame.into_trailers() {
                Ok(trailers) => Poll::Ready(last(session, this.trailer.take(), trailers)),
                Err(frame) => Poll::Ready(Some(Ok(frame))),
            },
            other => other,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.trailer.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The trailers with the session among them; `None` when there are none at all.
fn last<D, E>(
    session: &UserSession,
    name: Option<HeaderName>,
    mut trailers: HeaderMap,
) -> Option<Result<Frame<D>, E>> {
    let value = name.and_then(|name| {
        let text = session.carrying().header_value(session)?;
        Some((name, HeaderValue::try_from(text).ok()?))
    });
    if let Some((name, value)) = value {
        trailers.insert(name, value);
    }
    (!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers)))
}

impl<B> fmt::Debug for SessionBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBody")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
