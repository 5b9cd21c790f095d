//! Time for the whole driver: the only module that reads a clock or sleeps.
//! Durations and deadlines come from tokio's monotonic clock, so a test that pauses it controls every
//! timeout; dates on the wire come from the wall clock, which a simulation replaces by an anchored one.

use std::fmt;
use std::future::Future;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
pub(crate) use tokio::time::Instant;

/// The clock that a runtime hands to everything below it.
///
/// The monotonic side is tokio's (`tokio::time::pause` and `advance` act on it). The wall side is the
/// machine's, or an anchored one that advances with the monotonic side.
#[derive(Clone, Copy)]
pub struct Clock {
    wall: Wall,
}

#[derive(Clone, Copy)]
enum Wall {
    Machine,
    Anchored { wall: SystemTime, at: Instant },
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self {
            wall: Wall::Machine,
        }
    }

    /// A clock whose wall time is `wall` now and advances only with tokio's monotonic clock, so that a
    /// paused test or a simulation sees the same dates on each run.
    pub fn anchored(wall: SystemTime) -> Self {
        Self {
            wall: Wall::Anchored {
                wall,
                at: Instant::now(),
            },
        }
    }

    /// The current monotonic instant.
    #[expect(
        clippy::unused_self,
        reason = "time is asked of the clock that was injected"
    )]
    pub fn now(&self) -> Instant {
        Instant::now()
    }

    /// The current wall time.
    pub fn wall(&self) -> SystemTime {
        match self.wall {
            Wall::Machine => machine_wall(),
            Wall::Anchored { wall, at } => wall + at.elapsed(),
        }
    }

    /// Whole seconds since 1970 of the wall time; 0 for a clock set before that.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.wall()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    }

    /// Waits for `duration`.
    ///
    /// # Cancel safety
    /// Dropping the future ends the wait.
    pub async fn sleep(&self, duration: Duration) {
        pause(duration).await;
    }

    /// Runs `future` until `deadline`; `None` when the deadline came first.
    ///
    /// # Cancel safety
    /// Dropping the returned future drops `future`.
    #[expect(
        clippy::unused_self,
        reason = "time is asked of the clock that was injected"
    )]
    pub fn until<F: Future>(
        &self,
        deadline: Instant,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + use<F> {
        // Not an async block: that would hold the future twice, as its argument and while it is awaited.
        tokio::time::timeout_at(deadline, future).map(Result::ok)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.wall {
            Wall::Machine => "Clock(system)",
            Wall::Anchored { .. } => "Clock(anchored)",
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the module that owns the clock")]
fn machine_wall() -> SystemTime {
    SystemTime::now()
}

#[expect(clippy::disallowed_methods, reason = "the module that owns sleeping")]
fn pause(duration: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_anchored_clock_advances_with_the_paused_one() {
        let clock = Clock::anchored(UNIX_EPOCH + Duration::from_secs(1_000));
        assert_eq!(clock.unix_seconds(), 1_000);
        clock.sleep(Duration::from_secs(7)).await;
        assert_eq!(clock.unix_seconds(), 1_007);
    }

    #[tokio::test(start_paused = true)]
    async fn until_gives_none_when_the_deadline_comes_first() {
        let clock = Clock::system();
        let deadline = clock.now() + Duration::from_secs(1);
        assert_eq!(
            clock.until(deadline, std::future::pending::<()>()).await,
            None
        );
        assert_eq!(
            clock
                .until(deadline + Duration::from_secs(1), async { 5 })
                .await,
            Some(5)
        );
    }
}
