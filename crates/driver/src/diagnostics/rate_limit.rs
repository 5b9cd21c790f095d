//! At most so many in each window, with some kept for failures. Time is an argument.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Instant;

/// How many operations may be logged in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimiterConfig {
    /// How many in one window. Default 100.
    pub max_per_window: u32,
    /// How long a window is. Default 60 s.
    pub window: Duration,
    /// How many failures beyond that. Default 10.
    pub failure_reserve: u32,
}

impl Default for RateLimiterConfig {
    fn default() -> Self {
        Self {
            max_per_window: 100,
            window: Duration::from_secs(60),
            failure_reserve: 10,
        }
    }
}

#[derive(Debug)]
pub(super) struct RateLimiter {
    config: RateLimiterConfig,
    window: Mutex<Window>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    begun: Option<Instant>,
    admitted: u32,
    reserve_used: u32,
    suppressed: u64,
}

/// Whether one more may be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Admitted {
        /// How many were not in the window before, told once.
        suppressed: u64,
    },
    Suppressed,
}

impl RateLimiter {
    pub(super) fn new(config: RateLimiterConfig) -> Self {
        Self {
            config,
            window: Mutex::default(),
        }
    }

    pub(super) fn admit(&self, now: Instant, is_failure: bool) -> Admission {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = window
            .begun
            .is_none_or(|begun| now.saturating_duration_since(begun) >= self.config.window);
        if is_over {
            *window = Window {
                begun: Some(now),
                suppressed: window.suppressed,
                ..Window::default()
            };
        }
        if window.admitted < self.config.max_per_window {
            window.admitted += 1;
        } else if is_failure && window.reserve_used < self.config.failure_reserve {
            window.reserve_used += 1;
        } else {
            window.suppressed = window.suppressed.saturating_add(1);
            return Admission::Suppressed;
        }
        let suppressed = if is_over {
            std::mem::take(&mut window.suppressed)
        } else {
            0
        };
        Admission::Admitted { suppressed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_storm_is_cut_off_and_told_about_in_the_next_window() {
        let limiter = RateLimiter::new(RateLimiterConfig {
            max_per_window: 2,
            window: Duration::from_secs(10),
            failure_reserve: 1,
        });
        let start = Clock::system().now();
        let admitted = |suppressed| Admission::Admitted { suppressed };
        for (at, is_failure, expected) in [
            (0, false, admitted(0)),
            (1, true, admitted(0)),
            (2, false, Admission::Suppressed),
            (3, true, admitted(0)),
            (4, true, Admission::Suppressed),
            (10, false, admitted(2)),
            (11, false, admitted(0)),
            (19, false, Admission::Suppressed),
            (20, true, admitted(1)),
        ] {
            let now = start + Duration::from_secs(at);
            assert_eq!(limiter.admit(now, is_failure), expected, "at {at} s");
        }
    }
}
