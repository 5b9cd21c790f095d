//! The tower middleware for bodies that are produced after the handler has returned.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderName, Request, Response};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::UserSession;
use crate::scope::SessionBody;

/// A tower layer inside of the [`SessionLayer`](super::SessionLayer): polls the bodies of answers in the session of
/// their request, and ends them with a trailer that tells what they have learnt, if the carrying has a header. Made by
/// [`SessionCarrying::streaming_layer`](crate::SessionCarrying::streaming_layer).
#[derive(Clone, Debug)]
pub struct StreamingLayer {
    trailer: Option<HeaderName>,
}

impl StreamingLayer {
    pub(crate) fn new(trailer: Option<HeaderName>) -> Self {
        Self { trailer }
    }
}

impl<S> Layer<S> for StreamingLayer {
    type Service = StreamingService<S>;

    fn layer(&self, inner: S) -> StreamingService<S> {
        StreamingService {
            inner,
            trailer: self.trailer.clone(),
        }
    }
}

/// A service whose bodies are produced in the session. Made by [`StreamingLayer`].
#[derive(Clone, Debug)]
pub struct StreamingService<S> {
    inner: S,
    trailer: Option<HeaderName>,
}

impl<S, B, R> Service<Request<B>> for StreamingService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<SessionBody<R>>;
    type Error = S::Error;
    type Future = StreamingFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        StreamingFuture {
            user: request.extensions().get::<UserSession>().cloned(),
            trailer: self.trailer.clone(),
            future: self.inner.call(request),
        }
    }
}

pin_project! {
    /// The answer of a [`StreamingService`] in the making.
    pub struct StreamingFuture<F> {
        #[pin]
        future: F,
        user: Option<UserSession>,
        trailer: Option<HeaderName>,
    }
}

impl<F, B, E> Future for StreamingFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<SessionBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answered = ready!(this.future.poll(cx));
        let (user, trailer) = (this.user.take(), this.trailer.take());
        Poll::Ready(
            answered.map(|response| response.map(|body| SessionBody::of(body, user, trailer))),
        )
    }
}

impl<F> fmt::Debug for StreamingFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingFuture").finish_non_exhaustive()
    }
}
