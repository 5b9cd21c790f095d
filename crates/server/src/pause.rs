//! Waits for real time: the one place of the server that does so for the length of a fault.

use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Longest wait; far beyond any client's patience, and far from the end of what an instant can hold.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// A wait of this length, at most a day.
pub(crate) fn pause(length: Duration) -> Sleep {
    sleep_until(Instant::now() + length.min(LONGEST))
}
