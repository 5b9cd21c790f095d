//! A token bucket of request units that may run into debt. Time is an argument.

use std::time::Duration;

use crate::clock::Instant;

/// A bucket that holds one second's worth at most.
#[derive(Debug)]
pub(super) struct TokenBucket {
    per_second: f64,
    /// Below zero, what is owed.
    balance: f64,
    at: Instant,
}

impl TokenBucket {
    /// A full bucket.
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        Self {
            per_second,
            balance: per_second,
            at: now,
        }
    }

    /// How long something that comes now waits: until everything before it is paid off.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        self.refill(now);
        let seconds = (-self.balance / self.per_second).max(0.0);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// Takes `units`, into debt if need be; negative units are given back.
    pub(super) fn take(&mut self, units: f64, now: Instant) {
        self.refill(now);
        self.balance = (self.balance - units).min(self.per_second);
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.balance = passed
            .mul_add(self.per_second, self.balance)
            .min(self.per_second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn debt_is_paid_off_at_the_rate_and_wealth_is_bounded() {
        let start = Clock::system().now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut bucket = TokenBucket::new(100.0, start);
        for (now, takes, waits_ms) in [
            (0, 60.0, 0),
            (0, 60.0, 0),    // 40 left: still something
            (0, 60.0, 200),  // 20 owed
            (0, 0.0, 800),   // 80 owed
            (300, 0.0, 500), // 30 paid
            (800, 10.0, 0),
            (60_000, 100.0, 0), // no more than one second's worth
            (60_000, 1.0, 0),
            (60_000, 0.0, 10),
            (50_000, 0.0, 10), // time does not go back
            (60_000, -500.0, 10),
            (60_000, 101.0, 0), // nor does giving back overfill
            (60_000, 0.0, 10),
        ] {
            let wait = bucket.wait(at(now)).as_millis();
            assert_eq!(wait, waits_ms, "at {now} ms");
            bucket.take(takes, at(now));
        }
    }
}
