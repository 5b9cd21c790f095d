//! The last requests, in a ring. Each place has a lock of its own, so that two requests meet only when the ring has gone
//! round between them.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use super::record::{RequestLine, RequestRecord};

/// The last requests.
#[derive(Debug)]
pub(crate) struct RequestLog {
    places: Box<[Mutex<Option<Box<RequestRecord>>>]>,
    /// Requests kept so far.
    kept: AtomicUsize,
}

impl RequestLog {
    /// Places at most, 100,000: each may hold 16 KiB.
    pub(crate) const MAX_CAPACITY: usize = 100_000;

    /// A log of the last `capacity` requests; of none with 0.
    pub(crate) fn new(capacity: usize) -> Self {
        let places = (0..capacity.min(Self::MAX_CAPACITY)).map(|_| Mutex::default());
        Self {
            places: places.collect(),
            kept: AtomicUsize::new(0),
        }
    }

    /// Whether it keeps anything.
    pub(crate) fn is_off(&self) -> bool {
        self.places.is_empty()
    }

    /// How many it keeps.
    pub(crate) fn capacity(&self) -> usize {
        self.places.len()
    }

    /// Keeps a request in place of the oldest.
    pub(crate) fn keep(&self, record: RequestRecord) {
        let turn = self.kept.fetch_add(1, Relaxed);
        let Some(place) = turn
            .checked_rem(self.places.len())
            .and_then(|place| self.places.get(place))
        else {
            return;
        };
        let record = Box::new(record);
        let before = place
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(record);
        drop(before);
    }

    /// The latest requests that `wanted` holds for, latest first, at most `limit`.
    pub(crate) fn latest(
        &self,
        limit: usize,
        wanted: impl Fn(&RequestRecord) -> bool,
    ) -> Vec<RequestLine> {
        let kept = self.kept.load(Relaxed);
        let length = self.places.len();
        let places = (1..=length.min(kept)).filter_map(|back| {
            let place = kept.wrapping_sub(back).checked_rem(length)?;
            self.places.get(place)
        });
        let lines = places.filter_map(|place| {
            let place = place.lock().unwrap_or_else(PoisonError::into_inner);
            let record = place.as_deref().filter(|record| wanted(record))?;
            Some(RequestLine::from(record))
        });
        lines.take(limit).collect()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        for place in &self.places {
            drop(place.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}

#[cfg(test)]
#[path = "request_log_tests.rs"]
mod tests;
