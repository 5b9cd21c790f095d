//! Bodies that are produced in a session, after the handler has returned and the headers are sent.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::sync_scope;
use crate::UserSession;
use crate::user_session::Knowledge;

pin_project! {
    /// A body that is polled in a session.
    ///
    /// Browsers take no cookie once the headers were sent, so what a streamed body writes is carried by the
    /// trailer (see [`with_trailer`](Self::with_trailer)), for clients that use the header, or by a message of
    /// your own with [`SessionCarrying::protect`](crate::SessionCarrying::protect).
    pub struct SessionBody<B> {
        #[pin]
        body: B,
        session: Option<UserSession>,
        trailer: Option<HeaderName>,
        // What the session knew when the headers were made: they have told it.
        told: Option<Knowledge>,
    }
}

impl<B> SessionBody<B> {
    /// Polls `body` in a session.
    pub fn new(body: B, session: UserSession) -> Self {
        Self::of(body, Some(session), None)
    }

    /// Polls `body` in a session, if there is one.
    pub(crate) fn of(body: B, session: Option<UserSession>, trailer: Option<HeaderName>) -> Self {
        Self {
            told: session.as_ref().map(UserSession::knowledge),
            body,
            session,
            trailer,
        }
    }

    /// Ends the body with a trailer of this name that carries what the session knows by then, if it has learnt
    /// anything since this body was made.
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
        let body = this.body;
        let Some(session) = this.session else {
            return body.poll_frame(cx);
        };
        let trailers = match ready!(sync_scope(session.clone(), || body.poll_frame(cx))) {
            None => HeaderMap::new(),
            Some(Ok(frame)) => match frame.into_trailers() {
                Ok(trailers) => trailers,
                Err(frame) => return Poll::Ready(Some(Ok(frame))),
            },
            error => return Poll::Ready(error),
        };
        let has_news = *this.told != Some(session.knowledge());
        let name = this.trailer.take().filter(|_| has_news);
        Poll::Ready(last(session, name, trailers))
    }

    fn is_end_stream(&self) -> bool {
        let has_trailer = self.session.is_some() && self.trailer.is_some();
        !has_trailer && self.body.is_end_stream()
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
