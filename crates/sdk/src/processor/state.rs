//! What can be seen of a processor from outside: how it is, and what it holds.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cosmokit_driver::CosmosError;
use cosmokit_protocol::partition::FeedRange;

/// How a processor is at a moment, and the leases that it holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChangeFeedProcessorState {
    /// How it is.
    pub health: ProcessorHealth,
    /// The leases that this instance works on, in the order of their tokens.
    pub leases: Vec<OwnedLease>,
}

/// How a processor is.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ProcessorHealth {
    /// It was not started, or has been stopped.
    #[default]
    Stopped,
    /// It works.
    Running,
    /// It works on the leases that it holds, and cannot see or write others: the lease container failed last.
    Impaired(CosmosError),
    /// It has ended: the monitored container is gone, or another has its name.
    Faulted(CosmosError),
}

/// A lease that this instance works on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OwnedLease {
    /// The lease.
    pub lease_token: String,
    /// The part of the container that it is for.
    pub feed_range: FeedRange,
    /// Changes for which the handler returned `Ok`, since this instance took the lease.
    pub changes_handled: u64,
    /// How often in a row reading or handling has failed; 0 when all is well.
    pub failures: u32,
    /// The etag of the change feed up to which everything is known to be handled.
    pub continuation: Option<String>,
}

impl ProcessorHealth {
    /// Whether it works on all that it should.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running)
    }
}

/// Where the parts of a processor write how they are. Held for moments, never across an await.
#[derive(Debug, Default)]
pub(super) struct Board(Mutex<Shown>);

#[derive(Debug, Default)]
struct Shown {
    health: ProcessorHealth,
    leases: BTreeMap<String, OwnedLease>,
}

impl Board {
    pub(super) fn state(&self) -> ChangeFeedProcessorState {
        let shown = self.shown();
        ChangeFeedProcessorState {
            health: shown.health.clone(),
            leases: shown.leases.values().cloned().collect(),
        }
    }

    pub(super) fn set_health(&self, health: ProcessorHealth) {
        self.shown().health = health;
    }

    pub(super) fn add(&self, lease: OwnedLease) {
        let mut shown = self.shown();
        shown.leases.insert(lease.lease_token.clone(), lease);
    }

    pub(super) fn remove(&self, lease_token: &str) {
        self.shown().leases.remove(lease_token);
    }

    /// The processor is not at work any more, and unless it has ended by itself, that is all.
    pub(super) fn close(&self) {
        let mut shown = self.shown();
        shown.leases.clear();
        if !matches!(shown.health, ProcessorHealth::Faulted(_)) {
            shown.health = ProcessorHealth::Stopped;
        }
    }

    pub(super) fn change(&self, lease_token: &str, change: impl FnOnce(&mut OwnedLease)) {
        if let Some(lease) = self.shown().leases.get_mut(lease_token) {
            change(lease);
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
