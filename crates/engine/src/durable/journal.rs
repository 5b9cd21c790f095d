//! Who waits for what: the meeting point of requests and the one thread that commits.
//!
//! A request that wrote notes the partitions it wrote to and waits for the commit that covers
//! them; everything noted while a commit is under way goes into the next. A request that only
//! looked waits when what it looked at is not committed yet, so that no answer rests on something
//! that a crash could take back.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use super::{
    ledger::PartitionName,
    outcome::{Outcome, Ticket},
    store::StoreError,
    stored::LoadedLogs,
};
use crate::{account::Topology, metadata::catalog::Catalog, partition::content::Mark};

/// The meeting point.
#[derive(Debug)]
pub(super) struct Journal {
    inner: Mutex<Inner>,
    work: Condvar,
    loaded: Arc<LoadedLogs>,
}

#[derive(Debug)]
struct Inner {
    /// Where partitions stood when they were noted last.
    noted: HashMap<PartitionName, Mark>,
    catalog: Arc<Catalog>,
    topology: Arc<Topology>,
    next: Work,
    under_way: Option<Work>,
    closing: bool,
}

/// What a commit is to cover.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub(super) partitions: BTreeSet<PartitionName>,
    /// Whether catalog or topology changed.
    frame: bool,
    pub(super) outcome: Arc<Outcome>,
}

/// A partition that a request looked at or wrote to, and where it stands behind that; nowhere as
/// long as nobody has looked at its content.
#[derive(Debug)]
pub(super) struct Stand {
    pub(super) name: PartitionName,
    pub(super) mark: Option<Mark>,
}

/// Catalog and topology as of one moment.
#[derive(Clone, Debug)]
pub(super) struct Present {
    pub(super) catalog: Arc<Catalog>,
    pub(super) topology: Arc<Topology>,
}

impl Work {
    fn is_empty(&self) -> bool {
        self.partitions.is_empty() && !self.frame
    }

    /// Whether someone who stands here waits for it.
    fn holds(&self, stands: &[Stand]) -> bool {
        let mut stands = stands.iter();
        self.frame || stands.any(|stand| self.partitions.contains(&stand.name))
    }
}

impl Journal {
    /// Nothing to commit: everything is what the store has.
    pub(super) fn new(Present { catalog, topology }: Present, loaded: Arc<LoadedLogs>) -> Self {
        let inner = Inner {
            noted: HashMap::new(),
            catalog,
            topology,
            next: Work::default(),
            under_way: None,
            closing: false,
        };
        Self {
            inner: Mutex::new(inner),
            work: Condvar::new(),
            loaded,
        }
    }

    /// Notes what a request left behind; it waits for the ticket.
    pub(super) fn cover(&self, stands: &[Stand], present: Present) -> Ticket {
        let mut inner = self.inner();
        inner.note_all(&self.loaded.take_fresh());
        let Present { catalog, topology } = present;
        let is_same =
            Arc::ptr_eq(&inner.catalog, &catalog) && Arc::ptr_eq(&inner.topology, &topology);
        if !is_same {
            (inner.catalog, inner.topology) = (catalog, topology);
            inner.next.frame = true;
        }
        for stand in stands {
            if inner.note(stand) {
                inner.next.partitions.insert(stand.name);
            }
        }
        if !inner.next.is_empty() {
            self.work.notify_one();
        }
        let works = [Some(&inner.next), inner.under_way.as_ref()];
        let mut works = works.into_iter().flatten();
        let work = works.find(|work| work.holds(stands));
        Ticket::of(work.map(|work| &work.outcome))
    }

    /// Notes partitions that changed without a request, and catalog and topology in any case.
    ///
    /// A restore takes positions back, so the writes that follow may bring a partition to where it
    /// stood before: what counts as moved is measured from where it stands now.
    pub(super) fn touch(&self, stands: &[Stand]) -> Ticket {
        let mut inner = self.inner();
        inner.next.frame = true;
        inner.note_all(&self.loaded.take_fresh());
        inner.note_all(stands);
        let names = stands.iter().map(|stand| stand.name);
        inner.next.partitions.extend(names);
        self.work.notify_one();
        Ticket::of(Some(&inner.next.outcome))
    }

    /// Waits for something to commit; `None` when the account is closed and nothing is left.
    pub(super) fn take(&self) -> Option<Work> {
        let mut inner = self.inner();
        while inner.next.is_empty() {
            if inner.closing {
                return None;
            }
            inner = self
                .work
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let work = std::mem::take(&mut inner.next);
        inner.under_way = Some(work.clone());
        Some(work)
    }

    /// Lets those go on who waited for the commit that is under way.
    pub(super) fn committed(&self) {
        let work = self.inner().under_way.take();
        if let Some(work) = work {
            work.outcome.settle(Ok(()));
        }
    }

    /// Refuses everything that was noted or is under way: memory is what the store has again,
    /// with this catalog and topology, and with everything where it stands.
    pub(super) fn refuse(
        &self,
        why: &StoreError,
        Present { catalog, topology }: Present,
        stands: &[Stand],
    ) {
        let (next, under_way) = {
            let mut inner = self.inner();
            inner.noted.clear();
            inner.note_all(stands);
            (inner.catalog, inner.topology) = (catalog, topology);
            (std::mem::take(&mut inner.next), inner.under_way.take())
        };
        for work in std::iter::once(next).chain(under_way) {
            work.outcome.settle(Err(why.clone()));
        }
    }

    /// Has the committing thread end once everything is committed.
    pub(super) fn close(&self) {
        self.inner().closing = true;
        self.work.notify_one();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn note_all(&mut self, stands: &[Stand]) {
        for stand in stands {
            self.note(stand);
        }
    }

    /// Whether the partition has moved since it was noted last.
    fn note(&mut self, stand: &Stand) -> bool {
        let moved = |mark: Mark| self.noted.insert(stand.name, mark) != Some(mark);
        stand.mark.is_some_and(moved)
    }
}
