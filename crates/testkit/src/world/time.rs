//! Virtual time: the one module of this crate that reads a clock or sleeps. It is tokio's, which a simulation pauses.

use std::time::Duration;

use cosmokit_engine::clock::{Clock, Sleep, Timestamp};
use tokio::time::Instant;

/// When every world begins: 2025-01-01T00:00:00Z.
pub(super) const BEGINNING: Timestamp = Timestamp::from_secs(1_735_689_600);

/// A clock that shows 2025-01-01T00:00:00Z when it is made and moves with tokio's.
#[derive(Clone, Copy, Debug)]
pub struct VirtualClock {
    began: Instant,
}

impl VirtualClock {
    /// A clock that begins now, inside a tokio runtime.
    pub(super) fn start() -> Self {
        Self {
            began: Instant::now(),
        }
    }

    /// How long the world has been going on.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        BEGINNING.after(self.elapsed())
    }

    fn sleep_until(&self, instant: Timestamp) -> Sleep {
        Box::pin(sleep(instant.since(self.now())))
    }
}

/// Waits in virtual time.
///
/// # Cancel safety
/// Dropping the future ends the wait.
#[expect(clippy::disallowed_methods, reason = "the module that owns sleeping")]
pub async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
