//! What became of a commit, for those who wait for it.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use super::store::StoreError;

/// What became, or will become, of a commit.
#[derive(Debug, Default)]
pub(super) struct Outcome(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    result: Option<Result<(), StoreError>>,
    waiting: Vec<Waker>,
}

impl Outcome {
    /// Says what became of it; the first word counts.
    pub(super) fn settle(&self, result: Result<(), StoreError>) {
        let waiting = {
            let mut inner = self.inner();
            inner.result.get_or_insert(result);
            std::mem::take(&mut inner.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until everything is committed that a request rests on.
///
/// # Errors
/// Why it was not; memory is then as if the request had not been.
#[derive(Debug)]
pub(crate) struct Ticket(Option<Arc<Outcome>>);

impl Ticket {
    /// For a request that rests on this commit, if on one that is not done.
    pub(super) fn of(outcome: Option<&Arc<Outcome>>) -> Self {
        Self(outcome.map(Arc::clone))
    }
}

impl Future for Ticket {
    type Output = Result<(), StoreError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(outcome) = &self.0 else {
            return Poll::Ready(Ok(()));
        };
        let mut inner = outcome.inner();
        if let Some(result) = &inner.result {
            return Poll::Ready(result.clone());
        }
        let mut known = inner.waiting.iter();
        if !known.any(|waker| waker.will_wake(context.waker())) {
            inner.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}
