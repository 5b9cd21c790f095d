//! A clock over another one that can be moved forward, stopped and let go on: what an account reads.
//!
//! Two numbers say how the instant is made from the clock below: where it stands, or how far it is from the one
//! below. Reading it takes two loads and no lock; steering it takes one.

use std::{
    future::poll_fn,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use tokio::sync::Notify;

use super::{Clock, Sleep, Timestamp, timestamp::millis};

/// Stands for "it runs" where else the frozen instant stands.
const RUNNING: u64 = u64::MAX;

/// The account's clock: the computer's, or any other, as far as it was moved or stopped.
#[derive(Debug)]
pub struct SteeredClock {
    course: Arc<Course>,
    steering: Mutex<()>,
}

/// What sleepers share with the clock.
#[derive(Debug)]
struct Course {
    base: Arc<dyn Clock>,
    /// Milliseconds that are added to the clock below.
    offset: AtomicI64,
    /// The instant at which it stands, or [`RUNNING`].
    frozen: AtomicU64,
    /// Told when it was moved, stopped or let go on.
    steered: Notify,
}

impl SteeredClock {
    /// A clock that runs as `base` does until it is told otherwise.
    pub fn new(base: Arc<dyn Clock>) -> Self {
        let course = Course {
            base,
            offset: AtomicI64::new(0),
            frozen: AtomicU64::new(RUNNING),
            steered: Notify::new(),
        };
        Self {
            course: Arc::new(course),
            steering: Mutex::new(()),
        }
    }

    /// A clock over the same one that stands or runs as this one does now, and is steered apart
    /// from it.
    pub(crate) fn fork(&self) -> Self {
        let _steering = self.steering.lock().unwrap_or_else(PoisonError::into_inner);
        let Course {
            base,
            offset,
            frozen,
            ..
        } = &*self.course;
        let course = Course {
            base: Arc::clone(base),
            offset: AtomicI64::new(offset.load(Ordering::SeqCst)),
            frozen: AtomicU64::new(frozen.load(Ordering::SeqCst)),
            steered: Notify::new(),
        };
        Self {
            course: Arc::new(course),
            steering: Mutex::new(()),
        }
    }

    /// Moves it forward, whether it runs or stands, and returns the new instant. What takes place by the account's
    /// clock (expiry, replication lag, budgets) has then taken place.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let _steering = self.steering.lock().unwrap_or_else(PoisonError::into_inner);
        let by = by.min(Duration::from_millis(FARTHEST_MILLIS));
        if self.is_frozen() {
            let to = self.now().after(by).millis().min(FARTHEST_MILLIS);
            self.course.frozen.store(to, Ordering::SeqCst);
        } else {
            let offset = self.course.offset.load(Ordering::SeqCst);
            let by = i64::try_from(millis(by)).unwrap_or(i64::MAX);
            self.course
                .offset
                .store(offset.saturating_add(by), Ordering::SeqCst);
        }
        self.course.steered.notify_waiters();
        self.now()
    }

    /// Stops it where it is, and returns that instant. A clock that stands keeps standing.
    pub fn freeze(&self) -> Timestamp {
        let _steering = self.steering.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        self.course.frozen.store(now.millis(), Ordering::SeqCst);
        self.course.steered.notify_waiters();
        now
    }

    /// Lets it go on from where it stands, and returns that instant. Time that passed meanwhile is left out.
    pub fn resume(&self) -> Timestamp {
        let _steering = self.steering.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_frozen() {
            return self.now();
        }
        let stood = self.now();
        let signed = |instant: Timestamp| i64::try_from(instant.millis()).unwrap_or(i64::MAX);
        let offset = signed(stood).saturating_sub(signed(self.course.base.now()));
        self.course.offset.store(offset, Ordering::SeqCst);
        self.course.frozen.store(RUNNING, Ordering::SeqCst);
        self.course.steered.notify_waiters();
        stood
    }

    /// Whether it stands.
    pub fn is_frozen(&self) -> bool {
        self.course.frozen.load(Ordering::SeqCst) != RUNNING
    }

    /// The clock below, which nobody moves: what clients in other processes go by.
    pub fn unsteered(&self) -> Timestamp {
        self.course.base.now()
    }
}

