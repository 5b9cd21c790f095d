//! The one folder that reads the time. Everything else is handed a [`Timestamp`], and waits
//! through a [`Clock`].
//!
//! [`SystemClock`] is the computer's; [`ManualClock`] moves when told; [`SteeredClock`] runs by
//! itself and can be frozen and pushed forward.

mod manual;
mod steered;
mod system;
mod timestamp;

use std::{fmt::Debug, pin::Pin};

pub use manual::ManualClock;
pub use steered::SteeredClock;
pub use system::SystemClock;
pub use timestamp::Timestamp;

/// A wait that a clock ends.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the engine takes the time from.
///
/// An implementation must never go backwards between two calls that happen one after the other.
pub trait Clock: Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// A future that is ready once [`now`](Self::now) has reached `instant`.
    ///
    /// # Cancel safety
    /// Dropping the future leaves nothing behind.
    fn sleep_until(&self, instant: Timestamp) -> Sleep;
}
