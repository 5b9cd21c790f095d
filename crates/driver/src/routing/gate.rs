//! Whether something that failed may be used again: shut for a while, then open to one probe at a time until
//! one of them succeeds. Open gates, the rule, cost one atomic read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Instant;

/// The gate before an endpoint, or before a partition in a region.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is_shut: AtomicBool,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    Shut {
        since: Instant,
    },
    /// One operation tries it; should it never come back, another may after the same time.
    Probed {
        since: Instant,
    },
}

/// Whether an attempt may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Open,
    /// As the only one, to find out whether it works again.
    Probe,
    Shut,
}

impl Gate {
    /// Whether an attempt may pass at `now`. A gate that was shut longer than `rest` lets one attempt pass.
    pub(crate) fn admit(&self, now: Instant, rest: Duration) -> Admission {
        if self.is_open() {
            return Admission::Open;
        }
        let mut state = self.state();
        match *state {
            State::Open => Admission::Open,
            State::Shut { since } | State::Probed { since }
                if now.saturating_duration_since(since) >= rest =>
            {
                *state = State::Probed { since: now };
                Admission::Probe
            }
            State::Shut { .. } | State::Probed { .. } => Admission::Shut,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.is_shut.load(Ordering::Acquire)
    }

    /// It failed: others are better from now on.
    pub(crate) fn shut(&self, now: Instant) {
        *self.state() = State::Shut { since: now };
        self.is_shut.store(true, Ordering::Release);
    }

    /// It works.
    pub(crate) fn open(&self) {
        if !self.is_open() {
            *self.state() = State::Open;
            self.is_shut.store(false, Ordering::Release);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn a_shut_gate_lets_one_probe_pass_after_its_rest() {
        let (gate, start) = (Gate::default(), Instant::now());
        let admit = |seconds: u64| gate.admit(start + Duration::from_secs(seconds), REST);
        assert_eq!(admit(0), Admission::Open);
        gate.shut(start);
        assert_eq!([admit(0), admit(4)], [Admission::Shut; 2]);
        assert_eq!(admit(5), Admission::Probe);
        assert_eq!([admit(5), admit(9)], [Admission::Shut; 2], "one at a time");
        assert_eq!(
            admit(10),
            Admission::Probe,
            "the first probe never came back"
        );
        gate.shut(start + Duration::from_secs(11));
        assert_eq!(
            admit(15),
            Admission::Shut,
            "a probe that failed shuts it again"
        );
        assert_eq!(admit(16), Admission::Probe);
        gate.open();
        assert_eq!([admit(16), admit(16)], [Admission::Open; 2]);
    }
}
