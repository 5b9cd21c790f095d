//! What the transport notes about one attempt while it runs: phases, and whether the request left. Noted
//! through a shared reference, so that it can be read after the attempt was cut off by a timeout.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::{Clock, Instant};
use crate::diagnostics::{PhaseTimings, RequestSentStatus};

/// The notes of one attempt.
#[derive(Debug, Default)]
pub(crate) struct AttemptTrace {
    queue: Phase,
    dns: Phase,
    connect: Phase,
    tls: Phase,
    first_byte: Phase,
    body: Phase,
    handed_over: AtomicBool,
}

/// How long something took, in nanoseconds plus one; 0 when it did not happen.
#[derive(Debug, Default)]
struct Phase(AtomicU64);

impl Phase {
    fn set(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX - 1);
        self.0.store(nanos.saturating_add(1), Ordering::Relaxed);
    }

    fn get(&self) -> Option<Duration> {
        self.0
            .load(Ordering::Relaxed)
            .checked_sub(1)
            .map(Duration::from_nanos)
    }
}

/// How long it took to make a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ConnectTimings {
    pub(crate) dns: Option<Duration>,
    pub(crate) connect: Option<Duration>,
    pub(crate) tls: Option<Duration>,
}

impl AttemptTrace {
    /// The request waited since `since` for its connection.
    pub(crate) fn queued(&self, clock: Clock, since: Instant) {
        self.queue.set(clock.now().saturating_duration_since(since));
    }

    /// The request is the first on a connection that was made for it.
    pub(crate) fn connected(&self, timings: &ConnectTimings) {
        let phases = [
            (&self.dns, timings.dns),
            (&self.connect, timings.connect),
            (&self.tls, timings.tls),
        ];
        for (phase, duration) in phases {
            if let Some(duration) = duration {
                phase.set(duration);
            }
        }
    }

    /// The request was given to an open connection or to a service: from here on it may arrive.
    pub(crate) fn handed_over(&self) {
        self.handed_over.store(true, Ordering::Relaxed);
    }

    /// The request came back unsent.
    pub(crate) fn taken_back(&self) {
        self.handed_over.store(false, Ordering::Relaxed);
    }

    pub(crate) fn answered(&self, clock: Clock, since: Instant) {
        self.first_byte
            .set(clock.now().saturating_duration_since(since));
    }

    pub(crate) fn read(&self, clock: Clock, since: Instant) {
        self.body.set(clock.now().saturating_duration_since(since));
    }

    /// Whether the request may have arrived, when the attempt ended without an answer.
    pub(crate) fn sent(&self) -> RequestSentStatus {
        if self.first_byte.get().is_some() {
            RequestSentStatus::Sent
        } else if self.handed_over.load(Ordering::Relaxed) {
            RequestSentStatus::Unknown
        } else {
            RequestSentStatus::NotSent
        }
    }

    pub(crate) fn phases(&self) -> PhaseTimings {
        PhaseTimings {
            queue: self.queue.get(),
            dns: self.dns.get(),
            connect: self.connect.get(),
            tls: self.tls.get(),
            first_byte: self.first_byte.get(),
            body: self.body.get(),
        }
    }
}
