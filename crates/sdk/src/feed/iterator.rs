//! Streams over a feed: the driver's pager polled page by page, or flattened to items.
//!
//! Nothing is read before the first poll and no page ahead of the one that is asked for. An error ends a stream.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use cosmokit_driver::{CosmosResponse, FeedPager};
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

/// Between pages the pager is here, during a page it is in the future that gives it back.
enum Progress {
    Waiting(Box<FeedPager>),
    Reading(BoxFuture<'static, PageRead>),
    Ended,
}

type PageRead = (Box<FeedPager>, crate::Result<Option<CosmosResponse>>);

impl<T> QueryPageIterator<T> {
    fn new(pager: FeedPager) -> Self {
        Self {
            progress: Progress::Waiting(Box::new(pager)),
            items: PhantomData,
        }
    }

    fn poll_response(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<crate::Result<CosmosResponse>>> {
        loop {
            match std::mem::replace(&mut self.progress, Progress::Ended) {
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
                        return Poll::Ready(Some(Ok(page)));
                    }
                    Poll::Ready((_, page)) => return Poll::Ready(page.transpose()),
                },
                Progress::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl<T: DeserializeOwned> Stream for QueryPageIterator<T> {
    type Item = crate::Result<QueryFeedPage<T>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(response) = ready!(self.poll_response(context)) else {
            return Poll::Ready(None);
        };
        let page = response.and_then(FeedPage::from_response);
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
    pub(crate) fn new(pager: FeedPager) -> Self {
        Self {
            pages: QueryPageIterator::new(pager),
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
            Progress::Waiting(_) => "waiting",
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
