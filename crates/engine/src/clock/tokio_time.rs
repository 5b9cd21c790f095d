//! Tokio's clock, which tests pause.

use std::time::Duration;

use tokio::time::Instant;

use super::{Clock, Sleep, Timestamp};

/// An instant of the account for every instant of tokio's clock. Under `start_paused` time stands
/// still while anything can run and jumps to the next timer when nothing can: simulated hours
/// take no time.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: Instant,
    start: Timestamp,
}

impl TokioClock {
    /// A clock that shows `start` now and runs with the runtime that this is called in.
    #[expect(clippy::disallowed_methods, reason = "this module owns the clock")]
    pub fn starting_at(start: Timestamp) -> Self {
        Self {
            origin: Instant::now(),
            start,
        }
    }
}

impl Clock for TokioClock {
    #[expect(clippy::disallowed_methods, reason = "this module owns the clock")]
    fn now(&self) -> Timestamp {
        self.start.after(Instant::now().duration_since(self.origin))
    }

    #[expect(clippy::disallowed_methods, reason = "this module owns sleeping")]
    fn sleep_until(&self, instant: Timestamp) -> Sleep {
        let wait = instant.since(self.now());
        Box::pin(async move {
            if wait > Duration::ZERO {
                tokio::time::sleep(wait).await;
            }
        })
    }
}
