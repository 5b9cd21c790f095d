//! The computer's clock.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{Clock, Sleep, Timestamp, timestamp::millis};

/// The computer's clock, kept from going backwards. Waiting needs a tokio runtime with its timer.
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
            return Timestamp::from_millis(now);
        }
        let before = self.latest.fetch_max(now, Ordering::Relaxed);
        Timestamp::from_millis(before.max(now))
    }

    #[expect(clippy::disallowed_methods, reason = "this module owns sleeping")]
    fn sleep_until(&self, instant: Timestamp) -> Sleep {
        // The timer may end within the millisecond before the instant.
        let wait = instant.since(self.now()) + std::time::Duration::from_millis(1);
        Box::pin(async move { tokio::time::sleep(wait).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
