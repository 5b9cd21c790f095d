//! When a write is acknowledged: what its answer waits for after the write is in the log.
//!
//! Verbs run to their end without waiting. What an answer must wait for they leave behind as
//! [`Acknowledgement`]s, which are awaited when no lock is held any more.

use std::{
    fmt,
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use cosmokit_protocol::session::Lsn;

use crate::{
    account::AccountState,
    clock::{Clock as _, Timestamp},
    durable::Ticket,
    partition::replicas::Replicas,
    refuse,
    response::{Failure, Response},
};

/// Something that an answer waits for: ready with a failure when it will not come, or not in time.
pub(crate) struct Acknowledgement(Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>);

impl Acknowledgement {
    /// Waits for this. The future must not need to be polled for its effects: an answer that
    /// nobody waits for any more drops it.
    pub(crate) fn new(future: impl Future<Output = Result<(), Failure>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl Future for Acknowledgement {
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Acknowledgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acknowledgement").finish_non_exhaustive()
    }
}

/// Everything that one answer waits for.
#[derive(Debug)]
pub(crate) struct Awaited {
    ticket: Option<Ticket>,
    acknowledgements: Vec<Acknowledgement>,
}

impl Awaited {
    /// This; `None` when it is nothing.
    pub(crate) fn of(
        ticket: Option<Ticket>,
        acknowledgements: Vec<Acknowledgement>,
    ) -> Option<Self> {
        let is_nothing = ticket.is_none() && acknowledgements.is_empty();
        (!is_nothing).then_some(Self {
            ticket,
            acknowledgements,
        })
    }

    /// Waits, and gives the answer.
    ///
    /// # Errors
    /// That of the answer; why it is not acknowledged, with the facts of the answer.
    pub(crate) async fn answer(
        self,
        result: Result<Response, Failure>,
    ) -> Result<Response, Failure> {
        if let Some(ticket) = self.ticket {
            ticket.await.map_err(|error| refuse::not_stored(&error))?;
        }
        for acknowledgement in self.acknowledgements {
            if let Err(failure) = acknowledgement.await {
                let facts = match result {
                    Ok(response) => response.facts,
                    Err(refused) => refused.facts().clone(),
                };
                return Err(failure.with_facts(facts));
            }
        }
        result
    }
}

/// What became of a position that waits to be committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commitment {
    /// A majority in every region has it.
    Made,
    /// Not yet; it may change by itself at this instant.
    Open(Timestamp),
    /// Never: it was lost in a failover.
    Lost,
}

/// Waits until a majority in every region has a position, as strong consistency asks.
///
/// # Errors
/// 408 when that takes longer than the account allows: the write stays in the log and may still
/// be committed. 503 when a failover has discarded it.
pub(crate) async fn majority(
    state: Arc<AccountState>,
    replicas: Arc<Replicas>,
    lsn: Lsn,
) -> Result<(), Failure> {
    let deadline = state.now().after(state.settings.acknowledgement_timeout);
    loop {
        let mut changed = pin!(state.changed.notified());
        changed.as_mut().enable();
        let now = state.now();
        let due = match replicas.commitment(lsn, now) {
            Commitment::Made => return Ok(()),
            Commitment::Lost => return Err(refuse::lost_in_failover()),
            Commitment::Open(due) => due,
        };
        if now >= deadline {
            return Err(refuse::not_acknowledged());
        }
        let mut sleep = state.clock.sleep_until(due.min(deadline));
        poll_fn(|cx| match changed.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => sleep.as_mut().poll(cx),
        })
        .await;
    }
}