/// Farther than any date that a header can carry, and far from the end of the numbers.
const FARTHEST_MILLIS: u64 = 1 << 53;

impl Course {
    fn now(&self) -> Timestamp {
        let frozen = self.frozen.load(Ordering::SeqCst);
        if frozen != RUNNING {
            return Timestamp::from_millis(frozen);
        }
        let base = self.base.now().millis();
        Timestamp::from_millis(base.saturating_add_signed(self.offset.load(Ordering::SeqCst)))
    }

    /// Ends when the clock below is where this one shows `instant`; never while it stands.
    fn timer(&self, instant: Timestamp) -> Option<Sleep> {
        if self.frozen.load(Ordering::SeqCst) != RUNNING {
            return None;
        }
        let ahead = self.offset.load(Ordering::SeqCst).saturating_neg();
        let below = instant.millis().saturating_add_signed(ahead);
        Some(self.base.sleep_until(Timestamp::from_millis(below)))
    }

    async fn reach(&self, instant: Timestamp) {
        loop {
            let mut steered = std::pin::pin!(self.steered.notified());
            // Registered before the look at the time: a move between the two is not missed.
            steered.as_mut().enable();
            if self.now() >= instant {
                return;
            }
            let mut timer = self.timer(instant);
            poll_fn(|cx| match (steered.as_mut().poll(cx), &mut timer) {
                (Poll::Pending, Some(timer)) => timer.as_mut().poll(cx),
                (steered, _) => steered,
            })
            .await;
        }
    }
}

impl Clock for SteeredClock {
    fn now(&self) -> Timestamp {
        self.course.now()
    }

    fn sleep_until(&self, instant: Timestamp) -> Sleep {
        let course = Arc::clone(&self.course);
        Box::pin(async move { course.reach(instant).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn scene() -> (Arc<ManualClock>, SteeredClock) {
        let base = Arc::new(ManualClock::new(Timestamp::from_millis(1_000)));
        (Arc::clone(&base), SteeredClock::new(base))
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn it_follows_the_clock_below() {
        let (base, clock) = scene();
        assert_eq!(clock.now().millis(), 1_000);
        base.advance(ms(7));
        assert_eq!(clock.now().millis(), 1_007);
    }

    #[test]
    fn moved_forward_it_goes_on_from_there() {
        let (base, clock) = scene();
        assert_eq!(clock.advance(ms(500)).millis(), 1_500);
        base.advance(ms(1));
        assert_eq!(clock.now().millis(), 1_501);
        assert_eq!(clock.unsteered().millis(), 1_001);
    }

    #[test]
    fn stopped_it_moves_only_when_told_and_never_back() {
        let (base, clock) = scene();
        clock.advance(ms(500));
        assert_eq!(clock.freeze().millis(), 1_500);
        base.advance(ms(90));
        assert_eq!(clock.now().millis(), 1_500);
        assert_eq!(clock.freeze().millis(), 1_500);
        assert_eq!(clock.advance(ms(10)).millis(), 1_510);
        assert!(clock.is_frozen());
        assert_eq!(clock.resume().millis(), 1_510);
        assert_eq!(clock.resume().millis(), 1_510);
        base.advance(ms(5));
        assert_eq!(clock.now().millis(), 1_515);
    }

    #[test]
    fn the_farthest_future_is_no_overflow() {
        let (_, clock) = scene();
        let far = clock.advance(Duration::MAX);
        assert!(clock.advance(Duration::MAX) >= far);
        assert!(clock.freeze() >= far);
        assert!(clock.advance(Duration::MAX) >= far.min(Timestamp::from_millis(FARTHEST_MILLIS)));
    }
}
