//! One fetch for all who ask at the same time. The fetch belongs to those who wait: it goes on as long as one
//! of them does, needs no task, and its outcome is not kept here.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};

use crate::error::Result;

/// A fetch that can be joined.
pub(crate) type Fetch<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// The place where a fetch is found by those who want the same.
pub(crate) struct SingleFlight<T: Clone>(Mutex<Option<WeakShared<Fetch<T>>>>);

impl<T: Clone> SingleFlight<T> {
    /// The fetch that is running, or the one that `start` makes. One that has ended counts as not running,
    /// so a failure is never handed to those who ask later.
    pub(crate) fn join(&self, start: impl FnOnce() -> Fetch<T>) -> Shared<Fetch<T>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let current = running.as_ref().and_then(WeakShared::upgrade);
        if let Some(fetch) = current.filter(|fetch| fetch.peek().is_none()) {
            return fetch;
        }
        let fetch = start().shared();
        *running = fetch.downgrade();
        fetch
    }

    /// Lets those who ask from now on start anew; those who wait keep what they wait for.
    pub(crate) fn detach(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl<T: Clone> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> fmt::Debug for SingleFlight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SingleFlight")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;
    use crate::error::CosmosError;

    fn counting(started: &Arc<AtomicU32>, gate: &Arc<Notify>) -> Fetch<u32> {
        let (gate, number) = (Arc::clone(gate), started.fetch_add(1, Ordering::SeqCst));
        Box::pin(async move {
            gate.notified().await;
            Ok(number)
        })
    }

    #[tokio::test]
    async fn those_who_ask_together_share_one_fetch() {
        let (flight, started) = (SingleFlight::default(), Arc::new(AtomicU32::new(0)));
        let gate = Arc::new(Notify::new());
        let first = flight.join(|| counting(&started, &gate));
        let second = flight.join(|| counting(&started, &gate));
        gate.notify_one();
        let (first, second) = futures_util::future::join(first, second).await;
        assert_eq!(
            (
                first.unwrap(),
                second.unwrap(),
                started.load(Ordering::SeqCst)
            ),
            (0, 0, 1)
        );
        gate.notify_one();
        assert_eq!(flight.join(|| counting(&started, &gate)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn the_fetch_survives_the_one_who_started_it() {
        let (flight, started) = (SingleFlight::default(), Arc::new(AtomicU32::new(0)));
        let gate = Arc::new(Notify::new());
        let mut first = flight.join(|| counting(&started, &gate));
        assert!(futures_util::poll!(&mut first).is_pending());
        let second = flight.join(|| counting(&started, &gate));
        drop(first);
        gate.notify_one();
        assert_eq!(second.await.unwrap(), 0);
        assert_eq!(started.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_fetch_that_nobody_waits_for_ends() {
        let (flight, started) = (SingleFlight::default(), Arc::new(AtomicU32::new(0)));
        let gate = Arc::new(Notify::new());
        drop(flight.join(|| counting(&started, &gate)));
        assert_eq!(Arc::strong_count(&gate), 1);
        gate.notify_one();
        assert_eq!(flight.join(|| counting(&started, &gate)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_not_handed_on() {
        let flight = SingleFlight::default();
        let failing = flight.join(|| Box::pin(async { Err(CosmosError::builder().build()) }));
        assert!(failing.clone().await.is_err());
        let next = flight.join(|| Box::pin(async { Ok(7) }));
        assert_eq!(next.await.unwrap(), 7);
    }
}
