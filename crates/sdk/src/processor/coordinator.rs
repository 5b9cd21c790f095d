//! The one task of an instance: looks at all leases from time to time, takes its share of them, and has a worker for
//! each that it holds. It owns the workers: they end with it.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use cosmokit_driver::{CosmosError, TaskGroup};
use futures_util::future::{Either, select};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::balance::View;
use super::cover::{is_superseded, parts_of};
use super::event::{LeaseLoss, ProcessorEvent};
use super::keeper::Command;
use super::lease::{Holder, Lease};
use super::shared::Shared;
use super::sightings::Sightings;
use super::state::{OwnedLease, ProcessorHealth};
use super::stop::Stop;
use super::store::Written;
use super::worker::{Held, WorkEnd, Worker};

/// The one task of an instance.
pub(super) struct Coordinator {
    shared: Arc<Shared>,
    stop: Stop,
    /// The way to the keeper of each lease that is worked on, by the lease's id.
    workers: HashMap<String, WorkerHandle>,
    sightings: Sightings,
    tasks: TaskGroup,
    stop_workers: Stop,
    ended: mpsc::UnboundedReceiver<(String, WorkEnd)>,
    /// Without a bound of its own: every worker ends once, and there is one for each lease.
    ends: mpsc::UnboundedSender<(String, WorkEnd)>,
    is_first_round: bool,
}

struct WorkerHandle {
    lease_token: String,
    keeper: mpsc::Sender<Command>,
}

impl Coordinator {
    pub(super) fn new(shared: Arc<Shared>, stop: Stop) -> Self {
        let (ends, ended) = mpsc::unbounded_channel();
        let expiration = shared.settings.intervals.expiration;
        Self {
            shared,
            stop,
            workers: HashMap::new(),
            sightings: Sightings::new(expiration),
            tasks: TaskGroup::default(),
            stop_workers: Stop::default(),
            ended,
            ends,
            is_first_round: true,
        }
    }

    /// Works until it is told to stop or the monitored container is gone, and all leases have been given back.
    pub(super) async fn run(mut self) {
        self.shared.board.set_health(ProcessorHealth::Running);
        let gone = self.work().await;
        self.stop_workers.give();
        while !self.workers.is_empty() {
            let Some((id, end)) = self.ended.recv().await else {
                break;
            };
            self.see_to(&id, end);
        }
        if let Some(error) = gone {
            let event = ProcessorEvent::ContainerGone {
                error: error.clone(),
            };
            self.shared.tell(&event);
            self.shared
                .board
                .set_health(ProcessorHealth::Faulted(error));
        }
    }

    /// What became of the container, when that is why it ends.
    async fn work(&mut self) -> Option<CosmosError> {
        loop {
            if self.stop.is_given() {
                return None;
            }
            Box::pin(self.round()).await;
            let interval = self.shared.spread(self.shared.settings.intervals.acquire);
            let next = self.shared.clock.now() + interval;
            while let Some(event) = self.next_until(next).await {
                match event {
                    Wake::Stop => return None,
                    Wake::Ended(id, end) => {
                        if let Some(error) = self.see_to(&id, end) {
                            return Some(error);
                        }
                    }
                }
            }
        }
    }

    /// What happens next; `None` when it is time to look at the leases.
    async fn next_until(&mut self, next: Instant) -> Option<Wake> {
        let rest = next.saturating_duration_since(self.shared.clock.now());
        let pause = pin!(self.shared.clock.sleep(rest));
        let ended = pin!(self.ended.recv());
        let stop = pin!(self.stop.given());
        match select(stop, select(ended, pause)).await {
            Either::Left(_) => Some(Wake::Stop),
            Either::Right((Either::Left((end, _)), _)) => end.map(|(id, end)| Wake::Ended(id, end)),
            Either::Right((Either::Right(_), _)) => None,
        }
    }

    /// Looks at all leases and takes what is due to this instance.
    async fn round(&mut self) {
        let leases = match self.shared.store.list().await {
            Ok(leases) => leases,
            Err(error) => {
                let health = ProcessorHealth::Impaired(error.clone());
                self.shared.board.set_health(health);
                return self.shared.tell_store_failed(None, error);
            }
        };
        self.shared.board.set_health(ProcessorHealth::Running);
        self.sightings.see(&leases, self.shared.clock.now());
        self.verify(&leases);
        let leases = self.without_leftovers(leases).await;
        for place in self.due(&leases) {
            if self.stop.is_given() {
                return;
            }
            if let Some(lease) = leases.get(place)
                && let Err(error) = self.take(lease, &leases).await
            {
                self.shared.tell_store_failed(Some(&lease.token), error);
            }
        }
        self.is_first_round = false;
    }

    /// Asks keepers to look whose lease seems to be another's. What was listed may be older than what they know.
    fn verify(&self, leases: &[Lease]) {
        for lease in leases {
            if lease.holder().as_ref() != Some(&self.shared.settings.me)
                && let Some(worker) = self.workers.get(&lease.id)
            {
                // One that is busy writing finds out by that.
                let _ = worker.keeper.try_send(Command::Verify);
            }
        }
    }

