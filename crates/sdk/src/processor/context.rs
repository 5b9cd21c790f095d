//! What a handler is told about the changes that it is given.

use std::fmt;
use std::sync::Arc;

use cosmokit_driver::DiagnosticsContext;
use cosmokit_protocol::partition::FeedRange;
use cosmokit_protocol::session::SessionToken;
use tokio::sync::{mpsc, oneshot};

use super::keeper::{Checkpoint, Command};
use super::settings::refusal;
use crate::feed::FeedPage;
use crate::models::ResponseHeaders;

/// Where a page comes from, and how it is checkpointed.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) lease_token: Arc<str>,
    pub(super) range: FeedRange,
    pub(super) checkpoint: Checkpoint,
    pub(super) keeper: mpsc::Sender<Command>,
}

/// What a handler is told about the changes that it is given: one page of one lease.
pub struct ChangeFeedProcessorContext {
    place: Place,
    headers: ResponseHeaders,
    diagnostics: Arc<DiagnosticsContext>,
}

impl ChangeFeedProcessorContext {
    pub(super) fn new<T>(place: Place, page: &FeedPage<T>) -> Self {
        Self {
            place,
            headers: page.headers().clone(),
            diagnostics: page.diagnostics(),
        }
    }

    /// The lease under which the changes were read.
    pub fn lease_token(&self) -> &str {
        &self.place.lease_token
    }

    /// The part of the monitored container that the lease is for.
    pub fn feed_range(&self) -> &FeedRange {
        &self.place.range
    }

    /// All headers of the page: `headers().request_charge()` is what it cost to read.
    pub fn headers(&self) -> &ResponseHeaders {
        &self.headers
    }

    /// Every attempt that the page took.
    pub fn diagnostics(&self) -> &Arc<DiagnosticsContext> {
        &self.diagnostics
    }

    /// The session token of the page: a read with it, by whatever client, sees at least the changes of this page.
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.headers.session_token()
    }

    /// Notes in the lease that all changes up to the end of this page have been handled; whoever holds the lease later
    /// goes on behind them. With manual checkpoints nothing else does; otherwise it may be called before the handler
    /// returns. One write of the lease document; none when this page or a later one has been noted already, so a
    /// checkpoint never goes back.
    ///
    /// # Errors
    /// When the lease belongs to this instance no more: the changes will be given to somebody again. While the lease
    /// container does not answer, it is tried again for as long as the lease lasts.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the wait; the checkpoint may have been written.
    pub async fn checkpoint(&self) -> crate::Result<()> {
        let (reply, written) = oneshot::channel();
        let command = Command::Checkpoint(self.place.checkpoint.clone(), reply);
        let lost = || {
            refusal(format!(
                "the lease {} belongs to this instance no more; the changes will be given to its next holder",
                self.place.lease_token
            ))
        };
        let sent = self.place.keeper.send(command).await;
        sent.map_err(|_| lost())?;
        written.await.map_err(|_| lost())
    }
}

impl fmt::Debug for ChangeFeedProcessorContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeFeedProcessorContext")
            .field("lease_token", &self.place.lease_token)
            .finish_non_exhaustive()
    }
}
