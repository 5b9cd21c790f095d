//! Keeps one lease: renews it, writes checkpoints into it, and notices when it is lost.
//!
//! It is the only one that writes the lease while this instance holds it, always under the etag that it saw last. Who
//! is refused looks who has the lease now: its own earlier write whose answer was lost is gone on from, anybody else's
//! ends it. A lease that could not be written for as long as it lasts is lost as well, whatever its document says,
//! because others may take it from then on.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::CosmosError;
use futures_util::future::{Either, select};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::backoff::Backoff;
use super::event::LeaseLoss;
use super::lease::Lease;
use super::shared::Shared;
use super::store::Written;
use super::worker::Held;

/// The first wait after the lease container failed.
const FIRST_RETRY: Duration = Duration::from_millis(500);

/// A place in the change feed, and which page of this holder ends there.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    pub(super) page: u64,
    pub(super) etag: String,
}

/// What a keeper is asked for.
#[derive(Debug)]
pub(super) enum Command {
    /// Everything up to this place has been handled; the answer comes when it is written.
    Checkpoint(Checkpoint, oneshot::Sender<()>),
    /// Nothing is new up to this place, behind pages that were all handled: to be written when the lease is anyway.
    Idle(Checkpoint),
    /// Somebody saw another holder: look.
    Verify,
}

/// Keeps one lease.
#[derive(Debug)]
pub(super) struct Keeper {
    shared: Arc<Shared>,
    lease: Lease,
    /// When the write was sent off that the lease lasts from.
    held_since: Instant,
    /// The last page of this holder that was checkpointed.
    page: u64,
    idle: Option<Checkpoint>,
    continuation: watch::Sender<Option<String>>,
}

impl Keeper {
    pub(super) fn new(shared: Arc<Shared>, lease: Lease, held_since: Instant) -> Self {
        let continuation = watch::Sender::new(lease.continuation.clone());
        Self {
            shared,
            lease,
            held_since,
            page: 0,
            idle: None,
            continuation,
        }
    }

    /// The lease as it was written last.
    pub(super) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Where whoever reads the lease goes on after a failure.
    pub(super) fn continuation(&self) -> watch::Receiver<Option<String>> {
        self.continuation.subscribe()
    }

    /// Keeps the lease until it is lost.
    ///
    /// # Cancel safety
    /// May be dropped; what was being written may have been.
    pub(super) async fn keep(&mut self, commands: &mut mpsc::Receiver<Command>) -> LeaseLoss {
        loop {
            let rest = self
                .renewal()
                .saturating_duration_since(self.shared.clock.now());
            let command =
                match select(pin!(commands.recv()), pin!(self.shared.clock.sleep(rest))).await {
                    Either::Left((Some(command), _)) => command,
                    _ => Command::Verify,
                };
            if let Err(loss) = self.obey(command).await {
                return loss;
            }
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), LeaseLoss> {
        match command {
            Command::Checkpoint(checkpoint, written) => {
                if checkpoint.page > self.page {
                    self.checkpoint(checkpoint).await?;
                }
                // Whoever asked may have gone.
                let _ = written.send(());
            }
            Command::Idle(checkpoint) => self.idle = Some(checkpoint),
            Command::Verify => self.renew().await?,
        }
        Ok(())
    }

    async fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), LeaseLoss> {
        self.write(|lease| lease.continuation = Some(checkpoint.etag.clone()))
            .await?;
        (self.page, self.idle) = (checkpoint.page, None);
        self.publish();
        Ok(())
    }

    /// Writes the lease so that it lasts from now on.
    pub(super) async fn renew(&mut self) -> Result<(), LeaseLoss> {
        let idle = self.idle.take().filter(|idle| idle.page == self.page);
        self.write(|lease| {
            if let Some(idle) = &idle {
                lease.continuation = Some(idle.etag.clone());
            }
        })
        .await?;
        self.publish();
        Ok(())
    }

    /// Gives the lease back.
    pub(super) async fn release(&mut self) -> Result<(), LeaseLoss> {
        self.write(|lease| lease.give_to(None)).await
    }

