//! Following the change feed of a container.

use std::time::Duration;

use cosmokit::feed::{ChangeFeedItem, ChangeFeedPageIterator, ChangeFeedStartFrom};
use cosmokit::options::ChangeFeedOptions;
use cosmokit::{CosmosError, FeedScope};
use cosmokit_protocol::op::change_feed::LogicalSequenceNumber;
use cosmokit_protocol::op::{ChangeFeedMetadata, ChangeFeedMode};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::Actor;
use super::answer::{failed, traced};
use super::document::Document;
use crate::history::{Action, ChainId, Change, FeedMode, ItemKey, Outcome, Standing};

/// How soon a reader that has caught up asks again.
const POLL_DELAY: Duration = Duration::from_millis(100);

/// A change feed that is being followed.
#[derive(Debug)]
pub struct Feed {
    chain: ChainId,
    mode: FeedMode,
    pages: ChangeFeedPageIterator<ChangeFeedItem<Document>>,
}

impl Actor {
    /// Begins to follow the container's changes: latest versions from the beginning, all versions from now.
    ///
    /// # Errors
    /// When the feed cannot be read.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn open_feed(&self, chain: ChainId, mode: FeedMode) -> cosmokit::Result<Feed> {
        let start = match mode {
            FeedMode::LatestVersion => ChangeFeedStartFrom::Beginning,
            FeedMode::AllVersionsAndDeletes => ChangeFeedStartFrom::Now,
        };
        let pages = self.pages(start, options(mode)).await?;
        Ok(Feed { chain, mode, pages })
    }

    /// Goes on from the feed's token with a new reader, as a program does that was restarted.
    ///
    /// # Errors
    /// When the feed cannot be read; the reader that was there stays.
    ///
    /// # Cancel safety
    /// May be dropped at any point.
    pub async fn reopen_feed(&self, feed: &mut Feed) -> cosmokit::Result<()> {
        let token = feed.pages.to_continuation_token()?;
        let options = options(feed.mode).with_continuation_token(token);
        feed.pages = self.pages(ChangeFeedStartFrom::Beginning, options).await?;
        Ok(())
    }

    /// Reads the next page, and says whether there is nothing more for now.
    ///
    /// # Errors
    /// When the feed cannot be read; it may be followed on, from the same place.
    ///
    /// # Panics
    /// Never: a feed without an end time has no end.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the operation pending in the history, and may lose a page of it.
    pub async fn follow(&self, feed: &mut Feed) -> Result<bool, CosmosError> {
        let open = self.begin(Action::Follow {
            chain: feed.chain,
            container: self.name.clone(),
            mode: feed.mode,
        });
        match Box::pin(feed.pages.try_next()).await {
            Ok(page) => {
                let page = page.expect("a feed without an end time has no end");
                let open = traced(open, None, Some(&page.diagnostics()));
                let items = page.items().iter();
                let changes: Vec<Change> = items.map(|item| self.change(item)).collect();
                let caught_up = changes.is_empty();
                open.finish(Outcome::Changes { changes, caught_up });
                Ok(caught_up)
            }
            Err(error) => {
                failed(open, &error);
                Err(error)
            }
        }
    }

    async fn pages(
        &self,
        start: ChangeFeedStartFrom,
        options: ChangeFeedOptions,
    ) -> cosmokit::Result<ChangeFeedPageIterator<ChangeFeedItem<Document>>> {
        let everything = FeedScope::full_container();
        let pages = self
            .container
            .query_change_feed(everything, start, Some(options));
        Box::pin(pages).await
    }

    fn change(&self, item: &ChangeFeedItem<Document>) -> Change {
        let metadata = item.metadata();
        let lsn = metadata.and_then(ChangeFeedMetadata::lsn);
        let lsn = lsn.map(LogicalSequenceNumber::value);
        let lsn = lsn.and_then(|lsn| u64::try_from(lsn).ok());
        if let Some(current) = item.current() {
            return Change {
                key: current.key(&self.name),
                mark: Some(current.mark),
                standing: Standing::Present,
                lsn: lsn.or(current.lsn).unwrap_or(0),
            };
        }
        let id = metadata.and_then(|it| it.id()).unwrap_or_default();
        let partition = metadata.and_then(|it| it.partition_key()).map(first_text);
        let partition = partition.unwrap_or_default();
        Change {
            key: ItemKey::new(&self.name, partition, id),
            mark: item.previous().map(|previous| previous.mark),
            standing: Standing::Deleted,
            lsn: lsn.unwrap_or(0),
        }
    }
}

fn options(mode: FeedMode) -> ChangeFeedOptions {
    let mode = match mode {
        FeedMode::LatestVersion => ChangeFeedMode::LatestVersion,
        FeedMode::AllVersionsAndDeletes => ChangeFeedMode::AllVersionsAndDeletes,
    };
    ChangeFeedOptions::default()
        .with_mode(mode)
        .with_poll_delay(POLL_DELAY)
}

/// The text in a partition key as a feed writes it: alone, in an array, or under its path.
fn first_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.first().map(first_text).unwrap_or_default(),
        Value::Object(parts) => parts.values().next().map(first_text).unwrap_or_default(),
        _ => String::new(),
    }
}
