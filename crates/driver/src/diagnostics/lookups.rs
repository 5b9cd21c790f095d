//! The attempts of what an operation had to look up first: containers and ranges. Nothing is kept of a lookup that
//! went as it should, so the usual operation shows its own attempts and no others.

use std::sync::{Arc, Mutex, PoisonError};

use super::{DiagnosticsContext, Recorder};
use crate::error::CosmosError;

/// Lookups that are kept; there is one for a container and a few for its ranges.
const MAX_LOOKUPS: usize = 16;

/// Lookups in which something went wrong: they took more than one attempt, or failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookups(Vec<Arc<DiagnosticsContext>>);

impl Lookups {
    /// Keeps a lookup if something went wrong in it.
    pub(crate) fn note(&mut self, lookup: &Arc<DiagnosticsContext>) {
        let is_worth_it = lookup.request_count() > 1 || lookup.is_failure();
        if is_worth_it && self.0.len() < MAX_LOOKUPS {
            self.0.push(Arc::clone(lookup));
        }
    }

    /// Keeps a lookup that failed.
    pub(crate) fn note_failure(&mut self, error: &CosmosError) {
        if let Some(lookup) = error.diagnostics() {
            self.note(&lookup);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Shows the attempts among those of an operation that waited for them.
    pub(crate) fn tell(&self, recorder: &mut Recorder) {
        for lookup in &self.0 {
            recorder.absorb(lookup);
        }
    }
}

/// What was looked up, and the lookups that it took.
#[derive(Clone, Debug)]
pub(crate) struct Looked<T> {
    pub(crate) value: T,
    pub(crate) lookups: Lookups,
}

impl<T> Looked<T> {
    /// What was known already.
    pub(crate) fn known(value: T) -> Self {
        Self {
            value,
            lookups: Lookups::default(),
        }
    }

    /// The value; its lookups become attempts of the operation that waited for it.
    pub(crate) fn told(self, recorder: &mut Recorder) -> T {
        self.lookups.tell(recorder);
        self.value
    }
}

/// Lookups of a call of several operations, until one of its pages shows them.
#[derive(Clone, Debug, Default)]
pub(crate) struct PendingLookups(Arc<Mutex<Lookups>>);

impl PendingLookups {
    pub(crate) fn add(&self, lookups: Lookups) {
        if !lookups.is_empty() {
            let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MAX_LOOKUPS.saturating_sub(pending.0.len());
            pending.0.extend(lookups.0.into_iter().take(room));
        }
    }

    pub(crate) fn add_failure(&self, error: &CosmosError) {
        let mut lookups = Lookups::default();
        lookups.note_failure(error);
        self.add(lookups);
    }

    pub(crate) fn take(&self) -> Lookups {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
