//! The future of an answer that carries a session on.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderName, HeaderValue, Method, Response};
use pin_project_lite::pin_project;
use tracing::Span;

use crate::UserSession;
use crate::carrying::{AnswerHead, Placing};
use crate::scope::Scoped;

pin_project! {
    /// The answer of a [`SessionService`](super::SessionService) in the making.
    pub struct SessionFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        In {
            #[pin]
            future: Scoped<F>,
            user: UserSession,
            method: Method,
        },
        Outside {
            #[pin]
            future: F,
        },
    }
}

impl<F> SessionFuture<F> {
    pub(super) fn new(future: Scoped<F>, user: UserSession, method: Method) -> Self {
        Self {
            state: State::In {
                future,
                user,
                method,
            },
        }
    }

    pub(super) fn outside(future: F) -> Self {
        Self {
            state: State::Outside { future },
        }
    }
}

impl<F, B, E> Future for SessionFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.project().state.project() {
            StateProjection::Outside { future } => future.poll(cx),
            StateProjection::In {
                future,
                user,
                method,
            } => {
                let _entered = user.arrived().span().map(Span::enter);
                let answered = ready!(future.poll(cx));
                Poll::Ready(answered.map(|mut response| {
                    carry_on(user, method, &mut response);
                    response
                }))
            }
        }
    }
}

impl<F> fmt::Debug for SessionFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionFuture").finish_non_exhaustive()
    }
}

fn carry_on<B>(user: &UserSession, method: &Method, response: &mut Response<B>) {
    let head = AnswerHead {
        method: method.as_str(),
        status: response.status().as_u16(),
        headers: response.headers(),
    };
    let answer = user.carrying().finish(user, &head);
    let headers = response.headers_mut();
    for change in answer.into_changes() {
        let name = HeaderName::try_from(change.name);
        let value = HeaderValue::try_from(change.value);
        let (Ok(name), Ok(mut value)) = (name, value) else {
            continue;
        };
        value.set_sensitive(true);
        match change.placing {
            Placing::Beside => drop(headers.append(name, value)),
            Placing::InPlace => drop(headers.insert(name, value)),
        }
    }
}
