//! The one module that reads the time. Everything else is handed a [`Timestamp`].

mod steered;

use std::{
    fmt::Debug,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub use steered::SteeredClock;

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The instant this many milliseconds after 1970.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The instant this many seconds after 1970.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since 1970: what `_ts` holds.
    pub const fn secs(self) -> u64 {
        self.0 / 1000
    }

    /// This instant moved forward, as far as the type reaches.
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(millis(by)))
    }

    /// This instant moved back, at most to 1970.
    pub fn before(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(millis(by)))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Where the engine takes the time from.
///
/// An implementation must never go backwards between two calls that happen one after the other.
pub trait Clock: Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The computer's clock, kept from going backwards.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicU64,
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this module owns the clock")]
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = millis(since_1970);
        if self.latest.load(Ordering::Relaxed) == now {
            return Timestamp(now);
        }
        let before = self.latest.fetch_max(now, Ordering::Relaxed);
        Timestamp(before.max(now))
    }
}

/// A clock that stands still until it is moved: for tests, simulation and frozen accounts.
#[derive(Debug)]
pub struct ManualClock {
    millis: AtomicU64,
}

impl ManualClock {
    /// A clock that stands at this instant.
    pub fn new(start: Timestamp) -> Self {
        Self {
            millis: AtomicU64::new(start.0),
        }
    }

    /// Moves the clock forward and returns the new instant.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let step = millis(by);
        let before = self
            .millis
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| {
                Some(now.saturating_add(step))
            })
            .unwrap_or_else(|now| now);
        Timestamp(before.saturating_add(step))
    }
}

impl Default for ManualClock {
    /// Stands at 2025-01-01T00:00:00Z.
    fn default() -> Self {
        Self::new(Timestamp::from_secs(1_735_689_600))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.millis.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
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
    fn the_system_clock_never_goes_back() {
        let clock = SystemClock::default();
        let mut last = Timestamp::default();
        for _ in 0..1_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
        assert!(last > Timestamp::from_secs(1_500_000_000));
    }
}
