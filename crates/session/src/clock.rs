//! The present second, the only time that carried sessions know. The one module that reads a clock.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::carried::Seconds;

/// Where the present second comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Seconds + Send + Sync>);

impl Clock {
    /// The machine's clock. The default.
    pub fn system() -> Self {
        Self::default()
    }

    /// Asks `now` each time, as a simulation does.
    pub fn of(now: impl Fn() -> Seconds + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> Seconds {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this module owns the clock")]
        let now = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            Seconds(since.unwrap_or_default().as_secs())
        };
        Self::of(now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
