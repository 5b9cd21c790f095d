//! Reads the change feed of one lease and gives its pages to the handler, one after another.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use cosmokit_driver::{
    ChangeFeedPager, ChangeFeedRequest, ContinuationToken, CosmosError, ErrorKind, FeedPage,
    FeedScope,
};
use cosmokit_protocol::partition::FeedRange;
use cosmokit_protocol::status::{CosmosStatus, StatusCode, codes};
use futures_util::future::{Either, select};
use tokio::sync::{mpsc, oneshot, watch};

use super::backoff::Backoff;
use super::context::Place;
use super::event::{HandlerError, ProcessorEvent};
use super::keeper::{Checkpoint, Command, Keeper};
use super::settings::{Checkpoints, refusal};
use super::shared::Shared;
use super::stop::Stop;
use super::store::known_rid;

/// The waits after changes could not be read.
const FEED_RETRIES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Reads the change feed of one lease.
#[derive(Debug)]
pub(super) struct Reader {
    shared: Arc<Shared>,
    lease_token: Arc<str>,
    range: FeedRange,
    /// How far the lease is checkpointed.
    continuation: watch::Receiver<Option<String>>,
    keeper: mpsc::Sender<Command>,
    stop: Stop,
    /// The pages that were given to the handler, those after a failure again included.
    pages: u64,
    feed_failures: Backoff,
    handler_failures: Backoff,
}

/// Why nothing more is read under the lease.
#[derive(Debug)]
pub(super) enum ReadingEnd {
    /// The processor stops.
    Stopped,
    /// What the lease is for lies in several partitions now: these parts of it.
    Moved(Vec<FeedRange>),
    /// The container is gone, or another has its name.
    ContainerGone(CosmosError),
}

/// What a step of reading ended with, when it was not the end: read anew from the last checkpoint on.
struct Again;

impl Reader {
    pub(super) fn new(
        shared: Arc<Shared>,
        keeper: &Keeper,
        commands: mpsc::Sender<Command>,
        stop: Stop,
    ) -> Self {
        let (first, longest) = shared.settings.retry_delays;
        Self {
            lease_token: keeper.lease().token.as_str().into(),
            range: keeper.lease().range.clone(),
            continuation: keeper.continuation(),
            keeper: commands,
            stop,
            pages: 0,
            feed_failures: Backoff::new(FEED_RETRIES.0, FEED_RETRIES.1),
            handler_failures: Backoff::new(first, longest),
            shared,
        }
    }

    /// Reads until there is nothing more to read under this lease.
    ///
    /// # Cancel safety
    /// May be dropped at any point; a handler that is at work is dropped with it.
    pub(super) async fn read(&mut self) -> ReadingEnd {
        loop {
            if let Ok(end) = self.read_from_checkpoint().await {
                return end;
            }
        }
    }

    async fn read_from_checkpoint(&mut self) -> Result<ReadingEnd, Again> {
        let mut pager = match Box::pin(self.open()).await {
            Ok(pager) => Box::new(pager),
            Err(error) => return self.feed_failed(error).await.ok_or(Again),
        };
        loop {
            if pager.places().len() > 1 {
                return Ok(moved(&pager));
            }
            let Some(page) = self.next_page(&mut pager).await else {
                return Ok(ReadingEnd::Stopped);
            };
            match page {
                // What was read of a part is read again under the lease of that part.
                Ok(_) if pager.places().len() > 1 => return Ok(moved(&pager)),
                Ok(None) => {}
                Ok(Some(page)) => {
                    self.feed_failures.reset();
                    self.take(page, place_of(&pager)).await?;
                }
                Err(error) => {
                    if let Some(end) = self.feed_failed(error).await {
                        return Ok(end);
                    }
                }
            }
        }
    }

    /// The next page, or nothing when the processor stops first.
    async fn next_page(
        &self,
        pager: &mut ChangeFeedPager,
    ) -> Option<crate::Result<Option<FeedPage>>> {
        let stop = pin!(self.stop.given());
        let page = pin!(pager.next_page());
        match select(stop, page).await {
            Either::Left(_) => None,
            Either::Right((page, _)) => Some(page),
        }
    }

    /// The feed of the lease, from its checkpoint on.
    async fn open(&self) -> crate::Result<ChangeFeedPager> {
        let settings = &self.shared.settings;
        let container = &self.shared.container;
        let etag = self.continuation.borrow().clone();
        let places = [(&self.range, etag.as_deref())];
        let rid = &self.shared.monitored.rid;
        let token = ContinuationToken::of_change_feed(rid, settings.mode, settings.start, places)?;
        let now = known_rid(container, &settings.operation).await?;
        if now != *rid {
            return Err(recreated(rid, &now));
        }
        let scope = FeedScope::range(self.range.clone());
        let mut request =
            ChangeFeedRequest::new(container.reference().clone(), scope, settings.start);
        request.mode = settings.mode;
        request.continuation = Some(token);
        request.max_item_count = settings.max_item_count;
        request.poll_delay = settings.poll_delay;
        let opened = container
            .driver
            .read_change_feed(request, &settings.operation);
        opened.await
    }

