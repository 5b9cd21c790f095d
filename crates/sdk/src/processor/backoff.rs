//! How long to wait before something that failed is tried again: twice as long each time, up to a limit.

use std::time::Duration;

use cosmokit_driver::Entropy;

/// The waits after failures in a row.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    first: Duration,
    limit: Duration,
    failures: u32,
}

impl Backoff {
    pub(super) fn new(first: Duration, limit: Duration) -> Self {
        Self {
            first,
            limit,
            failures: 0,
        }
    }

    /// How often in a row it has failed.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// It succeeded.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// It failed once more: how long to wait now. `asked` is what whoever refused asked for, which is kept to. Up to a
    /// quarter less than the rest, so that many that fail together do not come back together.
    pub(super) fn fail(&mut self, asked: Option<Duration>, entropy: &Entropy) -> Duration {
        let doubled = 2_u32.saturating_pow(self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        let wait = self.first.saturating_mul(doubled).min(self.limit);
        let spread = u32::try_from(entropy.draw() % 256).unwrap_or_default();
        let wait = wait.saturating_sub(wait / 1_024 * spread);
        wait.max(asked.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_begin_again() {
        let entropy = Entropy::seeded(1);
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10));
        let mut wait = |asked| backoff.fail(asked, &entropy).as_secs_f64();
        for expected in [1.0, 2.0, 4.0, 8.0, 10.0, 10.0] {
            let wait = wait(None);
            assert!(
                wait > expected * 0.74 && wait <= expected,
                "{wait} {expected}"
            );
        }
        assert!((wait(Some(Duration::from_secs(30))) - 30.0).abs() < f64::EPSILON);
        backoff.reset();
        assert!(backoff.fail(None, &entropy) <= Duration::from_secs(1));
        assert_eq!(backoff.failures(), 1);
    }
}
