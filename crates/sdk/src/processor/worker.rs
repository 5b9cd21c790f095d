//! Works on one lease from when it is taken until it is given back, lost or split: reads its part of the change feed
//! and gives the pages to the handler, while the keeper keeps the lease. When the keeper loses it, reading and
//! handling end in the same moment.

use std::pin::pin;
use std::sync::Arc;

use cosmokit_driver::CosmosError;
use cosmokit_protocol::partition::FeedRange;
use futures_util::future::{Either, select};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::event::LeaseLoss;
use super::keeper::{Command, Keeper};
use super::lease::Lease;
use super::reader::{Reader, ReadingEnd};
use super::shared::Shared;

/// Checkpoints that may wait at one lease; whoever asks for more waits to ask.
const WAITING_COMMANDS: usize = 8;

/// Works on one lease.
#[derive(Debug)]
pub(super) struct Worker {
    shared: Arc<Shared>,
    keeper: Keeper,
    commands: mpsc::Receiver<Command>,
    reader: Reader,
}

/// How the work on a lease ended.
#[derive(Debug)]
pub(super) enum WorkEnd {
    /// The lease was given back.
    Released,
    /// The lease is another's.
    Lost(LeaseLoss),
    /// Leases for its parts took its place; those that this instance made are its own, since a moment.
    Split {
        into: Vec<String>,
        own: Vec<(Lease, Instant)>,
    },
    /// The monitored container is gone.
    ContainerGone(CosmosError),
}

impl Worker {
    /// A worker on a lease that was taken by a write of that moment, and the way to its keeper.
    pub(super) fn new(
        shared: &Arc<Shared>,
        lease: Lease,
        held_since: Instant,
        stop: watch::Receiver<bool>,
    ) -> (Self, mpsc::Sender<Command>) {
        let (sender, commands) = mpsc::channel(WAITING_COMMANDS);
        let keeper = Keeper::new(Arc::clone(shared), lease, held_since);
        let reader = Reader::new(Arc::clone(shared), &keeper, sender.clone(), stop);
        let worker = Self {
            shared: Arc::clone(shared),
            keeper,
            commands,
            reader,
        };
        (worker, sender)
    }

    /// Works until there is no more to do.
    pub(super) async fn run(mut self) -> WorkEnd {
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