    /// Gives a page to the handler, and has it noted.
    async fn take(&mut self, page: FeedPage, etag: Option<String>) -> Result<(), Again> {
        let changes = page.items().len();
        let Some(etag) = etag else {
            return Ok(());
        };
        if changes == 0 {
            let page = self.pages;
            // There is no hurry: the place is not news, and the next one will do.
            let _ = self
                .keeper
                .try_send(Command::Idle(Checkpoint { page, etag }));
            return Ok(());
        }
        self.pages += 1;
        let place = Place {
            lease_token: Arc::clone(&self.lease_token),
            range: self.range.clone(),
            checkpoint: Checkpoint {
                page: self.pages,
                etag,
            },
            keeper: self.keeper.clone(),
        };
        let checkpoint = place.checkpoint.clone();
        if let Err(error) = self.shared.handler.handle(page, place).await {
            self.handler_failed(error).await;
            return Err(Again);
        }
        self.handler_failures.reset();
        let count = u64::try_from(changes).unwrap_or(u64::MAX);
        self.shared.board.change(&self.lease_token, |lease| {
            lease.changes_handled = lease.changes_handled.saturating_add(count);
            lease.failures = 0;
        });
        if self.shared.settings.checkpoints == Checkpoints::Automatic {
            self.note(checkpoint).await;
        }
        Ok(())
    }

    /// Waits until a checkpoint is written. When it cannot be, the keeper has lost the lease, and ends this.
    async fn note(&self, checkpoint: Checkpoint) {
        let (reply, written) = oneshot::channel();
        let command = Command::Checkpoint(checkpoint, reply);
        if self.keeper.send(command).await.is_ok() {
            let _ = written.await;
        }
    }

    async fn handler_failed(&mut self, error: HandlerError) {
        let retry_in = self.handler_failures.fail(None, &self.shared.entropy);
        let failures = self.handler_failures.failures();
        self.show_failures(failures);
        self.shared.tell(&ProcessorEvent::HandlerFailed {
            lease_token: self.lease_token.to_string(),
            error,
            failures,
            retry_in,
        });
        self.pause(retry_in).await;
    }

    /// Whether that is the end; else waits until it is time to try again.
    async fn feed_failed(&mut self, error: CosmosError) -> Option<ReadingEnd> {
        if let Some(error) = Box::pin(self.if_gone(&error)).await {
            return Some(ReadingEnd::ContainerGone(error));
        }
        let retry_in = self
            .feed_failures
            .fail(error.retry_after(), &self.shared.entropy);
        let failures = self.feed_failures.failures();
        self.show_failures(failures);
        self.shared.tell(&ProcessorEvent::FeedFailed {
            lease_token: self.lease_token.to_string(),
            error,
            failures,
            retry_in,
        });
        self.pause(retry_in).await;
        None
    }

    /// What became of the container, when an error says that it is not there and it is not.
    async fn if_gone(&self, error: &CosmosError) -> Option<CosmosError> {
        if error.kind() == ErrorKind::ContainerRecreated {
            return Some(error.clone());
        }
        if !is_missing(error.status()) {
            return None;
        }
        match self.shared.container.read(None).await {
            Err(confirmed) if is_missing(confirmed.status()) => Some(confirmed),
            Ok(response) => {
                let properties = response.into_model().ok()?;
                let rid = properties.system_properties.resource_id?;
                let known = &self.shared.monitored.rid;
                (rid != *known).then(|| recreated(known, &rid))
            }
            Err(_) => None,
        }
    }

    fn show_failures(&self, failures: u32) {
        self.shared
            .board
            .change(&self.lease_token, |lease| lease.failures = failures);
    }

    /// Waits, unless the processor stops.
    async fn pause(&self, wait: Duration) {
        let pause = self.shared.clock.sleep(wait);
        select(pin!(self.stop.given()), pin!(pause)).await;
    }
}

/// Whether an answer says that the container, or the database around it, does not exist.
fn is_missing(status: CosmosStatus) -> bool {
    let owner_is = status.status_code() == StatusCode::NOT_FOUND
        && status.sub_status() == codes::OWNER_RESOURCE_NOT_FOUND.sub_status();
    status.is_not_found() || owner_is
}

/// The one place of a feed that lies in one partition.
fn place_of(pager: &ChangeFeedPager) -> Option<String> {
    let (_, etag) = pager.places().next()?;
    etag.map(str::to_owned)
}

fn moved(pager: &ChangeFeedPager) -> ReadingEnd {
    let mut parts: Vec<FeedRange> = pager.places().map(|(range, _)| range).collect();
    parts.sort_by(|a, b| a.min_inclusive().cmp(b.min_inclusive()));
    ReadingEnd::Moved(parts)
}

fn recreated(before: &str, now: &str) -> CosmosError {
    let why = refusal(format!(
        "the monitored container {before} was deleted, and another ({now}) has its name; a processor that is \
         started now follows that one, with leases of its own"
    ));
    CosmosError::builder()
        .with_kind(ErrorKind::ContainerRecreated)
        .with_status(why.status())
        .with_message(why.message().to_owned())
        .build()
}
