//! A clock that stands still until it is moved.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::Notify;

use super::{Clock, Sleep, Timestamp, timestamp::millis};

/// A clock that stands still until it is moved: for tests, simulation and frozen accounts.
#[derive(Debug)]
pub struct ManualClock(Arc<Hand>);

/// What sleepers share with the clock.
#[derive(Debug)]
struct Hand {
    millis: AtomicU64,
    moved: Notify,
}

impl ManualClock {
    /// A clock that stands at this instant.
    pub fn new(start: Timestamp) -> Self {
        Self(Arc::new(Hand {
            millis: AtomicU64::new(start.millis()),
            moved: Notify::new(),
        }))
    }

    /// Moves the clock forward, wakes whoever waits for an instant until then, and returns the
    /// new instant.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let step = millis(by);
        let before = self
            .0
            .millis
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| {
                Some(now.saturating_add(step))
            })
            .unwrap_or_else(|now| now);
        self.0.moved.notify_waiters();
        Timestamp::from_millis(before.saturating_add(step))
    }
}

impl Default for ManualClock {
    /// Stands at 2025-01-01T00:00:00Z.
    fn default() -> Self {
        Self::new(Timestamp::from_secs(1_735_689_600))
    }
}

impl Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn sleep_until(&self, instant: Timestamp) -> Sleep {
        let hand = Arc::clone(&self.0);
        Box::pin(async move {
            loop {
                let mut moved = std::pin::pin!(hand.moved.notified());
                // Registered before the look at the time: a move between the two is not missed.
                moved.as_mut().enable();
                if hand.now() >= instant {
                    return;
                }
                moved.await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = ManualClock::new(Timestamp::from_secs(10));
        assert_eq!(clock.now(), Timestamp::from_millis(10_000));
        assert_eq!(
            clock.advance(Duration::from_millis(1_500)),
            Timestamp::from_millis(11_500)
        );
        assert_eq!(clock.now().secs(), 11);
        assert_eq!(
            clock.advance(Duration::MAX),
            Timestamp::from_millis(u64::MAX)
        );
    }

    #[test]
    fn a_sleeper_wakes_at_its_instant_and_not_before() {
        let clock = ManualClock::new(Timestamp::from_secs(10));
        let mut sleep = clock.sleep_until(Timestamp::from_secs(12));
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Pending);
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Pending);
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleep.as_mut().poll(&mut cx), Poll::Ready(()));
    }
}