    /// All leases but those whose parts have leases: these are deleted, once nobody works on them.
    async fn without_leftovers(&self, leases: Vec<Lease>) -> Vec<Lease> {
        let ranges: Vec<_> = leases.iter().map(|lease| lease.range.clone()).collect();
        let mut others = Vec::with_capacity(leases.len());
        for lease in leases {
            if !is_superseded(&lease.range, &ranges) {
                others.push(lease);
            } else if self.holder(&lease).is_none()
                && let Err(error) = self.shared.store.delete(&lease).await
            {
                self.shared.tell_store_failed(Some(&lease.token), error);
            }
        }
        others
    }

    /// The places of the leases to take now.
    fn due(&self, leases: &[Lease]) -> Vec<usize> {
        let view = View {
            me: &self.shared.settings.me,
            holders: leases.iter().map(|lease| self.holder(lease)).collect(),
            most: self.shared.settings.max_leases,
            lot: usize::try_from(self.shared.entropy.draw() % 1_000_003).unwrap_or_default(),
        };
        view.leases_to_take()
    }

    /// Who works on a lease as far as can be seen; nobody when it is free, has expired, or was left behind by an
    /// earlier run of this instance.
    fn holder(&self, lease: &Lease) -> Option<Holder> {
        let me = &self.shared.settings.me;
        if self.workers.contains_key(&lease.id) {
            return Some(me.clone());
        }
        let holder = lease.holder()?;
        let was_mine = holder == *me || (self.is_first_round && holder.name == me.name);
        let (now, wall) = (self.shared.clock.now(), self.shared.clock.wall());
        (!was_mine && !self.sightings.has_expired(lease, now, wall)).then_some(holder)
    }

    /// Takes a lease, unless somebody else was quicker. When some parts of it have leases already, its split is brought
    /// to its end.
    async fn take(&mut self, lease: &Lease, all: &[Lease]) -> crate::Result<()> {
        let me = &self.shared.settings.me;
        let mut taken = lease.clone();
        taken.give_to(Some(me));
        taken.stamp(self.shared.clock.wall());
        let sent = self.shared.clock.now();
        if let Written::Done(taken) = self.shared.store.replace(taken).await? {
            let from = lease.owner().filter(|owner| *owner != me.name);
            let parts = parts_of(&taken.range, all.iter().map(|other| &other.range));
            let held = Held {
                lease: *taken,
                since: sent,
                parts,
            };
            self.begin(held, from.map(str::to_owned));
        }
        Ok(())
    }

    /// Begins to work on a lease that is this instance's.
    fn begin(&mut self, held: Held, from: Option<String>) {
        let lease = &held.lease;
        let (id, lease_token) = (lease.id.clone(), lease.token.clone());
        self.shared.board.add(OwnedLease {
            lease_token: lease_token.clone(),
            feed_range: lease.range.clone(),
            changes_handled: 0,
            failures: 0,
            continuation: lease.continuation.clone(),
        });
        self.shared.tell(&ProcessorEvent::LeaseAcquired {
            lease_token: lease_token.clone(),
            from,
        });
        let stop = self.stop_workers.clone();
        let (worker, keeper) = Worker::new(&self.shared, held, stop);
        let handle = WorkerHandle {
            lease_token,
            keeper,
        };
        self.workers.insert(id.clone(), handle);
        let ending = Ending {
            ends: self.ends.clone(),
            id,
            end: WorkEnd::Died,
        };
        self.tasks.spawn(async move {
            let end = Box::pin(worker.run()).await;
            ending.tell(end);
        });
    }

    /// Sees to the end of a worker; what became of the container, when it ended because of that.
    fn see_to(&mut self, id: &str, end: WorkEnd) -> Option<CosmosError> {
        let lease_token = self.workers.remove(id)?.lease_token;
        self.shared.board.remove(&lease_token);
        match end {
            WorkEnd::Released => self
                .shared
                .tell(&ProcessorEvent::LeaseReleased { lease_token }),
            WorkEnd::Lost(why) => self.lost(lease_token, why),
            WorkEnd::Split { into, own } => {
                self.shared
                    .tell(&ProcessorEvent::LeaseSplit { lease_token, into });
                for held in own {
                    // Not those that a look at the leases has found before this was heard of.
                    if !self.workers.contains_key(&held.lease.id) {
                        self.begin(held, None);
                    }
                }
            }
            WorkEnd::ContainerGone(error) => return Some(error),
            // The lease is still this instance's: it is taken again with the next look.
            WorkEnd::Died => tracing::error!(%lease_token, "the work on a lease has panicked"),
        }
        None
    }

    fn lost(&self, lease_token: String, why: LeaseLoss) {
        self.shared
            .tell(&ProcessorEvent::LeaseLost { lease_token, why });
    }
}

impl Drop for Coordinator {
    /// Whichever way it ends, it is seen.
    fn drop(&mut self) {
        self.shared.board.close();
    }
}

/// Says how a worker ended, also when it panicked.
struct Ending {
    ends: mpsc::UnboundedSender<(String, WorkEnd)>,
    id: String,
    end: WorkEnd,
}

impl Ending {
    fn tell(mut self, end: WorkEnd) {
        self.end = end;
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let end = std::mem::replace(&mut self.end, WorkEnd::Died);
        // When nobody listens, there is nobody left to know.
        let _ = self.ends.send((std::mem::take(&mut self.id), end));
    }
}

/// What the coordinator wakes up for, besides the time.
enum Wake {
    Stop,
    Ended(String, WorkEnd),
}
