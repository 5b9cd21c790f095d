//! A clock over another one that can be moved forward, stopped and let go on: what an account reads.
//!
//! Two numbers say how the instant is made from the clock below: where it stands, or how far it is from the one
//! below. Reading it takes two loads and no lock; steering it takes one.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{Clock, Timestamp, millis};

/// Stands for "it runs" where else the frozen instant stands.
const RUNNING: u64 = u64::MAX;

/// The account's clock: the computer's, or any other, as far as it was moved or stopped.
#[derive(Debug)]
pub struct SteeredClock {
    base: Arc<dyn Clock>,
    /// Milliseconds that are added to the clock below.
    offset: AtomicI64,
    /// The instant at which it stands, or [`RUNNING`].
    frozen: AtomicU64,
    steering: Mutex<()>,
}

impl SteeredClock {
    /// A clock that runs as `base` does until it is told otherwise.
    pub fn new(base: Arc<dyn Clock>) -> Self {
        Self {
            base,
            offset: AtomicI64::new(0),
            frozen: AtomicU64::new(RUNNING),
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
            self.frozen.store(to, Ordering::SeqCst);
        } else {
            let offset = self.offset.load(Ordering::SeqCst);
            let by = i64::try_from(millis(by)).unwrap_or(i64::MAX);
            self.offset
                .store(offset.saturating_add(by), Ordering::SeqCst);
        }
        self.now()
    }

    /// Stops it where it is, and returns that instant. A clock that stands keeps standing.
    pub fn freeze(&self) -> Timestamp {
        let _steering = self.steering.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        self.frozen.store(now.millis(), Ordering::SeqCst);
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
        let offset = signed(stood).saturating_sub(signed(self.base.now()));
        self.offset.store(offset, Ordering::SeqCst);
        self.frozen.store(RUNNING, Ordering::SeqCst);
        stood
    }

    /// Whether it stands.
    pub fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::SeqCst) != RUNNING
    }

    /// The clock below, which nobody moves: what clients in other processes go by.
    pub fn unsteered(&self) -> Timestamp {
        self.base.now()
    }
}

/// Farther than any date that a header can carry, and far from the end of the numbers.
const FARTHEST_MILLIS: u64 = 1 << 53;

impl Clock for SteeredClock {
    fn now(&self) -> Timestamp {
        let frozen = self.frozen.load(Ordering::SeqCst);
        if frozen != RUNNING {
            return Timestamp(frozen);
        }
        let base = self.base.now().millis();
        Timestamp(base.saturating_add_signed(self.offset.load(Ordering::SeqCst)))
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
