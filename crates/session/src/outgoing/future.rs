//! The future of a call that took a session along: what the answer's header tells goes into the session.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderName, Response};
use pin_project_lite::pin_project;

use crate::UserSession;

pin_project! {
    /// The answer of an [`OutgoingService`](super::OutgoingService) in the making.
    pub struct OutgoingFuture<F> {
        #[pin]
        future: F,
        user: Option<(HeaderName, UserSession)>,
    }
}

impl<F> OutgoingFuture<F> {
    pub(super) fn new(future: F, user: Option<(HeaderName, UserSession)>) -> Self {
        Self { future, user }
    }
}

impl<F, B, E> Future for OutgoingFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let answered = ready!(this.future.poll(cx));
        if let (Ok(response), Some((name, user))) = (&answered, this.user.take()) {
            let lines = response.headers().get_all(name);
            user.take_in(lines.iter().filter_map(|line| line.to_str().ok()));
        }
        Poll::Ready(answered)
    }
}

impl<F> fmt::Debug for OutgoingFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingFuture").finish_non_exhaustive()
    }
}