    /// Creates a lease that takes the place of this one in part; `None` when somebody has.
    pub(super) async fn create_heir(&mut self, heir: Lease) -> Result<Option<Held>, LeaseLoss> {
        let mut backoff = self.backoff();
        loop {
            let mut heir = heir.clone();
            heir.stamp(self.shared.clock.wall());
            let sent = self.shared.clock.now();
            let created = Box::pin(self.shared.store.create(heir));
            let created = self.shared.clock.until(self.deadline(), created).await;
            match created {
                None => return Err(LeaseLoss::Expired),
                Some(Ok(created)) => {
                    return Ok(created.map(|lease| Held {
                        lease,
                        since: sent,
                        parts: Vec::new(),
                    }));
                }
                Some(Err(error)) => self.wait(&mut backoff, error).await?,
            }
        }
    }

    /// Deletes the lease, whose place others have taken.
    pub(super) async fn retire(&mut self) -> Result<(), LeaseLoss> {
        let mut backoff = self.backoff();
        loop {
            let deleted = Box::pin(self.shared.store.delete(&self.lease));
            let deleted = self.shared.clock.until(self.deadline(), deleted).await;
            match deleted {
                None => return Err(LeaseLoss::Expired),
                Some(Ok(true)) => return Ok(()),
                // Written by this instance, or by one that does the same.
                Some(Ok(false)) => self.renew().await?,
                Some(Err(error)) => self.wait(&mut backoff, error).await?,
            }
        }
    }

    /// When the lease is to be written again.
    fn renewal(&self) -> Instant {
        self.held_since + self.shared.settings.intervals.renew
    }

    /// When it is lost unless it has been written.
    fn deadline(&self) -> Instant {
        self.held_since + self.shared.settings.intervals.expiration
    }

    fn publish(&self) {
        let continuation = self.lease.continuation.clone();
        self.shared.board.change(&self.lease.token, |shown| {
            shown.continuation.clone_from(&continuation);
        });
        self.continuation.send_replace(continuation);
    }

    fn backoff(&self) -> Backoff {
        Backoff::new(FIRST_RETRY, self.shared.settings.intervals.renew)
    }

    /// Changes the lease under its etag.
    async fn write(&mut self, mut change: impl FnMut(&mut Lease)) -> Result<(), LeaseLoss> {
        let mut backoff = self.backoff();
        loop {
            let mut next = self.lease.clone();
            change(&mut next);
            next.stamp(self.shared.clock.wall());
            let sent = self.shared.clock.now();
            let written = Box::pin(self.shared.store.replace(next));
            let written = self.shared.clock.until(self.deadline(), written).await;
            match written {
                None => return Err(LeaseLoss::Expired),
                Some(Ok(Written::Done(lease))) => {
                    (self.lease, self.held_since) = (*lease, sent);
                    return Ok(());
                }
                Some(Ok(Written::Gone)) => return Err(LeaseLoss::Deleted),
                Some(Ok(Written::Changed)) => self.look(&mut backoff).await?,
                Some(Err(error)) => self.wait(&mut backoff, error).await?,
            }
        }
    }

    /// Looks who has written the lease.
    async fn look(&mut self, backoff: &mut Backoff) -> Result<(), LeaseLoss> {
        let read = Box::pin(self.shared.store.read(&self.lease));
        let read = self.shared.clock.until(self.deadline(), read).await;
        let lease = match read {
            None => return Err(LeaseLoss::Expired),
            Some(Err(error)) => return self.wait(backoff, error).await,
            Some(Ok(None)) => return Err(LeaseLoss::Deleted),
            Some(Ok(Some(lease))) => lease,
        };
        if lease.etag == self.lease.etag {
            // What was read is older than what refused the write.
            return self.pause(backoff, None).await;
        }
        match lease.holder() {
            Some(holder) if holder == self.shared.settings.me => {
                self.lease = lease;
                Ok(())
            }
            Some(holder) => Err(LeaseLoss::TakenBy(holder.name)),
            None => Err(LeaseLoss::Released),
        }
    }

    async fn wait(&self, backoff: &mut Backoff, error: CosmosError) -> Result<(), LeaseLoss> {
        let asked = error.retry_after();
        self.shared
            .tell_store_failed(Some(&self.lease.token), error);
        self.pause(backoff, asked).await
    }

    async fn pause(&self, backoff: &mut Backoff, asked: Option<Duration>) -> Result<(), LeaseLoss> {
        let wait = backoff.fail(asked, &self.shared.entropy);
        let left = self
            .deadline()
            .saturating_duration_since(self.shared.clock.now());
        self.shared.clock.sleep(wait.min(left)).await;
        if wait >= left {
            return Err(LeaseLoss::Expired);
        }
        Ok(())
    }
}
