//! When something happened: a place in the order of all events, and an instant of virtual time.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment of a history.
///
/// Moments are ordered by `step`, a count of all events of the world: two events at one virtual instant still have an
/// order. As JSON it is `[step, microseconds]`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct Moment {
    step: u64,
    at_us: u64,
}

impl Moment {
    /// The event with this number, so many microseconds after the world began.
    pub const fn new(step: u64, at_us: u64) -> Self {
        Self { step, at_us }
    }

    /// The number of the event.
    pub const fn step(self) -> u64 {
        self.step
    }

    /// Virtual time since the world began.
    pub const fn elapsed(self) -> Duration {
        Duration::from_micros(self.at_us)
    }
}

impl From<(u64, u64)> for Moment {
    fn from((step, at_us): (u64, u64)) -> Self {
        Self::new(step, at_us)
    }
}

impl From<Moment> for (u64, u64) {
    fn from(moment: Moment) -> Self {
        (moment.step, moment.at_us)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, millis) = (self.at_us / 1_000_000, self.at_us / 1_000 % 1_000);
        write!(f, "{secs}.{millis:03}s")
    }
}
