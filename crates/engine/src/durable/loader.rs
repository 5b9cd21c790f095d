//! Reads the content of partitions from the store on threads of its own, so that whoever serves
//! requests goes on meanwhile.
//!
//! A thread lives as long as there is something to read. Partitions are read in the order in
//! which somebody asked first, a few at a time.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use cosmokit_protocol::id::Rid;

use super::{
    ledger::PartitionName,
    outcome::{Outcome, Ticket},
    store::StoreError,
};
use crate::partition::partition::Partition;

/// Partitions that are read at the same time.
const MAX_THREADS: usize = 4;

/// Reads partitions.
#[derive(Debug, Default)]
pub(super) struct Loader(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<(PartitionName, Arc<Partition>)>,
    /// What becomes of partitions that wait or are being read. Bounded by the partitions there are.
    outcomes: HashMap<PartitionName, Arc<Outcome>>,
    running: usize,
    threads: Vec<JoinHandle<()>>,
    closed: bool,
}

impl Loader {
    /// Has a partition read; the ticket says when it is in memory.
    pub(super) fn load(&self, container: Rid, partition: &Arc<Partition>) -> Ticket {
        let name = (container, partition.id);
        let mut inner = self.0.inner();
        if let Some(outcome) = inner.outcomes.get(&name) {
            return Ticket::of(Some(outcome));
        }
        let outcome = Arc::<Outcome>::default();
        if inner.closed {
            outcome.settle(Err(closed()));
            return Ticket::of(Some(&outcome));
        }
        inner.outcomes.insert(name, Arc::clone(&outcome));
        inner.waiting.push_back((name, Arc::clone(partition)));
        let may_start = inner.running < MAX_THREADS;
        if may_start && !self.start(&mut inner) && inner.running == 0 {
            // No thread is to be had: the caller reads.
            inner.running += 1;
            drop(inner);
            self.0.run();
        }
        Ticket::of(Some(&outcome))
    }

    /// Whether there is one more thread.
    fn start(&self, inner: &mut Inner) -> bool {
        inner.threads.retain(|thread| !thread.is_finished());
        let shared = Arc::clone(&self.0);
        let thread = std::thread::Builder::new().name("cosmokit-load".to_owned());
        let started = thread.spawn(move || shared.run());
        let is_started = started.is_ok();
        inner.running += usize::from(is_started);
        inner.threads.extend(started);
        is_started
    }
}

impl Drop for Loader {
    /// Waits for what is being read: afterwards nobody looks at the store any more.
    fn drop(&mut self) {
        let (waiting, threads) = {
            let mut inner = self.0.inner();
            inner.closed = true;
            let names: Vec<_> = inner.waiting.drain(..).map(|(name, _)| name).collect();
            let outcomes = names.iter().filter_map(|name| inner.outcomes.remove(name));
            (
                outcomes.collect::<Vec<_>>(),
                std::mem::take(&mut inner.threads),
            )
        };
        for outcome in waiting {
            outcome.settle(Err(closed()));
        }
        for thread in threads {
            // A thread that panicked reads nothing any more.
            let _ended = thread.join();
        }
    }
}

impl Shared {
    /// Reads until nothing waits; one of those who run.
    fn run(&self) {
        while let Some((name, partition)) = self.next() {
            let result = partition.replicas.load();
            let outcome = self.inner().outcomes.remove(&name);
            if let Some(outcome) = outcome {
                outcome.settle(result);
            }
        }
    }

    /// The next partition; without one, there is one less who runs.
    fn next(&self) -> Option<(PartitionName, Arc<Partition>)> {
        let mut inner = self.inner();
        let next = inner.waiting.pop_front();
        if next.is_none() {
            inner.running -= 1;
        }
        next
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> StoreError {
    StoreError::Io {
        action: "read",
        reason: "the account is closed".to_owned(),
    }
}
