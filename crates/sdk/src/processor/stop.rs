//! The sign to stop, which many wait for. Those that wait are woken in the order in which they came, so that a simulation
//! repeats; tokio's `watch` wakes in no order.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// The sign to stop. Clones are one and the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<Sign>);

#[derive(Debug, Default)]
struct Sign {
    is_given: AtomicBool,
    given: Notify,
}

impl Stop {
    /// Gives it.
    pub(super) fn give(&self) {
        self.0.is_given.store(true, Ordering::Release);
        self.0.given.notify_waiters();
    }

    /// Whether it has been given.
    pub(super) fn is_given(&self) -> bool {
        self.0.is_given.load(Ordering::Acquire)
    }

    /// Waits until it is given.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub(super) async fn given(&self) {
        let mut given = pin!(self.0.given.notified());
        // Before looking, so that a sign between the two is not missed.
        given.as_mut().enable();
        if !self.is_given() {
            given.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_seen_whenever_it_is_given() {
        let stop = Stop::default();
        let waiting = futures_util::future::join(stop.given(), async {
            tokio::task::yield_now().await;
            stop.give();
        });
        waiting.await;
        stop.given().await;
        assert!(stop.clone().is_given());
    }
}
