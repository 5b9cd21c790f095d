//! Streams over a feed: the driver's pager polled page by page, or flattened to items.
//!
//! Nothing is read before the first poll and no page ahead of the one that is asked for. An error ends a stream.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use cosmokit_driver::FeedPage as Page;
use cosmokit_driver::{ContinuationToken, CosmosError, CosmosResponse, FeedPager, QueryPager};
use futures_core::Stream;
use futures_core::future::BoxFuture;
use serde::de::DeserializeOwned;

use super::{FeedPage, QueryFeedPage};

/// The pages of a query or list, as a stream of [`QueryFeedPage`].
///
/// Dropping it at any point, also while a page is on its way, leaves nothing behind.
#[must_use = "a stream does nothing unless it is polled"]
pub struct QueryPageIterator<T> {
    progress: Progress,
    items: PhantomData<fn() -> T>,
}

/// Where pages come from. Between pages a feed's pager is here, during a page it is in the future that gives it back.
enum Progress {
    Merged(Box<QueryPager>),
    Waiting(Box<FeedPager>),
    Reading(BoxFuture<'static, PageRead>),
    Ended,
}

type PageRead = (Box<FeedPager>, crate::Result<Option<CosmosResponse>>);

impl<T> QueryPageIterator<T> {
    fn new(progress: Progress) -> Self {
        Self {
            progress,
            items: PhantomData,
        }
    }

    /// Where the rows go on behind the last page that was taken, in this process or another one.
    ///
    /// # Errors
    /// While a page is on its way; when the token would be larger than the options allow; after an error.
    pub fn to_continuation_token(&self) -> crate::Result<ContinuationToken> {
        let none = |why: &'static str| CosmosError::builder().with_message(why).build();
        match &self.progress {
            Progress::Merged(pager) => pager.continuation(),
            Progress::Waiting(pager) => match pager.continuation() {
                Some(token) => Ok(ContinuationToken::from_string(token)),
                None => Err(none(
                    "there is no continuation token before the first page and after the last",
                )),
            },
            Progress::Reading(_) => Err(none(
                "a page is on its way; take it, and ask for the continuation token behind it",
            )),
            Progress::Ended => Err(none("the stream has ended")),
        }
    }

    fn poll_raw(&mut self, context: &mut Context<'_>) -> Poll<Option<crate::Result<Page>>> {
        loop {
            if let Progress::Merged(pager) = &mut self.progress {
                return pager.poll_page(context).map(Result::transpose);
            }
            match std::mem::replace(&mut self.progress, Progress::Ended) {
                Progress::Merged(_) => {}
                Progress::Waiting(mut pager) => {
                    self.progress = Progress::Reading(Box::pin(async move {
                        let page = pager.next_page().await;
                        (pager, page)
                    }));
                }
                Progress::Reading(mut reading) => match reading.as_mut().poll(context) {
                    Poll::Pending => {
                        self.progress = Progress::Reading(reading);
                        return Poll::Pending;
                    }
                    Poll::Ready((pager, Ok(Some(page)))) => {
                        self.progress = Progress::Waiting(pager);
                        return Poll::Ready(Some(Page::from_response(page)));
                    }
                    Poll::Ready((_, page)) => {
                        let page = page.transpose();
                        return Poll::Ready(page.map(|page| page.and_then(Page::from_response)));
                    }
                },
                Progress::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl<T: DeserializeOwned> Stream for QueryPageIterator<T> {
    type Item = crate::Result<QueryFeedPage<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(page) = ready!(self.poll_raw(context)) else {
            return Poll::Ready(None);
        };
        let page = page.and_then(FeedPage::from_page);
        if page.is_err() {
            self.progress = Progress::Ended;
        }
        Poll::Ready(Some(page.map(QueryFeedPage::new)))
    }
}

/// The items of a query or list, as a stream; [`into_pages`](Self::into_pages) gives whole pages.
///
/// Dropping it at any point, also while a page is on its way, leaves nothing behind.
#[must_use = "a stream does nothing unless it is polled"]
pub struct QueryItemIterator<T> {
    pages: QueryPageIterator<T>,
    page: vec::IntoIter<T>,
}

impl<T> QueryItemIterator<T> {
    /// The pages of one resource's feed.
    pub(crate) fn new(pager: FeedPager) -> Self {
        Self::over(Progress::Waiting(Box::new(pager)))
    }

    /// The pages of a query over partitions.
    pub(crate) fn merged(pager: QueryPager) -> Self {
        Self::over(Progress::Merged(Box::new(pager)))
    }

    fn over(progress: Progress) -> Self {
        Self {
            pages: QueryPageIterator::new(progress),
            page: Vec::new().into_iter(),
        }
    }

    /// The same stream by pages, which have headers and diagnostics. Items of a page that was begun are dropped.
    pub fn into_pages(self) -> QueryPageIterator<T> {
        self.pages
    }
}

/// No item is ever pinned.
impl<T> Unpin for QueryItemIterator<T> {}

impl<T: DeserializeOwned> Stream for QueryItemIterator<T> {
    type Item = crate::Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(page)) => self.page = page.into_items().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> fmt::Debug for QueryPageIterator<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = match self.progress {
            Progress::Merged(_) | Progress::Waiting(_) => "waiting",
            Progress::Reading(_) => "reading",
            Progress::Ended => "ended",
        };
        f.debug_struct("QueryPageIterator")
            .field("progress", &progress)
            .finish()
    }
}

impl<T> fmt::Debug for QueryItemIterator<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryItemIterator")
            .field("items_left_in_page", &self.page.len())
            .finish_non_exhaustive()
    }
}
