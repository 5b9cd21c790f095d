//! Works on one lease from when it is taken until it is given back, lost or split: reads its part of the change feed
//! and gives the pages to the handler, while the keeper keeps the lease. When the keeper loses it, reading and
//! handling end in the same moment.

use std::pin::pin;
use std::sync::Arc;

use cosmokit_driver::CosmosError;
use cosmokit_protocol::partition::FeedRange;
use futures_util::future::{Either, select};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::event::LeaseLoss;
use super::keeper::{Command, Keeper};
use super::lease::Lease;
use super::reader::{Reader, ReadingEnd};
use super::shared::Shared;
use super::stop::Stop;

/// Checkpoints that may wait at one lease; whoever asks for more waits to ask.
const WAITING_COMMANDS: usize = 8;

/// Works on one lease.
#[derive(Debug)]
pub(super) struct Worker {
    shared: Arc<Shared>,
    keeper: Keeper,
    commands: mpsc::Receiver<Command>,
    reader: Reader,
    /// The parts that are to take the place of the lease before anything else.
    parts: Vec<FeedRange>,
}

/// A lease that this instance holds.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) lease: Lease,
    /// When the write was sent off that took it.
    pub(super) since: Instant,
    /// The parts of it, when some have leases already: somebody began to split it, and died.
    pub(super) parts: Vec<FeedRange>,
}

/// How the work on a lease ended.
#[derive(Debug)]
pub(super) enum WorkEnd {
    /// The lease was given back.
    Released,
    /// The lease is another's.
    Lost(LeaseLoss),
    /// Leases for its parts took its place; those that this instance made are its own, since a moment.
    Split { into: Vec<String>, own: Vec<Held> },
    /// The monitored container is gone.
    ContainerGone(CosmosError),
    /// The worker itself panicked.
    Died,
}

impl Worker {
    /// A worker on a lease that was taken by a write of that moment, and the way to its keeper.
    pub(super) fn new(
        shared: &Arc<Shared>,
        held: Held,
        stop: Stop,
    ) -> (Self, mpsc::Sender<Command>) {
        let (sender, commands) = mpsc::channel(WAITING_COMMANDS);
        let parts = held.parts;
        let keeper = Keeper::new(Arc::clone(shared), held.lease, held.since);
        let reader = Reader::new(Arc::clone(shared), &keeper, sender.clone(), stop);
        let worker = Self {
            shared: Arc::clone(shared),
            keeper,
            commands,
            reader,
            parts,
        };
        (worker, sender)
    }

    /// Works until there is no more to do.
    pub(super) async fn run(mut self) -> WorkEnd {
        if !self.parts.is_empty() {
            let parts = std::mem::take(&mut self.parts);
            return self.split(parts).await.unwrap_or_else(WorkEnd::Lost);
        }
        let end = {
            let reading = pin!(self.reader.read());
            let keeping = pin!(self.keeper.keep(&mut self.commands));
            match select(reading, keeping).await {
                Either::Left((end, _)) => end,
                Either::Right((loss, _)) => return WorkEnd::Lost(loss),
            }
        };
        match end {
            ReadingEnd::Stopped => self.release().await.unwrap_or_else(WorkEnd::Lost),
            ReadingEnd::Moved(parts) => self.split(parts).await.unwrap_or_else(WorkEnd::Lost),
            ReadingEnd::ContainerGone(error) => {
                // Whether that lease is given back or not, there is nothing left to read under it.
                let _ = self.keeper.release().await;
                WorkEnd::ContainerGone(error)
            }
        }
    }

    async fn release(&mut self) -> Result<WorkEnd, LeaseLoss> {
        self.keeper.release().await?;
        Ok(WorkEnd::Released)
    }

    /// Puts leases for the parts in the place of this one, each where this one stands. Whoever finds this half done
    /// does the same, and what is there already stays as it is.
    async fn split(&mut self, parts: Vec<FeedRange>) -> Result<WorkEnd, LeaseLoss> {
        self.keeper.renew().await?;
        let (mut into, mut own) = (Vec::new(), Vec::new());
        for part in parts {
            let mut heir = self.shared.store.lease(part);
            heir.continuation
                .clone_from(&self.keeper.lease().continuation);
            heir.give_to(Some(&self.shared.settings.me));
            into.push(heir.token.clone());
            own.extend(self.keeper.create_heir(heir).await?);
        }
        self.keeper.retire().await?;
        Ok(WorkEnd::Split { into, own })
    }
}
