//! How long to wait, as pure functions of how often it happened and a random number.

use std::time::Duration;

/// `base` doubled `times` times, at most `cap`.
pub(super) fn doubled(base: Duration, times: u32, cap: Duration) -> Duration {
    base.saturating_mul(2_u32.saturating_pow(times.min(31)))
        .min(cap)
}

/// `wait` changed by up to a quarter either way; `jitter_per_mille` is below 1000.
pub(super) fn spread_quarter(wait: Duration, jitter_per_mille: u32) -> Duration {
    wait.saturating_mul(750 + jitter_per_mille / 2) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let ms = Duration::from_millis;
        for (times, expected) in [
            (0, 5),
            (1, 10),
            (4, 80),
            (9, 2_560),
            (10, 5_000),
            (4_000_000, 5_000),
        ] {
            assert_eq!(doubled(ms(5), times, ms(5_000)), ms(expected), "{times}");
        }
    }

    #[test]
    fn jitter_stays_within_a_quarter() {
        let wait = Duration::from_secs(1);
        assert_eq!(spread_quarter(wait, 0), Duration::from_millis(750));
        assert_eq!(spread_quarter(wait, 500), Duration::from_secs(1));
        assert_eq!(spread_quarter(wait, 999), Duration::from_millis(1249));
    }
}
